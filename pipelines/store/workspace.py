"""Whether `$TDA_HOME` is the workspace of the audit database.

Evidence, keys and reports lie in `$TDA_HOME`, facts and results in the database. A worker that has
the database but a folder of its own would write evidence where nobody finds it, and identifiers
under a key of its own. So the first run leaves one id in both places, `workspace.json` and the
table `workspaces`, and whatever writes compares the two first.
"""

import json
import os
from pathlib import Path

import sqlalchemy as sa

from pipelines.model.errors import ConfigError
from pipelines.model.message import msg
from pipelines.ownership import temporary_name
from pipelines.settings import Settings
from pipelines.store.database import Store, writing
from pipelines.store.inserting import insert_once
from pipelines.store.workspace_tables import workspaces

MARKER = "workspace.json"
SLOT = 1


def claim(store: Store) -> str:
    """The id of the workspace, in its folder and in the database from now on.

    A folder that already has an id brings it into a database that has none.

    Raises:
        ConfigError: the database belongs to the workspace of another folder.
    """
    if recorded(store) is None:
        ours = marked(store.settings) or _mark(store.settings)
        with writing(store.engine) as connection:
            insert_once(connection, workspaces, [{"slot": SLOT, "id": ours}])
    return require(store)


def require(store: Store) -> str:
    """The id that the folder and the database agree on.

    Raises:
        ConfigError: the folder has no id, or another one than the database.
    """
    expected, found = recorded(store), marked(store.settings)
    if expected is None or found is None:
        raise ConfigError(
            msg(
                "{home} is not the workspace of this audit database", home=str(store.settings.home)
            ),
            advice=msg(
                "give every worker the TDA_HOME of the first run, as a folder they share; "
                "after a restore, put {marker} back from the backup",
                marker=MARKER,
            ),
        )
    if expected != found:
        raise ConfigError(
            msg(
                "{home} is workspace {found}, but this audit database belongs to {expected}",
                home=str(store.settings.home),
                found=found,
                expected=expected,
            ),
            advice=msg(
                "check TDA_HOME and TDA_DATABASE_URL of this worker: one of them is not ours"
            ),
        )
    return expected


def recorded(store: Store) -> str | None:
    """The id of the workspace the database belongs to; None before the first run."""
    with store.engine.connect() as connection:
        found = connection.execute(sa.select(workspaces.c.id)).scalar()
    return None if found is None else str(found)


def marked(settings: Settings) -> str | None:
    """The id in the marker under `$TDA_HOME`; None where there is no marker.

    Raises:
        ConfigError: there is a marker, and it cannot be read.
    """
    path = settings.home / MARKER
    try:
        text = path.read_bytes()[:1000]
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path) from error
    try:
        found = json.loads(text)["workspace"]
    except (ValueError, KeyError, TypeError) as error:
        raise _unreadable(path) from error
    if not isinstance(found, str) or not found.isalnum() or len(found) > 40:
        raise _unreadable(path)
    return found


def _unreadable(path: Path) -> ConfigError:
    return ConfigError(
        msg("the workspace marker {path} cannot be read", path=str(path)),
        advice=msg("restore it from the backup of TDA_HOME"),
    )


def _mark(settings: Settings) -> str:
    """The id now in the marker: a new one, or that of a process that was quicker."""
    path = settings.home / MARKER
    temporary = path.with_name(temporary_name())
    identity = os.urandom(16).hex()
    temporary.write_text(json.dumps({"workspace": identity}) + "\n", encoding="utf-8")
    try:
        os.link(temporary, path)
    except FileExistsError:
        return marked(settings) or identity
    finally:
        temporary.unlink()
    return identity
