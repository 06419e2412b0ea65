"""What the Params of `audit_dataset` ask for; a sentence where nobody can follow it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines import flow
from pipelines.airflow.unknown_names import refuse_unknown
from pipelines.model.errors import ConfigError
from pipelines.model.message import msg
from pipelines.registry_file import Entry
from pipelines.settings import Settings

PARAMETERS = ("dataset", "manifest", "purpose", "policy", "at")
"""What the form of `audit_dataset` asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which manifest is to be audited, and under which policy."""

    manifest: Path
    policy: Path | None


def read_asked(
    params: Mapping[str, object], *, registered: Mapping[str, Entry], settings: Settings
) -> Asked:
    """What `params` ask for: `dataset` or `manifest`, and `purpose` and `policy` where given.

    The schemas of the form refuse most of this already; they were read when the DAG was parsed, and
    the registry may have changed since.

    Raises:
        ConfigError: an unknown name or dataset, both or neither of dataset and manifest, a path
            that is not absolute or leads out of the roots, a manifest or policy that cannot be
            followed, or a manifest of another dataset or purpose.
    """
    refuse_unknown(params, PARAMETERS)
    dataset, manifest = _text(params, "dataset"), _text(params, "manifest")
    entry = _entry(dataset, registered) if dataset else None
    if (entry is None) == (manifest is None):
        raise ConfigError(
            msg("an audit takes either a registered dataset or the path of a manifest"),
            advice=msg("give one of the two: dataset or manifest"),
        )
    asked = Asked(
        manifest=Path(entry.manifest) if entry else _path(str(manifest), settings.roots),
        policy=_policy(params, entry, settings.roots),
    )
    found = flow.check(asked.manifest, policy=asked.policy, settings=settings)
    if dataset and found.id != dataset:
        raise ConfigError(
            msg("the manifest of {asked} describes {found} now", asked=dataset, found=found.id),
            advice=msg(
                "register the manifest again: tda register {path}", path=str(found.manifest)
            ),
        )
    purpose = _text(params, "purpose")
    if purpose and purpose != found.purpose.value:
        raise ConfigError(
            msg(
                "the purpose asked for is {asked}; the manifest of {dataset} says {found}",
                asked=purpose[:80],
                dataset=found.id,
                found=found.purpose.value,
            ),
            advice=msg("correct the purpose in the manifest, or leave it out here"),
        )
    return asked


def _entry(dataset: str, registered: Mapping[str, Entry]) -> Entry:
    if dataset not in registered:
        raise ConfigError(
            msg("the dataset {id} is not registered", id=dataset[:200]),
            advice=msg("register it: tda register MANIFEST; or give the path of its manifest"),
        )
    return registered[dataset]


def _policy(
    params: Mapping[str, object], entry: Entry | None, roots: Sequence[Path]
) -> Path | None:
    given = _text(params, "policy")
    if given is not None:
        return _path(given, roots)
    return Path(entry.policy) if entry and entry.policy else None


def _path(given: str, roots: Sequence[Path]) -> Path:
    """The absolute path `given`: below one of `roots`, links resolved, where there are some."""
    path = Path(given)
    if not path.is_absolute():
        raise ConfigError(
            msg("the path {path} is not absolute", path=given[:300]),
            advice=msg("begin the path with /"),
        )
    if roots and not any(path.resolve().is_relative_to(root.resolve()) for root in roots):
        raise ConfigError(
            msg("the path {path} lies outside the roots", path=given[:300]),
            advice=msg("move the file, or add its folder to TDA_ROOTS"),
        )
    return path


def _text(params: Mapping[str, object], name: str) -> str | None:
    """The text under `name`; None where it is absent or empty.

    Raises:
        ConfigError: it is no text.
    """
    value = params.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ConfigError(
            msg("{name} is not a text", name=name), advice=msg("give it as a JSON string")
        )
    return value
