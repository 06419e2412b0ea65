"""Legal holds, placed and released: the row and the ledger entry together, or neither."""

from datetime import datetime

from pipelines.kernels.pseudonym import PERSON, WORDS, keyed_digest
from pipelines.ledger.keys import signing_key
from pipelines.ledger.log import append
from pipelines.ledger.retention_statement import HoldEvent, hold_changed
from pipelines.ledger.statement import Statement
from pipelines.model.errors import ConfigError
from pipelines.model.message import msg
from pipelines.store import holds, registry, runs
from pipelines.store.database import Store
from pipelines.store.holds import PLACED, RELEASED, Hold, Scope
from pipelines.store.keys import identifier_key
from pipelines.store.ledger_entries import appending


def place(store: Store, name: str, target: str, *, by: str, reason: str, at: datetime) -> Hold:
    """The hold `name` on `target` (a dataset, a run, a digest, or `all`) is in force.

    Raises:
        ConfigError: there is a hold of that name, one of the arguments says nothing, or there is
            no such dataset or run: a misspelt hold would hold nothing.
        LedgerError: the ledger cannot take the entry; the hold is then not in force.
    """
    _require_on_record(store, target)
    key = signing_key(store.settings.keys)
    with appending(store.engine) as book:
        number, said = holds.place(book.connection, name, target, by=by, reason=reason, at=at)
        append(book, [_statement(store, PLACED, number, said)], key=key)
    return said


def release(store: Store, name: str, *, by: str, reason: str, at: datetime) -> None:
    """The hold `name` is no longer in force; that it was stays on record.

    Raises:
        ConfigError: no hold of that name is in force, or nobody says who and why.
        LedgerError: the ledger cannot take the entry; the hold then stays in force.
    """
    key = signing_key(store.settings.keys)
    with appending(store.engine) as book:
        number, said = holds.release(book.connection, name, by=by, reason=reason, at=at)
        append(book, [_statement(store, RELEASED, number, said)], key=key)


def _require_on_record(store: Store, target: str) -> None:
    known: set[str] = {registered.dataset for registered in registry.registered(store)}
    for run in runs.all_runs(store):
        known |= {run.id, run.dataset}
    if holds.scope_of(target) in {Scope.DATASET, Scope.RUN} and target not in known:
        raise ConfigError(
            msg("no dataset and no run of the name {target} is on record", target=target),
            advice=msg(
                "check the spelling against tda registered and tda trend DATASET, or hold all"
            ),
        )


def _statement(store: Store, event: str, number: int, said: Hold) -> Statement:
    secret, key_id = identifier_key(store.settings)
    return hold_changed(
        HoldEvent(
            number=number,
            at=said.recorded_at,
            hold=said.name,
            event=event,
            scope=said.scope.value,
            target=said.target,
            decided_by=keyed_digest(PERSON, said.by, secret, key_id),
            reason=keyed_digest(WORDS, said.reason, secret, key_id),
        )
    )
