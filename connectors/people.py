"""Annotators, labels, reviews and consents from the provider's CSV files.

These files are the provider's own declarations: a malformed row is an error with file, line and
field, never a value of the row.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pyarrow as pa

from connectors.csv_rows import Row, rows
from connectors.moments import AmbiguousMomentError, Moment, end_of, moment_reader, zone
from connectors.shape_fields import GROUND_ADVICE, NO_GROUND, article_13
from pipelines.model.annotation import Annotator, LabelLayout
from pipelines.model.dataset import Dataset
from pipelines.model.evidence import LABELS, REVIEWS
from pipelines.model.message import msg
from pipelines.model.source import Consent

BATCH = 65_536
_SEPARATOR = re.compile("[;|；、]")
_SECONDS = re.compile(r"\d{1,9}(\.\d{1,9})?")

Time = TypeVar("Time", Moment, datetime)
Clock = Callable[[str], Moment]


def read_annotators(path: Path) -> tuple[Annotator, ...]:
    """The people in the file at `path`, in its order, each once.

    Columns: `annotator`, and where known `roles` and `topics` (several separated by `;` or `|`),
    `vendor`, `qualified_from`, `qualified_to`, `suspended_from` (dates).

    Raises:
        ConfigError: a row is malformed, or a person is there twice.
    """
    found: dict[str, Annotator] = {}
    optional = ("roles", "vendor", "topics", "qualified_from", "qualified_to", "suspended_from")
    for row in rows(path, needed=("annotator",), optional=optional):
        person = row.needed("annotator")
        if person in found:
            raise row.refuse(
                "annotator",
                msg("the person is there twice"),
                msg("keep one row a person, with the qualification now in force"),
            )
        found[person] = _annotator(person, row)
    return tuple(found.values())


def read_labels(dataset: Dataset) -> pa.Table:
    """The labels of `dataset` as a LABELS table, in the order of files and rows.

    Raises:
        ConfigError: a row is malformed.
    """
    project = dataset.annotation
    if project is None:
        return LABELS.empty_table()
    return read_label_files([dataset.root / file.name for file in project.labels], project.layout)


def read_label_files(paths: Sequence[Path], layout: LabelLayout | None = None) -> pa.Table:
    """The labels in the files at `paths` as a LABELS table.

    Columns: `item`, `annotator`, `label`, and where known `rule_version`, `started`, `at`,
    `seconds`; other names, the forms of the times and their zone come from `layout`. Times that
    state no offset are UTC unless `layout.timezone` says otherwise. Where `seconds` is not stated,
    it is the time between `started` and `at`, if both tell the second. A layout without an
    annotator gives labels of nobody known.

    Raises:
        ConfigError: a row is malformed.
    """
    layout = layout or LabelLayout()
    clock = moment_reader(layout.timestamp_formats, zone(layout.timezone))
    return _table((_label(row, layout, clock) for row in _label_rows(paths, layout)), LABELS)


def read_reviews(dataset: Dataset) -> pa.Table:
    """The reviews of `dataset` as a REVIEWS table; times without offset are in the labels' zone.

    Raises:
        ConfigError: a row is malformed.
    """
    project = dataset.annotation
    if project is None or project.reviews is None:
        return REVIEWS.empty_table()
    return read_review_file(dataset.root / project.reviews.name, timezone=project.layout.timezone)


def read_review_file(path: Path, *, timezone: str = "UTC") -> pa.Table:
    """The reviews in the file at `path` as a REVIEWS table, in its order.

    Columns: `item`, `reviewer`, `verdict`, and where known `at` (ISO 8601).

    Raises:
        ConfigError: a row is malformed.
    """
    clock = moment_reader((), zone(timezone))
    needed = ("item", "reviewer", "verdict")
    return _table(
        (
            {name: row.needed(name) for name in needed} | {"at": _at(row, "at", clock)}
            for row in rows(path, needed=needed, optional=("at",))
        ),
        REVIEWS,
    )


def read_consents(path: Path, keyed: Callable[[str, str], str]) -> Iterator[Consent]:
    """The consents in the file at `path`, streamed.

    Columns: `subject`, `basis`, `purpose`, and where known `notice_version`, `given_at`,
    `valid_to`, `withdrawn_at`. `keyed("subject", value)` is all that is kept of a subject. Times
    without offset are UTC; a date alone is its first moment, as `valid_to` its last.

    Raises:
        ConfigError: a row is malformed.
    """
    clock = moment_reader((), UTC)
    optional = ("notice_version", "given_at", "valid_to", "withdrawn_at")
    for row in rows(path, needed=("subject", "basis", "purpose"), optional=optional):
        yield Consent(
            subject=keyed("subject", row.needed("subject")),
            basis=_ground(row),
            purpose=row.needed("purpose"),
            notice_version=row.values["notice_version"] or None,
            given_at=_at(row, "given_at", clock),
            valid_to=_read(row, "valid_to", end_of),
            withdrawn_at=_at(row, "withdrawn_at", clock),
        )


def _annotator(person: str, row: Row) -> Annotator:
    start, end = row.day("qualified_from"), row.day("qualified_to")
    if start and end and end < start:
        raise row.refuse(
            "qualified_to",
            msg("the end lies before the beginning"),
            msg("exchange the two dates"),
        )
    return Annotator(
        id=person,
        roles=_several(row, "roles"),
        vendor=row.values["vendor"] or None,
        topics=_several(row, "topics"),
        qualified_from=start,
        qualified_to=end,
        suspended_from=row.day("suspended_from"),
    )


def _label_rows(paths: Sequence[Path], layout: LabelLayout) -> Iterator[Row]:
    people = () if layout.annotator is None else (layout.annotator,)
    needed = (layout.item, *people, layout.label)
    optional = (layout.rule_version, layout.started, layout.at, layout.seconds)
    for path in paths:
        yield from rows(path, needed=needed, optional=optional)


def _label(row: Row, layout: LabelLayout, clock: Clock) -> dict[str, object]:
    seconds = row.values[layout.seconds]
    if seconds and not _SECONDS.fullmatch(seconds):
        raise row.refuse(
            layout.seconds,
            msg("this is not a number of seconds"),
            msg("write digits, for example 12 or 12.5; leave it empty if unknown"),
        )
    at = _read(row, layout.at, clock)
    return {
        "item": row.needed(layout.item),
        "annotator": None if layout.annotator is None else row.needed(layout.annotator),
        "label": row.needed(layout.label),
        "rule_version": row.values[layout.rule_version] or None,
        "at": None if at is None else at.at,
        "seconds": seconds or _between(row, layout, _read(row, layout.started, clock), at),
    }


def _between(
    row: Row, layout: LabelLayout, started: Moment | None, at: Moment | None
) -> str | None:
    """Seconds from `started` to `at`, decimal; None where one does not tell the second.

    Times of whole minutes would make two quick labels one of nought seconds and one of sixty.
    """
    if started is None or at is None:
        return None
    if at.at < started.at:
        raise row.refuse(
            layout.at,
            msg("the end lies before the beginning"),
            msg("exchange the two columns, or leave out the beginning"),
        )
    if not (started.to_second and at.to_second):
        return None
    passed = at.at - started.at
    whole = passed.days * 86_400 + passed.seconds
    return f"{whole}.{passed.microseconds:06}" if passed.microseconds else str(whole)


def _table(found: Iterator[dict[str, object]], schema: pa.Schema) -> pa.Table:
    """The rows as a table, built in batches."""
    batches: list[pa.RecordBatch] = []
    waiting: list[dict[str, object]] = []
    for row in found:
        waiting.append(row)
        if len(waiting) == BATCH:
            batches.append(pa.RecordBatch.from_pylist(waiting, schema=schema))
            waiting = []
    batches.append(pa.RecordBatch.from_pylist(waiting, schema=schema))
    return pa.Table.from_batches(batches, schema=schema)


def _several(row: Row, column: str) -> tuple[str, ...]:
    parts = (part.strip() for part in _SEPARATOR.split(row.values[column]))
    return tuple(dict.fromkeys(part for part in parts if part))


def _at(row: Row, column: str, clock: Clock) -> datetime | None:
    found = _read(row, column, clock)
    return None if found is None else found.at


def _read(row: Row, column: str, clock: Callable[[str], Time]) -> Time | None:
    try:
        return clock(text) if (text := row.values[column]) else None
    except AmbiguousMomentError as error:
        raise row.refuse(
            column,
            msg("two of labels.timestamp_format read this as different times"),
            msg("keep the form that is meant, or write the times in one form"),
        ) from error
    except ValueError as error:
        raise row.refuse(
            column,
            msg("this is not a time of the expected form"),
            msg("write 2025-11-01T09:30:00+08:00, or state labels.timestamp_format"),
        ) from error


def _ground(row: Row) -> str:
    if (found := article_13(row.needed("basis"))) is None:
        raise row.refuse("basis", NO_GROUND, GROUND_ADVICE)
    return found
