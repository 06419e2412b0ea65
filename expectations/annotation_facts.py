"""Facts that several annotation controls read from the tables of labels and reviews."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

import pyarrow as pa

from expectations.findings import day


def annotators_of(labels: pa.Table) -> dict[str, set[str | None]]:
    """The annotators of each item; None among them where a label does not say who gave it."""
    held: dict[str, set[str | None]] = {}
    pairs = labels.select(["item", "annotator"]).group_by(["item", "annotator"]).aggregate([])
    for item, annotator in zip(
        pairs["item"].to_pylist(), pairs["annotator"].to_pylist(), strict=True
    ):
        held.setdefault(item, set()).add(annotator)
    return held


def days_of(labels: pa.Table) -> Iterator[tuple[str, str | None, date | None]]:
    """Item, annotator and day of each label; None where the annotator or a time is not recorded."""
    columns: Mapping[str, list[object]] = labels.select(["item", "annotator", "at"]).to_pydict()
    for item, annotator, at in zip(*columns.values(), strict=True):
        who = None if annotator is None else str(annotator)
        yield str(item), who, day(at) if isinstance(at, datetime) else None
