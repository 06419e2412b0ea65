"""The policy: what applies, every number a control is judged by, waivers, attestations."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from expectations.catalogue import catalogue_ids
from expectations.clause import clauses, frameworks
from expectations.findings import shown
from expectations.keep import Keep
from expectations.keyword_file import library_digest
from expectations.policy_errors import YamlFile, merged
from expectations.terms import Terms
from pipelines.model.ids import Digest, digest_of
from pipelines.model.message import msg

Threshold = int | Decimal | str | tuple[str, ...]
"""A number, a choice or a list of words a control is judged by."""

ALL = "all"
Name = Annotated[str, Field(min_length=1, max_length=200)]
DatasetName = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,100}$")]
ControlId = Annotated[str, Field(pattern=r"^[A-Z]+-\d\d$")]


def _threshold(value: object) -> object:
    """A scalar as YAML wrote it: whole number, decimal number, else a word."""
    if isinstance(value, list):
        return tuple(str(item) for item in value)
    if isinstance(value, str) and re.fullmatch(r"-?\d+", value):
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"-?\d+\.\d+", value):
        return Decimal(value)
    return value


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def _several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class Duplicates(_Part):
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


class Sampling(_Part):
    """The acceptance plan by which labels are sampled."""

    standard: Literal["ISO 2859-1"]
    level: Literal["I", "II", "III", "S-1", "S-2", "S-3", "S-4"]
    aql: Decimal = Field(gt=0)
    severity: Literal["normal", "tightened"]
    seed: int = Field(ge=0)


class AgreementRule(_Part):
    """How agreement between annotators is computed."""

    level: Literal["nominal", "ordinal", "interval"]
    repeats: Literal["keep", "first", "last", "drop"]
    draws: int = Field(ge=100, le=100_000)
    seed: int = Field(ge=0)


class Keywords(_Part):
    """The library of keywords every record is searched for."""

    library: Name | None = None
    """A CSV file beside the policy; None: no library, nothing is searched."""
    digest: Digest | None = None
    """Of the bytes of that file, taken when the policy is read."""


def _all_or_some(value: object) -> object:
    return None if value == ALL else value


class Contamination(_Part):
    """Which evaluation sets the data must not hold, and what counts as holding a question."""

    evaluation_sets: Annotated[
        tuple[DatasetName, ...] | None,
        BeforeValidator(_all_or_some),
        PlainSerializer(lambda value: ALL if value is None else list(value)),
    ] = None
    """Ids of datasets; None, written `all`: every dataset registered for evaluation."""
    threshold: Decimal = Field(default=Decimal("0.8"), gt=0, le=1)

    @model_validator(mode="after")
    def _sets_once(self) -> Self:
        named = self.evaluation_sets
        if named is not None and (not named or len(set(named)) < len(named)):
            raise PydanticCustomError("sets_unclear", "each evaluation set once, or all")
        return self


class Confirmation(_Part):
    """A person has read the official copy of a clause."""

    clause: Name
    by: Name
    at: date
    digest: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]


class Waiver(_Part):
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


class Attestation(_Part):
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


class Policy(_Part):
    """Everything a decision depends on beside the evidence; frozen, and named by its digest."""

    version: Name
    frameworks: tuple[Name, ...]
    duplicates: Duplicates
    sampling: Sampling
    agreement: AgreementRule
    thresholds: Mapping[str, Mapping[str, Annotated[Threshold, BeforeValidator(_threshold)]]]
    keywords: Keywords = Keywords()
    contamination: Contamination = Contamination()
    confirmations: tuple[Confirmation, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    attestations: tuple[Attestation, ...] = ()

    @cached_property
    def digest(self) -> Digest:
        """Digest of the whole policy, defaults included."""
        return digest_of(self.to_json().encode())

    def part(self, names: Iterable[str]) -> dict[str, object]:
        """The named parts as JSON, for the key of a stage; `thresholds.QLT-01` names one control's.

        Raises:
            KeyError: there is no such part.
        """
        whole: dict[str, object] = json.loads(self.to_json())
        found: dict[str, object] = {}
        for name in names:
            value: object = whole
            for step in name.split(".", 1):
                if not isinstance(value, dict):
                    raise KeyError(name)
                value = value[step]
            found[name] = value
        return found

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, no white space, decimals as strings."""
        content = self.model_dump(mode="json", by_alias=True)
        return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Policy":
        """The policy that `to_json` wrote."""
        return cls.model_validate_json(text)

    def printed_thresholds(self) -> dict[str, dict[str, str | int]]:
        """Every threshold as it is printed and recorded."""
        return {
            control: {name: printed(value) for name, value in values.items()}
            for control, values in self.thresholds.items()
        }


def printed(value: Threshold) -> str | int:
    """A threshold as a whole number or a string."""
    if isinstance(value, tuple):
        return ", ".join(value)
    return value if isinstance(value, int) else str(value)


def load_policy(path: Path | None = None) -> Policy:
    """The default policy, with what the file at `path` says laid over it.

    Raises:
        ConfigError: the file cannot be read or followed; names file, line and field.
    """
    with as_file(files("expectations") / "policies" / "default.yaml") as default:
        base = YamlFile(default)
    if path is None:
        return _validated(base, base.content)
    over = YamlFile(path)
    if not isinstance(over.content, dict) or not isinstance(base.content, dict):
        raise over.wrong((), msg("{file}, line {line}: a policy is a mapping of fields"))
    policy = _validated(over, merged(base.content, over.content))
    _refuse_unknown_names(over, policy, _validated(base, base.content))
    return _with_library(over, policy)


def _with_library(over: YamlFile, policy: Policy) -> Policy:
    """The policy with the digest of the library it names."""
    if policy.keywords.digest is not None:
        problem = msg("{file}, line {line}: there is no field {field}")
        raise over.wrong(("keywords", "digest"), problem)
    name = policy.keywords.library
    if name is None:
        return policy
    digest = library_digest(over, name)
    return policy.model_copy(update={"keywords": Keywords(library=name, digest=digest)})


def _validated(source: YamlFile, content: object) -> Policy:
    try:
        return Policy.model_validate(content)
    except ValidationError as error:
        raise source.invalid(error) from error


def _refuse_unknown_names(over: YamlFile, policy: Policy, default: Policy) -> None:
    """A threshold nobody reads, or a control or clause that does not exist, is a misspelling."""
    for control, values in policy.thresholds.items():
        for name in values:
            if name not in default.thresholds.get(control, {}):
                raise over.wrong(
                    ("thresholds", control, name),
                    msg("{file}, line {line}: no control reads {field}"),
                )
    named: list[tuple[str, str, str]] = [
        *((w.control, "waivers", "control") for w in policy.waivers),
        *((a.control, "attestations", "control") for a in policy.attestations),
        *((c.clause, "confirmations", "clause") for c in policy.confirmations),
        *((framework, "frameworks", "") for framework in policy.frameworks),
    ]
    known = {*catalogue_ids(), *clauses(), *frameworks()}
    for name, part, field in named:
        if name not in known:
            problem = msg(
                "{file}, line {line}: the catalogue does not know {name}", name=shown(name)
            )
            raise over.wrong((part, *([field] if field else [])), problem)
