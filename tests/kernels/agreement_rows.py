"""Rows of item, annotator and label, and what is measured of them."""

from pipelines.kernels.agreement import MeasurementLevel
from pipelines.kernels.agreement_ratings import Ratings, Repeats, encode, resolved
from pipelines.kernels.agreement_summary import (
    measure,
)
from pipelines.model.profile import Agreement, AgreementFigure

NOMINAL, ORDINAL, INTERVAL = MeasurementLevel
Rows = list[tuple[str, str, str]]


def ratings_of(rows: Rows) -> Ratings:
    return encode(*([row[i] for row in rows] for i in range(3)))


def measured(
    rows: Rows, level: MeasurementLevel = NOMINAL, draws: int = 200, repeats: Repeats = Repeats.ALL
) -> Agreement:
    return measure(resolved(ratings_of(rows), repeats), level, draws=draws, seed=7)


def figure(found: Agreement, name: str) -> AgreementFigure:
    return next(f for f in found.figures if f.coefficient == name)


def value(found: Agreement, name: str = "alpha") -> float | None:
    text = figure(found, name).value
    return None if text is None else float(text)
