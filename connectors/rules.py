"""The labelling rules file (`rules.yaml`): what is missing is empty, what is wrong is an error."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from connectors.problems import Problems
from connectors.shape_fields import Line, Lines, OptionalDay, Prose, Shape, as_list, choice, member
from connectors.shape_problems import Place, check
from connectors.yaml_lines import read_bounded, read_yaml
from pipelines.model.annotation import LabelRule, RuleKind, RuleSet, Truth
from pipelines.model.ids import digest_of
from pipelines.model.message import msg
from pipelines.model.source import EvidenceFile

COEFFICIENTS = ("alpha", "ac1", "fleiss", "cohen", "raw")


def _joined(given: object) -> object:
    """A list of texts as one text, a line each."""
    if isinstance(given, list) and all(isinstance(part, str) for part in given):
        return "\n".join(given)
    return given


def _coefficient(given: object) -> object:
    if isinstance(given, str) and given.strip() not in COEFFICIENTS:
        raise choice(given.strip(), COEFFICIENTS)
    return given


Section = Annotated[Prose, BeforeValidator(_joined)]
Examples = Annotated[tuple[Prose, ...], BeforeValidator(as_list)]
Share = Annotated[Decimal, Field(ge=-1, le=1)]


class AgreementShape(Shape):
    """`agreement`: the least that is asked for."""

    coefficient: Annotated[Line, BeforeValidator(_coefficient)] = "alpha"
    minimum: Share | None = None


class DefectsShape(Shape):
    """`defects`: what each class of defect means."""

    critical: Section | None = None
    major: Section | None = None
    minor: Section | None = None


class StagesShape(Shape):
    """`stages`: the duty of those who annotate and of those who review."""

    annotate: Section | None = None
    review: Section | None = None


class LabelShape(Shape):
    """One entry of `labels`."""

    id: Line
    definition: Section = ""
    positive: Examples = ()
    negative: Examples = ()
    edge: Examples = ()
    risks: Lines = ()


class RulesShape(Shape):
    """The whole of `rules.yaml`."""

    version: str = ""
    kind: Annotated[RuleKind, BeforeValidator(member(RuleKind))]
    approved_by: Lines = ()
    effective_from: OptionalDay = None
    goal: Section = ""
    data_format: Section = ""
    method: Section = ""
    quality_indicators: Section = ""
    truth: Annotated[Truth, BeforeValidator(member(Truth))] = Truth.REVIEWER
    agreement: AgreementShape = AgreementShape()
    defects: DefectsShape = DefectsShape()
    labels: tuple[LabelShape, ...] = ()
    stages: StagesShape = StagesShape()
    constraints: dict[Line, Section] = Field(default_factory=dict)


def read_rules(path: Path, *, name: str | None = None) -> RuleSet:
    """The rules in the file at `path`, known as `name` (default: its file name) in the evidence.

    Sections nobody wrote are empty: that is for a control to find. Only `kind` must be there, since
    no default would be true of both kinds.

    Raises:
        ConfigError: the file is no YAML, or a field is unknown or of the wrong type.
    """
    content = read_bounded(path)
    located = read_yaml(path, content)
    place = Place(problems=Problems(str(path)), line=located.line)
    shape = check(RulesShape, located.value, place)
    if shape is not None:
        _check_labels(shape, place)
    place.problems.check()
    assert shape is not None  # noqa: S101  a shape that is None has left problems
    file = EvidenceFile(
        kind="rules", name=name or path.name, digest=digest_of(content), bytes=len(content)
    )
    return _rule_set(shape, file)


def _check_labels(shape: RulesShape, place: Place) -> None:
    seen: set[str] = set()
    for at, label in enumerate(shape.labels):
        if label.id in seen:
            place.add(
                ("labels", at, "id"),
                msg("there are two labels {id}", id=label.id),
                msg("keep one of the two"),
            )
        seen.add(label.id)


def _rule_set(shape: RulesShape, file: EvidenceFile) -> RuleSet:
    return RuleSet(
        version=shape.version,
        kind=shape.kind,
        file=file,
        approved_by=shape.approved_by,
        effective_from=shape.effective_from,
        goal=shape.goal,
        data_format=shape.data_format,
        method=shape.method,
        quality_indicators=shape.quality_indicators,
        truth=shape.truth,
        coefficient=shape.agreement.coefficient,
        minimum_agreement=shape.agreement.minimum,
        defects=_written(shape.defects),
        labels=tuple(LabelRule(**label.model_dump()) for label in shape.labels),
        stages=_written(shape.stages),
        constraints=shape.constraints,
    )


def _written(shape: Shape) -> dict[str, str]:
    """The sections that say something."""
    return {name: text for name, text in shape.model_dump().items() if text}
