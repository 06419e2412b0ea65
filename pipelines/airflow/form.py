"""The form of `audit_dataset`: what may be chosen, from the registry as it reads at parse time."""

from collections.abc import Mapping
from pathlib import Path

from pipelines.model.dataset import Purpose
from pipelines.registry_file import Entry, read_registry, registry_path

OPTIONAL = ("null", "string")


def audit_form(home: Path) -> dict[str, dict[str, object]]:
    """The Params of an audit by name, each as the arguments of `Param`.

    A dataset that is not registered, an unknown purpose or a relative path is refused by the
    schema, so that Airflow answers 400; what the schema cannot see, `begin` checks.
    """
    registered = read_registry(registry_path(home))
    policies = sorted({entry.policy for entry in registered.values() if entry.policy})
    return {
        "dataset": _optional(
            "Registered dataset",
            "Its manifest and policy come from tda register; or name a manifest below",
            enum=[None, *registered],
            values_display={id_: _shown(id_, entry) for id_, entry in registered.items()},
        ),
        "manifest": _optional(
            "Manifest", "Absolute path of a dataset.yaml, where no dataset is chosen", pattern="^/"
        ),
        "purpose": _optional(
            "Purpose",
            "What the data is to be used for; refused where the manifest names another purpose",
            enum=[None, *(purpose.value for purpose in Purpose)],
        ),
        "policy": _optional(
            "Policy",
            "Absolute path of a policy.yaml; empty means that of the registration, or the default",
            pattern="^/",
            examples=policies,
        ),
        "at": _optional("Clock", "ISO 8601; empty means now"),
    }


def _optional(title: str, description: str, **schema: object) -> dict[str, object]:
    shape: dict[str, object] = {"default": None, "type": list(OPTIONAL)}
    return {**shape, "title": title, "description": description, **schema}


def _shown(id_: str, entry: Entry) -> str:
    title: Mapping[str, str] = entry.title
    named = title.get("en") or title.get("zh")
    return f"{id_} · {named}" if named else id_
