"""Rules, people, agreement and draw of the invented run."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from sample_base import invented_digest, invented_file

from pipelines.model.annotation import (
    AnnotationProject,
    Annotator,
    LabelRule,
    RuleKind,
    RuleSet,
)
from pipelines.model.profile import (
    Agreement,
    AgreementFigure,
    SampleDraw,
)


def annotation() -> AnnotationProject:
    """Invented rules of five labels, approved by two people."""
    labels = tuple(
        LabelRule(id=f"label-{i}", definition="invented", edge=("invented",) if i > 2 else ())
        for i in range(1, 6)
    )
    rules = RuleSet(
        version="1.4",
        kind=RuleKind.FUNCTIONAL,
        file=invented_file("rules", "rules.yaml"),
        approved_by=("R-01", "R-03"),
        effective_from=date(2026, 9, 1),
        minimum_agreement=Decimal("0.80"),
        labels=labels,
        stages={"annotate": "invented", "review": "invented"},
    )
    return AnnotationProject(
        rules=rules,
        annotators=invented_file("annotators", "annotators.csv"),
        labels=(invented_file("labels", "labels.csv"),),
        labels_format="csv",
        reviews=invented_file("reviews", "reviews.csv"),
        folder=Path("invented"),
    )


def annotators() -> tuple[Annotator, ...]:
    """Six people: one unqualified, one soon to be."""
    until = {"A-11": date(2026, 10, 31), "A-02": date(2026, 12, 9)}
    return tuple(
        Annotator(
            id=name,
            roles=("reviewer",) if name.startswith("R") else ("annotator",),
            topics=("t1", "t2", "t3", "t4"),
            qualified_from=date(2026, 1, 5) if name != "R-04" else None,
            qualified_to=until.get(name, date(2027, 3, 31)) if name != "R-04" else None,
        )
        for name in ("A-02", "A-03", "A-07", "A-09", "A-11", "R-04")
    )


def agreement() -> Agreement:
    """Four coefficients, one of them undefined."""
    kind = "bootstrap over items, percentile, 95%"
    return Agreement(
        level="nominal",
        items=1_260,
        pairable_items=630,
        annotators=14,
        ratings=1_890,
        repeated=0,
        figures=(
            AgreementFigure(
                coefficient="alpha",
                value="0.927114",
                low="0.902003",
                high="0.948999",
                interval=kind,
            ),
            AgreementFigure(
                coefficient="ac1", value="0.945001", low="0.926000", high="0.963000", interval=kind
            ),
            AgreementFigure(
                coefficient="raw", value="0.951333", low="0.932001", high="0.966001", interval=kind
            ),
            AgreementFigure(
                coefficient="cohen",
                value=None,
                low=None,
                high=None,
                interval=None,
                why="Cohen's kappa needs exactly two annotators.",
            ),
        ),
        draws=2_000,
        seed=20261118,
    )


def draw() -> SampleDraw:
    """A lot of 12,480 of which 315 were drawn and reviewed."""
    return SampleDraw(
        lot="L-2026-031",
        lot_size=12_480,
        frame_digest=invented_digest("frame"),
        plan={
            "standard": "ISO 2859-1",
            "level": "II",
            "severity": "normal",
            "aql": "1.0",
            "code_letter": "M",
            "sample_size": 315,
            "accept": 7,
            "reject": 8,
        },
        algorithm="sha256-order-1",
        seed="draw-0031-1",
        items=tuple(f"item-{i:06d}" for i in range(315)),
        reviewed=315,
        wrong=9,
        proposed="rework",
    )
