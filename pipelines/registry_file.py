"""`$TDA_HOME/registry.json`: the registered datasets, as a DAG file may read them at parse time.

The database is the record; this file is its copy for the forms of Airflow. It is read with the
standard library alone, and reading never fails: a form without proposals still takes a path.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

FILE = "registry.json"
LARGEST = 64 * 1024 * 1024
"""Bytes of a registry that is still read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A registered dataset: where its manifest and policy are, its title and its purpose."""

    manifest: str
    """Absolute path."""
    policy: str | None = None
    """Absolute path; None for the default policy."""
    title: Mapping[str, str] = field(default_factory=dict)
    """`zh` and/or `en`."""
    purpose: str | None = None


def registry_path(home: Path) -> Path:
    """Where the registry of the workspace `home` is."""
    return home / FILE


def read_registry(path: Path) -> dict[str, Entry]:
    """The entries of the registry at `path`, by dataset id, sorted.

    Empty where there is no such file or none that can be read; an entry that is not one is left
    out.
    """
    try:
        if path.stat().st_size > LARGEST:
            return {}
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    listed = content.get("datasets") if isinstance(content, dict) else None
    if not isinstance(listed, dict):
        return {}
    found = {id_: _entry(listed[id_]) for id_ in sorted(listed)}
    return {id_: entry for id_, entry in found.items() if entry is not None}


def write_registry(path: Path, entries: Mapping[str, Entry]) -> None:
    """The registry at `path` holds exactly `entries`; a reader sees the old file or the new one."""
    content = {"datasets": {id_: asdict(entries[id_]) for id_ in sorted(entries)}}
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".tmp-{path.name}-{os.getpid()}-{os.urandom(4).hex()}")
    try:
        with temporary.open("w", encoding="utf-8", errors="backslashreplace") as target:
            target.write(text)
            target.flush()
            os.fsync(target.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _entry(value: object) -> Entry | None:
    if not isinstance(value, dict):
        return None
    manifest, policy, purpose = (value.get(name) for name in ("manifest", "policy", "purpose"))
    if not isinstance(manifest, str) or not manifest:
        return None
    return Entry(
        manifest=manifest,
        policy=policy if isinstance(policy, str) and policy else None,
        title=_texts(value.get("title")),
        purpose=purpose if isinstance(purpose, str) else None,
    )


def _texts(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {lang: text for lang, text in value.items() if isinstance(text, str)}
