"""What only a head kept outside shows: a tail that was cut, and a forgery by who has the key."""

import sys
from pathlib import Path

import pytest

from pipelines.ledger.faults import Reason
from pipelines.model.errors import TamperedError
from pipelines.store.ledger_entries import reading
from pipelines.store.ledger_tables import ledger_entries, ledger_heads, ledger_subtrees

sys.path.insert(0, str(Path(__file__).parent))

from attacking import forge, rebuild_subtrees, rewrite, verify_with


def test_a_cut_tail_is_noticed_while_the_heads_over_it_are_there(sealed):
    sealed.execute("DELETE FROM ledger_entries WHERE position >= 9")
    found = sealed.inspect()
    assert (found.reason, found.faults[0].position) == (Reason.TAIL_CUT, 9)


def cut_with_heads(sealed):
    sealed.execute(
        "DELETE FROM ledger_entries WHERE position >= 8",
        "DELETE FROM ledger_heads WHERE size > 8",
    )
    rebuild_subtrees(sealed)


def test_a_tail_cut_together_with_its_heads_does_not_show_without_an_anchor(sealed):
    # this is a limit of any ledger that lies in one place, and the command says so
    cut_with_heads(sealed)
    assert sealed.reasons() == []


def test_a_tail_cut_together_with_its_heads_shows_against_an_anchor(sealed):
    anchor = sealed.inspect().head
    cut_with_heads(sealed)
    found = sealed.inspect(anchor)
    assert [(f.reason, f.position) for f in found.faults] == [(Reason.TAIL_CUT, 8)]


def test_everything_cut_shows_against_an_anchor_and_is_never_ok(sealed):
    anchor = sealed.inspect().head
    sealed.execute(ledger_entries.delete(), ledger_heads.delete(), ledger_subtrees.delete())
    assert sealed.reasons(anchor) == ["empty", "tail_cut"]
    assert sealed.reasons() == ["empty"]


def rewritten_by_the_administrator(ledger, position):
    """All of it made anew with the real key: another entry, same length, new heads."""
    rewrite(ledger, position, forge(ledger, position, ledger.key), everything=True)
    ledger.execute(ledger_heads.delete())
    ledger.sign()


def test_an_equal_length_forgery_by_who_has_the_key_shows_only_against_an_anchor(sealed):
    anchor = sealed.inspect().head
    rewritten_by_the_administrator(sealed, 4)
    assert sealed.reasons() == []
    assert sealed.reasons(anchor) == ["not_consistent"]


def test_a_forgery_from_the_first_entry_on_is_another_ledger(sealed):
    anchor = sealed.inspect().head
    rewritten_by_the_administrator(sealed, 0)
    assert sealed.reasons(anchor) == ["other_ledger"]


def test_an_older_anchor_still_covers_its_part(sealed):
    with reading(sealed.engine) as book:
        first = book.heads()[0]
    rewritten_by_the_administrator(sealed, 9)
    found = verify_with(sealed, first.envelope)
    assert found.reason is Reason.OK
    assert found.anchor.head.size == 5


def test_an_anchor_of_another_ledger_is_told_apart(sealed, make_ledger):
    other = make_ledger("other")
    other.append(77)
    foreign = other.sign()
    assert sealed.reasons(foreign) == ["anchor_signature"]
    found = sealed.inspect(foreign, {**sealed.keys, **other.keys})
    assert found.reason is Reason.OTHER_LEDGER


def test_an_anchor_somebody_changed_is_refused(sealed):
    head = sealed.inspect().head
    changed = head.envelope.to_bytes().replace(b'"sig":"', b'"sig":"AAAA')
    with pytest.raises(TamperedError, match="anchor"):
        verify_with(sealed, changed)
