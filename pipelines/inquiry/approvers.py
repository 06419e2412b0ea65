"""`$TDA_HOME/approvers.json`: the people who may approve an answer, read at parse time.

`{"approvers": [{"id": "dpo", "name": "Data protection officer"}]}`; an id is the user id of the
Airflow that asks. Standard library alone, and reading never fails: without the file nobody may
approve, and the tasks say so.
"""

import json
from dataclasses import dataclass
from pathlib import Path

FILE = "approvers.json"
LARGEST = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Approver:
    """A person who may approve: the user id in Airflow, and the name shown beside it."""

    id: str
    name: str


def approvers_path(home: Path) -> Path:
    """Where the approvers of the workspace `home` are listed."""
    return home / FILE


def read_approvers(path: Path) -> tuple[Approver, ...]:
    """The approvers listed at `path`, each id once, sorted; none where it cannot be read."""
    try:
        if path.stat().st_size > LARGEST:
            return ()
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return ()
    listed = content.get("approvers") if isinstance(content, dict) else None
    found: dict[str, Approver] = {}
    for one in listed if isinstance(listed, list) else []:
        match one:
            case {"id": str(id_)} if id_.strip():
                name = one.get("name")
                shown = name if isinstance(name, str) and name.strip() else id_
                found.setdefault(id_.strip(), Approver(id_.strip(), shown.strip()))
    return tuple(found[id_] for id_ in sorted(found))
