"""The policy: what applies, every number a control is judged by, waivers, attestations."""

import json
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, ValidationError

from expectations.catalogue import catalogue_ids
from expectations.clause import clauses, frameworks
from expectations.findings import shown
from expectations.keyword_file import library_digest
from expectations.policy_errors import YamlFile, merged
from expectations.policy_parts import (
    AgreementRule,
    Attestation,
    Confirmation,
    Contamination,
    Duplicates,
    Keywords,
    Name,
    Part,
    Sampling,
    Waiver,
)
from expectations.policy_thresholds import Threshold, refuse_wrong_thresholds, threshold
from pipelines.model.ids import Digest, digest_of
from pipelines.model.message import msg


class Policy(Part):
    """Everything a decision depends on beside the evidence; frozen, and named by its digest."""

    version: Name
    frameworks: tuple[Name, ...]
    duplicates: Duplicates
    sampling: Sampling
    agreement: AgreementRule
    thresholds: Mapping[str, Mapping[str, Annotated[Threshold, BeforeValidator(threshold)]]]
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
    base = _default()
    if path is None:
        return _validated(base, base.content)
    over = YamlFile(path)
    if not isinstance(over.content, dict) or not isinstance(base.content, dict):
        raise over.wrong((), msg("{file}, line {line}: a policy is a mapping of fields"))
    policy = _validated(over, merged(base.content, over.content))
    _refuse_unknown_names(over, policy, _validated(base, base.content))
    return _with_library(over, policy)


@cache
def _default() -> YamlFile:
    """The policy that ships: a night reads it for each dataset, and an audit twice."""
    with as_file(files("expectations") / "policies" / "default.yaml") as default:
        return YamlFile(default)


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
    refuse_wrong_thresholds(over, policy.thresholds, default.thresholds)
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
