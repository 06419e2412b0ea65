"""What was expected of the figures, and how it came out."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.model.audit import AuditRecord
from pipelines.model.message import Message, msg

NAMES = {
    "expect_table_row_count_to_be_between": msg("number of rows"),
    "expect_column_values_to_not_be_null": msg("never lacking"),
    "expect_column_values_to_be_unique": msg("never twice"),
    "expect_column_values_to_be_between": msg("within bounds"),
    "expect_column_values_to_be_in_set": msg("one of a list"),
    "expect_column_values_to_match_regex": msg("in its form"),
    "expect_column_pair_values_a_to_be_greater_than_b": msg("first at least second"),
    "expect_column_pair_dates_to_be_in_order": msg("dates in order"),
    "expect_column_values_to_be_spdx_expression": msg("SPDX expression"),
    "expect_table_shares_to_sum_to_one": msg("shares add up to one"),
}
"""What an expectation asks, in a word; one without a word is called by its own name."""

STATUSES = ("not_met", "errored", "met")
BOUNDS = ("min_value", "max_value", "mostly")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationRow:
    """One expectation of one table of figures."""

    suite: str
    table: str
    column: str | None
    expectation: str
    name: Message | str
    expected: Mapping[str, str]
    """Bounds, as the suite states them."""
    status: str
    """`met`, `not_met`, `errored`: what could not be computed is never called not met."""
    observed: Mapping[str, str | int]
    unexpected: int | None
    elements: int | None
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationPart:
    """The expectations of the purpose of the dataset, those not met first."""

    rows: tuple[ExpectationRow, ...]
    counts: Mapping[str, int]
    absent: tuple[str, ...]
    """Tables nothing was expected of, because the dataset has nothing of the kind."""

    @property
    def open(self) -> tuple[ExpectationRow, ...]:
        """Those that are not met or could not be computed."""
        return tuple(row for row in self.rows if row.status != "met")

    @property
    def met(self) -> Mapping[str, int]:
        """Expectations met, by table."""
        return dict(sorted(Counter(row.table for row in self.rows if row.status == "met").items()))


def validation(record: AuditRecord) -> ValidationPart | None:
    """The part on expectations; None when none was run."""
    if not record.validation:
        return None
    rows = tuple(sorted((_row(row) for row in record.validation), key=_order))
    found = Counter(row.status for row in rows)
    summary = next((s.summary for s in record.stages if s.stage == "validate"), {})
    absent = summary.get("absent")
    return ValidationPart(
        rows=rows,
        counts={status: found[status] for status in STATUSES},
        absent=tuple(str(name) for name in absent) if isinstance(absent, list) else (),
    )


def _row(row: Mapping[str, str | int | None]) -> ExpectationRow:
    kind = str(row["expectation"])
    # evidence of earlier versions names neither table nor arguments
    arguments = json.loads(str(row.get("expected") or "{}"))
    return ExpectationRow(
        suite=str(row["suite"]),
        table=str(row.get("table") or row["suite"]),
        column=None if row["column"] is None else str(row["column"]),
        expectation=kind,
        name=NAMES.get(kind, kind),
        expected={name: str(arguments[name]) for name in BOUNDS if name in arguments},
        status=str(row["status"]),
        observed=json.loads(str(row["observed"] or "{}")),
        unexpected=_count(row["unexpected"]),
        elements=_count(row["elements"]),
        error=None if row["error"] is None else str(row["error"]),
    )


def _count(value: str | int | None) -> int | None:
    return value if isinstance(value, int) else None


def _order(row: ExpectationRow) -> tuple[int, str, str, str, str]:
    place = STATUSES.index(row.status) if row.status in STATUSES else 0
    return place, row.table, row.suite, row.column or "", row.expectation
