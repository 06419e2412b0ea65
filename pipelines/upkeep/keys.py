"""The keys: there, closed to others, and those that evidence and ledger were made with."""

from collections.abc import Iterator

import sqlalchemy as sa

from pipelines.ledger.keys import PRIVATE_FILE, PUBLIC_FILE, public_keys, signing_key
from pipelines.model.errors import AuditError
from pipelines.model.message import msg
from pipelines.settings import Settings
from pipelines.store import runs
from pipelines.store.database import Store
from pipelines.store.keys import IDENTIFIER_KEY, identifier_key
from pipelines.store.ledger_tables import ledger_heads
from pipelines.store.stage_results import stages_of
from pipelines.upkeep.line import Line, failed, note, ok, wrong


def key_lines(settings: Settings, store: Store | None) -> Iterator[Line]:
    """How the keys folder is; compared with `store` where that can be read."""
    folder = settings.keys
    if folder.is_dir() and folder.stat().st_mode & 0o077:
        yield wrong(
            "keys",
            msg("others may enter the keys folder {path}", path=str(folder)),
            msg("close it: chmod 700 {path}", path=str(folder)),
        )
    yield from _identifier_lines(settings, store)
    yield from _signing_lines(settings, store)


def _identifier_lines(settings: Settings, store: Store | None) -> Iterator[Line]:
    path = settings.keys / IDENTIFIER_KEY
    used = set() if store is None else _identifier_ids(store)
    if not path.exists():
        yield _absent(str(path), in_use=bool(used))
        return
    try:
        _, key_id = identifier_key(settings)
    except AuditError as error:
        yield failed("keys", error)
        return
    if used - {key_id}:
        yield wrong(
            "keys",
            msg(
                "identifiers in the evidence were digested with key {used}, here is key {found}",
                used=", ".join(sorted(used - {key_id})),
                found=key_id,
            ),
            msg("restore {file} from the back-up of the keys folder", file=IDENTIFIER_KEY),
        )
    else:
        yield ok("keys", msg("the identifier key is {id}", id=key_id))


def _signing_lines(settings: Settings, store: Store | None) -> Iterator[Line]:
    private, public = settings.keys / PRIVATE_FILE, settings.keys / PUBLIC_FILE
    used = set() if store is None else _head_ids(store)
    if not private.exists() and not public.exists():
        yield _absent(str(private), in_use=bool(used))
        return
    if not public.exists():
        yield wrong(
            "keys",
            msg("the public half {path} is missing", path=str(public)),
            msg("the next audit writes it again from the private key"),
        )
        return
    try:
        key = signing_key(settings.keys)
        known = set(public_keys(settings.keys))
    except AuditError as error:
        yield failed("keys", error)
        return
    if used - known:
        yield wrong(
            "keys",
            msg(
                "heads of the ledger were signed with key {used}, which is not in the keys folder",
                used=", ".join(sorted(used - known)),
            ),
            msg("put its public half back, named ledger-<date>.pub; the back-up has it"),
        )
    else:
        yield ok("keys", msg("the signing key is {id}", id=key.key_id))


def _absent(path: str, *, in_use: bool) -> Line:
    if in_use:
        return wrong(
            "keys",
            msg("the key {path} is gone", path=path),
            msg("restore it from the back-up of the keys folder; a new one would match nothing"),
        )
    return note("keys", msg("there is no key {path} yet; the first audit makes it", path=path))


def _identifier_ids(store: Store) -> set[str]:
    """Ids of the identifier keys of the newest sealed run of each dataset."""
    newest = {run.dataset: run for run in runs.all_runs(store) if run.state == runs.SEALED}
    found = set()
    for run in newest.values():
        for record in stages_of(store, run.id):
            if record.stage == "scan" and isinstance(record.summary.get("identifier_key"), str):
                found.add(str(record.summary["identifier_key"]))
    return found


def _head_ids(store: Store) -> set[str]:
    with store.engine.connect() as connection:
        rows = connection.execute(sa.select(ledger_heads.c.key_id).distinct())
        return {str(row.key_id) for row in rows}
