"""The small frames the expectation suites are run over: figures and registers, a row a thing.

A frame is absent where the dataset has nothing of the kind, and None where it would have more rows
than Great Expectations is ever given: it is not even read then.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa

from expectations.gx import ROWS
from pipelines.engine.base import Engine
from pipelines.model.annotation import Annotator
from pipelines.model.evidence import TableRef
from pipelines.model.ids import RunId
from pipelines.model.profile import Profile, SourceProfile
from pipelines.model.source import Source
from pipelines.stages.asking import Asking, number
from pipelines.stages.controls import annotators_of
from pipelines.stages.profile import of_kind, profile_of
from pipelines.store import runs
from pipelines.store.database import Store

if TYPE_CHECKING:
    import pandas as pd

# consents and their coverage without a clock: what holds today is judged by the controls
CONSENTS = """
SELECT c.basis AS basis, count(*) AS given, count(DISTINCT c.subject) AS subjects,
  count(CASE WHEN c.given_at IS NULL THEN 1 END) AS undated,
  count(CASE WHEN c.notice_version IS NULL THEN 1 END) AS without_notice,
  count(CASE WHEN c.valid_to < c.given_at OR c.withdrawn_at < c.given_at THEN 1 END)
    AS ended_before_given
FROM consents c GROUP BY c.basis
"""
COVERAGE = """
SELECT r.source AS source, count(*) AS needed,
  count(c.subject) AS linked
FROM records r
LEFT JOIN (SELECT DISTINCT x.subject AS subject FROM consents x) c ON c.subject = r.subject
WHERE r.subject IS NOT NULL GROUP BY r.source
"""
LABELS = """
SELECT l.annotator AS annotator, count(*) AS labels, count(DISTINCT l.item) AS items,
  count(CASE WHEN l.at IS NULL THEN 1 END) AS untimed,
  count(CASE WHEN l.rule_version IS NULL THEN 1 END) AS without_rules
FROM labels l GROUP BY l.annotator
"""
LABEL_COUNTS = "SELECT l.label AS label, count(*) AS labels FROM labels l GROUP BY l.label"

Rows = Iterable[Mapping[str, object]]


def frames_of(run_id: RunId, store: Store, engine: Engine) -> "dict[str, pd.DataFrame | None]":
    """Every frame there is something for, by the name the suites know it under."""
    dataset = runs.dataset_of(store, run_id)
    profile = profile_of(run_id, store)
    registered = runs.stage_tables(store, run_id, "register")
    files = of_kind(runs.stage_tables(store, run_id, "ingest"), "files")[0]
    ask = Asking(engine, store)
    frames = {
        "files": store.evidence.read(files).to_pandas() if files.rows <= ROWS else None,
        "profile": source_frame(profile),
        "languages": _framed(_LANGUAGES, _languages(profile.sources)),
        "totals": _framed(_TOTALS, [_totals(profile)]),
        "sources": _framed(_SOURCES, map(_source, dataset.sources)),
    }
    if consents := of_kind(registered, "consents"):
        records = of_kind(runs.stage_tables(store, run_id, "scan"), "records")
        frames |= _consent_frames(ask, consents, records)
    if people := annotators_of(run_id, store):
        frames["annotators"] = _framed(_PEOPLE, map(_person, people))
    if labels := of_kind(registered, "labels"):
        frames |= _label_frames(ask, labels)
    return frames


def source_frame(profile: Profile) -> "pd.DataFrame | None":
    """A row for each source: its counts, and its shares of empty, garbled and repeated records."""
    return _framed(_FIGURES, map(_figures, profile.sources))


def _framed(schema: pa.Schema, rows: Rows) -> "pd.DataFrame | None":
    kept: list[dict[str, object]] = []
    for row in rows:
        if len(kept) == ROWS:
            return None
        kept.append(dict(row))
    frame: pd.DataFrame = pa.Table.from_pylist(kept, schema=schema).to_pandas()
    return frame


def _schema(texts: Sequence[str], counts: Sequence[str], shares: Sequence[str] = ()) -> pa.Schema:
    return pa.schema(
        [
            *((name, pa.string()) for name in texts),
            *((name, pa.int64()) for name in counts),
            *((name, pa.float64()) for name in shares),
        ]
    )


_FIGURES = _schema(
    ["source"],
    [
        "records",
        "bytes",
        "chars",
        "empty",
        "garbled",
        "repeated",
        "repetitive",
        "pi_records",
        "pi_hits",
    ],
    ["empty_share", "garbled_share", "repeated_share", "repetitive_share", "short_share"],
)
_LANGUAGES = _schema(["source", "language"], ["records"], ["share"])
_TOTALS = _schema(
    [], ["records", "present", "sources", "files"], ["quarantined_share", "unsourced_share"]
)
_SOURCES = _schema(
    [
        "source",
        "type",
        "territory",
        "licence",
        "spdx",
        "collected_from",
        "collected_to",
        "generated_at",
    ],
    ["documents"],
)
_CONSENTS = _schema(
    ["basis"], ["given", "subjects", "undated", "without_notice", "ended_before_given"]
)
_COVERAGE = _schema(["source"], ["needed", "linked"])
_PEOPLE = _schema(
    ["annotator", "qualified_from", "qualified_to", "suspended_from"], ["roles", "topics"]
)
_LABELS = _schema(["annotator"], ["labels", "items", "untimed", "without_rules"], ["untimed_share"])
_LABEL_SHARES = _schema(["label", "project"], ["labels"], ["share"])


def _figures(part: SourceProfile) -> dict[str, object]:
    repeated = part.exact_duplicates + part.near_duplicates
    return {
        "source": part.source,
        "records": part.records,
        "bytes": part.bytes,
        "chars": part.chars,
        "empty": part.empty,
        "garbled": part.garbled,
        "repeated": repeated,
        "repetitive": part.repetitive,
        "pi_records": part.pi_records,
        "pi_hits": part.pi_hits,
        "empty_share": _share(part.empty, part.records),
        "garbled_share": _share(part.garbled, part.records),
        "repeated_share": _share(repeated, part.records),
        "repetitive_share": _share(part.repetitive, part.records),
        "short_share": _share(part.short, part.records),
    }


def _languages(parts: Sequence[SourceProfile]) -> Iterator[dict[str, object]]:
    for part in parts:
        for language, records in part.languages.items():
            yield {
                "source": part.source,
                "language": language,
                "records": records,
                "share": _share(records, part.records),
            }


def _totals(profile: Profile) -> dict[str, object]:
    present = profile.records + profile.quarantined
    return {
        "records": profile.records,
        "present": present,
        "sources": len(profile.sources),
        "files": profile.files,
        "quarantined_share": _share(profile.quarantined, present),
        "unsourced_share": _share(profile.unsourced, profile.records),
    }


def _source(source: Source) -> dict[str, object]:
    return {
        "source": source.id,
        "type": source.type.value if source.type else None,
        "territory": source.territory,
        "licence": source.licence.id,
        "spdx": source.licence.spdx,
        "collected_from": _day(source.collected_from),
        "collected_to": _day(source.collected_to),
        "generated_at": source.generated_at,
        "documents": len(source.evidence) + (source.licence.text is not None),
    }


def _person(person: Annotator) -> dict[str, object]:
    return {
        "annotator": person.id,
        "qualified_from": _day(person.qualified_from),
        "qualified_to": _day(person.qualified_to),
        "suspended_from": _day(person.suspended_from),
        "roles": len(person.roles),
        "topics": len(person.topics),
    }


def _consent_frames(
    ask: Asking, consents: list[TableRef], records: list[TableRef]
) -> "dict[str, pd.DataFrame | None]":
    given = ask.rows(CONSENTS, {"consents": consents})
    coverage = ask.rows(COVERAGE, {"consents": consents, "records": records})
    return {
        "consents": _framed(_CONSENTS, map(_counted, given)),
        "coverage": _framed(_COVERAGE, map(_counted, coverage)),
    }


def _label_frames(ask: Asking, labels: list[TableRef]) -> "dict[str, pd.DataFrame | None]":
    people = [_counted(row) for row in ask.rows(LABELS, {"labels": labels})]
    counts = [_counted(row) for row in ask.rows(LABEL_COUNTS, {"labels": labels})]
    total = sum(number(row["labels"]) for row in counts)
    return {
        "labels": _framed(
            _LABELS,
            (
                {**row, "untimed_share": _share(number(row["untimed"]), number(row["labels"]))}
                for row in people
            ),
        ),
        "label_shares": _framed(
            _LABEL_SHARES,
            (
                {**row, "project": "all", "share": _share(number(row["labels"]), total)}
                for row in counts
            ),
        ),
    }


def _counted(row: Mapping[str, object]) -> dict[str, object]:
    """The row with its numbers as integers: some engines sum to decimals."""
    return {
        name: value if value is None or isinstance(value, str) else number(value)
        for name, value in row.items()
    }


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
