"""What is under a legal hold stays, and that it was held is on record."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.kernels.pseudonym import PERSON, WORDS, keyed_digest
from pipelines.language.catalogue import translate
from pipelines.ledger.dsse import read_envelope
from pipelines.ledger.statement import Predicate
from pipelines.model.errors import ConfigError, LedgerError
from pipelines.model.ids import RunId
from pipelines.model.message import msg
from pipelines.stages.ledger_view import inspect_store
from pipelines.store import stage_results
from pipelines.store.database import Store
from pipelines.store.holds import all_in_force
from pipelines.store.keys import identifier_key
from pipelines.store.ledger_entries import reading
from pipelines.store.retention_tables import holds as hold_rows
from pipelines.upkeep import holds, retention
from pipelines.upkeep.retention import REPORT, Item, Plan
from pipelines.upkeep.rules import RetentionRules

AT = datetime(2026, 11, 21, tzinfo=UTC)
NOW = datetime.now(UTC)
RULES = RetentionRules()
WHO = {"by": "C-02", "reason": "letter of the authority"}


def plan(store: Store) -> Plan:
    return retention.plan(store, RULES, at=AT, now=NOW)


def apply(store: Store) -> tuple[Item, ...]:
    return retention.apply(store, RULES, at=AT, now=NOW)[1]


def tables(store: Store, run: RunId) -> set[str]:
    stages = stage_results.stages_of(store, run)
    return {table.digest for stage in stages for table in stage.tables}


def going(found: Plan, *, reports: bool = False) -> set[str]:
    """The names of the reports, or of everything else, that would go."""
    return {item.name for item in found.going if (item.kind == REPORT) == reports}


def entries(store: Store) -> int:
    with reading(store.engine) as book:
        return book.size()


@pytest.mark.parametrize("target", ["one", "all", "first"])
def test_a_hold_keeps_what_it_names_until_it_is_released(store, ids, target):
    name = ids.get(target, target)
    holds.place(store, "letter-14", name, at=AT, **WHO)
    found = plan(store)
    assert ids["first"] not in found.old
    assert "letter-14" in translate(found.runs[ids["first"]], "en")
    assert not tables(store, ids["first"]) & going(found)
    assert ids["first"] not in going(found, reports=True)
    if target != "first":
        assert apply(store) == ()
    holds.release(store, "letter-14", at=AT, **WHO)
    assert ids["first"] in plan(store).old


def test_a_hold_on_a_digest_keeps_that_table_only(store, ids):
    before = going(plan(store))
    one = sorted(before)[0]
    holds.place(store, "letter-15", one, at=AT, **WHO)
    assert going(plan(store)) == before - {one}


@pytest.mark.parametrize(
    ("event", "scope"), [("placed", "galaxy"), ("suspended", "all"), ("", ""), ("Released", "all")]
)
def test_a_hold_nobody_understands_holds_everything(store, event, scope):
    row = {"name": "odd", "event": event, "scope": scope, "target": "?", "by": "x", "reason": "x"}
    with store.engine.begin() as connection:
        connection.execute(hold_rows.insert().values(recorded_at=AT, **row))
    assert plan(store).going == []
    assert apply(store) == ()


def test_a_hold_says_who_and_why_and_has_a_name_of_its_own(store):
    with pytest.raises(ConfigError):
        holds.place(store, "x", "one", by=" ", reason="why", at=AT)
    with pytest.raises(ConfigError):
        holds.place(store, "x", "../../etc", at=AT, **WHO)
    holds.place(store, "x", "one", at=AT, **WHO)
    with pytest.raises(ConfigError):
        holds.place(store, "x", "two", at=AT, **WHO)
    with pytest.raises(ConfigError):
        holds.release(store, "y", at=AT, **WHO)
    assert [hold.name for hold in all_in_force(store)] == ["x"]


def test_placing_and_releasing_a_hold_is_in_the_ledger_without_a_name_or_a_word(store):
    size = entries(store)
    holds.place(store, "letter-16", "one", at=AT, **WHO)
    later = AT + timedelta(days=1)
    holds.release(store, "letter-16", by="C-03", reason="closed", at=later)
    with reading(store.engine) as book:
        found = list(book.entries())[size:]
    assert [entry.predicate for entry in found] == [Predicate.HOLD.type] * 2
    placed, released = (json.loads(read_envelope(e.envelope).payload)["predicate"] for e in found)
    assert [placed[k] for k in ("hold", "event", "scope", "target", "at")] == [
        "letter-16",
        "placed",
        "dataset",
        "one",
        "2026-11-21T00:00:00Z",
    ]
    assert (released["event"], released["at"]) == ("released", "2026-11-22T00:00:00Z")
    key, key_id = identifier_key(store.settings)
    assert placed["decided_by"] == keyed_digest(PERSON, "C-02", key, key_id)
    assert placed["reason"] == keyed_digest(WORDS, WHO["reason"], key, key_id)
    assert released["decided_by"] == keyed_digest(PERSON, "C-03", key, key_id)
    assert b"C-02" not in found[0].envelope
    assert not inspect_store(store).faults


def test_a_hold_that_is_refused_leaves_no_entry_and_no_row_without_one(store, monkeypatch):
    size = entries(store)
    with pytest.raises(ConfigError):
        holds.release(store, "nobody-placed-it", at=AT, **WHO)

    def full(*_: object, **__: object) -> None:
        raise LedgerError(msg("no room"), advice=msg("make room"))

    monkeypatch.setattr("pipelines.upkeep.holds.append", full)
    with pytest.raises(LedgerError):
        holds.place(store, "letter-17", "one", at=AT, **WHO)
    assert entries(store) == size
    assert all_in_force(store) == []


def test_a_hold_may_bear_the_name_of_one_that_was_released(store):
    size = entries(store)
    for _ in range(2):
        holds.place(store, "again", "all", at=AT, **WHO)
        holds.release(store, "again", at=AT, **WHO)
    assert entries(store) == size + 4
    assert not inspect_store(store).faults


def test_a_misspelt_hold_is_refused_because_it_would_hold_nothing(store, ids):
    for target in ("oen", "run-20261120-0100-00000000"):
        with pytest.raises(ConfigError, match="on record"):
            holds.place(store, "letter-18", target, at=AT, **WHO)
    assert all_in_force(store) == []
