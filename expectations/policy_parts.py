"""The parts of a policy: what each one may say, and what it may not."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

from expectations.keep import Keep
from expectations.terms import Terms
from pipelines.model.ids import Digest

ALL = "all"
Name = Annotated[str, Field(min_length=1, max_length=200)]
DatasetName = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,100}$")]
ControlId = Annotated[str, Field(pattern=r"^[A-Z]+-\d\d$")]


class Part(BaseModel):
    """Fields of a policy: frozen, and no field but these."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def _several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class Duplicates(Part):
    """What counts as a near duplicate, and which record of a group is kept."""

    threshold: Decimal = Field(gt=0, le=1)
    keep: Annotated[tuple[Keep, ...], BeforeValidator(_several)] = Field(min_length=1)
    """The most important criterion first; what they leave open is decided by file and row."""
    licence_order: tuple[Terms, ...] = tuple(Terms)
    """Every class of terms, the best one first; policies of runs before 2026-11-28 name none."""

    @model_validator(mode="after")
    def _an_order(self) -> Self:
        if len(set(self.keep)) < len(self.keep) or Keep.FIRST in self.keep[:-1]:
            raise PydanticCustomError("keep_unclear", "nothing comes after the first")
        if sorted(self.licence_order) != sorted(Terms):
            raise PydanticCustomError("licence_order", "every class of terms once")
        return self


class Sampling(Part):
    """The acceptance plan by which labels are sampled."""

    standard: Literal["ISO 2859-1"]
    level: Literal["I", "II", "III", "S-1", "S-2", "S-3", "S-4"]
    aql: Decimal = Field(gt=0)
    severity: Literal["normal", "tightened"]
    seed: int = Field(ge=0)


class AgreementRule(Part):
    """How agreement between annotators is computed."""

    level: Literal["nominal", "ordinal", "interval"]
    repeats: Literal["keep", "first", "last", "drop"]
    draws: int = Field(ge=100, le=100_000)
    seed: int = Field(ge=0)


class Keywords(Part):
    """The library of keywords every record is searched for."""

    library: Name | None = None
    """A CSV file beside the policy; None: no library, nothing is searched."""
    digest: Digest | None = None
    """Of the bytes of that file, taken when the policy is read."""


def _all_or_some(value: object) -> object:
    return None if value == ALL else value


class Contamination(Part):
    """Which evaluation sets the data must not hold, and what counts as holding a question."""

    evaluation_sets: Annotated[
        tuple[DatasetName, ...] | None,
        BeforeValidator(_all_or_some),
        PlainSerializer(lambda value: ALL if value is None else list(value)),
    ] = None
    """Ids of datasets; None, written `all`: every dataset registered for evaluation."""
    threshold: Decimal = Field(default=Decimal("0.8"), gt=0, le=1)
    inside_threshold: Decimal = Field(default=Decimal("0.8"), ge=Decimal("0.7"), le=1)
    """Least share of a question that one passage of a longer text must hold; below 0.7 a question
    could be missed that has it."""

    @model_validator(mode="after")
    def _sets_once(self) -> Self:
        named = self.evaluation_sets
        if named is not None and (not named or len(set(named)) < len(named)):
            raise PydanticCustomError("sets_unclear", "each evaluation set once, or all")
        return self


class Confirmation(Part):
    """A person has read the official copy of a clause."""

    clause: Name
    by: Name
    at: date
    digest: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]


class Waiver(Part):
    """A named person lets a control that is not met pass for a time."""

    id: Name
    control: ControlId
    reason: Name
    requested_by: Name
    approved_by: Name
    start: date = Field(alias="from")
    end: date = Field(alias="to")

    @model_validator(mode="after")
    def _by_two_people_and_forwards(self) -> Self:
        if self.approved_by.strip().casefold() == self.requested_by.strip().casefold():
            raise PydanticCustomError("waiver_by_one", "a waiver takes two people")
        if self.end < self.start:
            raise PydanticCustomError("waiver_backwards", "a waiver ends after it begins")
        return self

    def in_force(self, on: date) -> bool:
        """Whether `on` lies between the first and the last day, both included."""
        return self.start <= on <= self.end


class Attestation(Part):
    """A named person vouches for a control, with the documents that bear it out."""

    control: ControlId
    outcome: Literal["passed", "inapplicable"]
    by: Name
    role: Name
    at: date
    reason: Name
    evidence: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _with_evidence(self) -> Self:
        if self.outcome == "passed" and not self.evidence:
            raise PydanticCustomError("attested_bare", "an attestation names its evidence")
        return self
