"""What somebody who can write to the database can do, and what verification says to it."""

import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipelines.ledger.faults import Reason
from pipelines.ledger.head import sign_head
from pipelines.ledger.keys import signing_key
from pipelines.model.errors import LedgerError, SignatureError, TamperedError
from pipelines.store.ledger_entries import reading
from pipelines.store.ledger_tables import ledger_entries, ledger_heads, ledger_subtrees

sys.path.insert(0, str(Path(__file__).parent))

from attacking import forge, rebuild_subtrees, rewrite, verify_with


def test_an_untouched_ledger_verifies(sealed):
    found = sealed.inspect()
    assert (found.reason, found.faults, found.size) == (Reason.OK, (), 11)
    assert found.head.head.size == 11
    assert found.after_head == 0


def test_changing_one_byte_of_any_entry_names_that_entry(sealed):
    for position in range(11):
        content = bytearray(sealed.entry(position).envelope)
        for at in (0, len(content) // 2, len(content) - 1):
            changed = bytearray(content)
            changed[at] ^= 0x01
            rewrite(sealed, position, bytes(changed))
            found = sealed.inspect()
            assert [(f.reason, f.position) for f in found.faults] == [
                (Reason.LEAF_CHANGED, position)
            ]
        rewrite(sealed, position, bytes(content))
    assert sealed.reasons() == []


def test_an_error_names_the_index_of_the_changed_entry(sealed):
    rewrite(sealed, 4, b"{}")
    with pytest.raises(TamperedError, match="Entry 4 "):
        verify_with(sealed, None)


def test_a_changed_entry_whose_hashes_were_mended_breaks_its_signature_and_the_signed_roots(sealed):
    content = sealed.entry(6).envelope
    rewrite(sealed, 6, content.replace(b"application/vnd", b"application/vne"), everything=True)
    assert sealed.reasons() == ["entry_signature", "not_consistent", "not_consistent"]
    assert sealed.inspect().faults[0].position == 6
    assert sealed.inspect().faults[1].position == 7


def test_an_entry_signed_again_by_another_key_is_noticed(sealed, tmp_path):
    stranger = signing_key(tmp_path / "stranger")
    rewrite(sealed, 2, forge(sealed, 2, stranger), everything=True)
    assert sealed.reasons() == ["entry_signature", *["not_consistent"] * 3]
    assert sealed.inspect().faults[0].position == 2


def test_an_entry_signed_again_by_the_right_key_breaks_the_signed_roots(sealed):
    rewrite(sealed, 2, forge(sealed, 2, sealed.key), everything=True)
    assert sealed.reasons() == ["not_consistent"] * 3


def test_swapped_entries_are_noticed(sealed):
    two, five = sealed.entry(2), sealed.entry(5)
    sealed.execute(ledger_entries.delete().where(ledger_entries.c.position.in_([2, 5])))
    for entry, position in ((two, 5), (five, 2)):
        sealed.execute(
            ledger_entries.insert().values(
                position=position,
                entry_key=entry.key,
                predicate=entry.predicate,
                leaf_hash=entry.leaf_hash,
                envelope=entry.envelope,
            )
        )
    found = sealed.inspect()
    assert found.reason is Reason.SUBTREE_CHANGED
    assert found.faults[0].position == 2
    rebuild_subtrees(sealed)
    assert sealed.reasons() == ["not_consistent"] * 3


def test_a_removed_entry_is_noticed(sealed):
    sealed.execute("DELETE FROM ledger_entries WHERE position = 3")
    found = sealed.inspect()
    assert (found.reason, found.faults[0].position) == (Reason.MISSING_ENTRY, 3)


def test_the_removed_first_entry_is_noticed(sealed):
    sealed.execute("DELETE FROM ledger_entries WHERE position = 0")
    assert sealed.inspect().reason is Reason.MISSING_ENTRY


def test_a_removed_entry_with_the_others_moved_up_is_noticed(sealed):
    sealed.execute(
        "DELETE FROM ledger_entries WHERE position = 3",
        "UPDATE ledger_entries SET position = position - 1 WHERE position > 3",
    )
    rebuild_subtrees(sealed)
    assert sealed.reasons() == ["not_consistent", "not_consistent", "tail_cut"]


def test_a_head_signed_by_another_key_is_noticed(sealed, tmp_path):
    stranger = signing_key(tmp_path / "stranger")
    true = sealed.inspect().head.head
    forged = sign_head(log_id=true.log_id, size=true.size, root=true.root, at=true.at, key=stranger)
    change = ledger_heads.update().where(ledger_heads.c.number == 2)
    sealed.execute(change.values(envelope=forged.envelope.to_bytes()))
    found = sealed.inspect()
    assert [(f.reason, f.position) for f in found.faults] == [(Reason.HEAD_SIGNATURE, 2)]
    assert found.head.head.size == 8


def test_one_changed_byte_of_a_head_is_noticed(sealed):
    with reading(sealed.engine) as book:
        content = book.heads()[1].envelope
    for at in range(0, len(content), 7):
        changed = bytearray(content)
        changed[at] ^= 0x02
        sealed.execute(
            ledger_heads.update().where(ledger_heads.c.number == 1).values(envelope=bytes(changed))
        )
        assert sealed.reasons() == ["head_signature"]


def test_a_removed_head_is_noticed_unless_it_was_the_last(sealed):
    sealed.execute("DELETE FROM ledger_heads WHERE number = 1")
    assert sealed.reasons() == ["missing_head"]
    sealed.execute("DELETE FROM ledger_heads WHERE number = 2")
    assert sealed.reasons() == []
    assert sealed.inspect().after_head == 6


def test_columns_that_lie_about_their_entry_are_noticed(sealed):
    sealed.execute("UPDATE ledger_entries SET entry_key = 'run-9/other' WHERE position = 1")
    sealed.execute(
        "UPDATE ledger_entries SET predicate = 'urn:tda:predicate:gate:v1' WHERE position = 2"
    )
    sealed.execute("UPDATE ledger_heads SET size = 4 WHERE number = 0")
    found = sealed.inspect()
    assert [(f.reason, f.position) for f in found.faults] == [
        (Reason.INDEX_CHANGED, 1),
        (Reason.INDEX_CHANGED, 2),
        (Reason.INDEX_CHANGED, 0),
    ]


def test_a_changed_or_lost_subtree_hash_is_noticed(sealed):
    sealed.execute(
        ledger_subtrees.update().where(ledger_subtrees.c.level == 2).values(hash=bytes(32))
    )
    assert sealed.inspect().faults[0].position == 0
    assert sealed.reasons() == ["subtree_changed", "subtree_changed"]
    sealed.execute("DELETE FROM ledger_subtrees WHERE level = 3")
    assert sealed.reasons() == ["subtree_changed"] * 3


def test_entries_without_any_signed_head_are_not_ok(ledger):
    ledger.append(1, 2)
    found = ledger.inspect()
    assert (found.reason, found.after_head) == (Reason.NO_HEAD, 2)
    with pytest.raises(LedgerError) as raised:
        verify_with(ledger, None)
    assert not isinstance(raised.value, TamperedError)


def test_entries_after_the_newest_head_are_counted_not_accused(sealed):
    sealed.append(20, 21)
    found = sealed.inspect()
    assert (found.reason, found.size, found.after_head) == (Reason.OK, 13, 2)


def test_a_ledger_whose_tail_was_cut_takes_no_further_entry(sealed):
    sealed.execute("DELETE FROM ledger_entries WHERE position >= 9")
    with pytest.raises(TamperedError, match="newest signed head says 11"):
        sealed.append(40)


def test_a_head_is_not_signed_over_a_tree_that_forgot_its_past(sealed):
    rewrite(sealed, 4, forge(sealed, 4, sealed.key), everything=True)
    sealed.append(40)
    with pytest.raises(TamperedError):
        sealed.sign()


def test_a_head_is_not_signed_after_a_forged_one(sealed, tmp_path):
    stranger = signing_key(tmp_path / "stranger")
    true = sealed.inspect().head.head
    forged = sign_head(log_id=true.log_id, size=11, root=true.root, at=true.at, key=stranger)
    sealed.execute(
        ledger_heads.update()
        .where(ledger_heads.c.number == 2)
        .values(envelope=forged.envelope.to_bytes())
    )
    with pytest.raises(SignatureError):
        sealed.sign()


def test_junk_in_every_column_is_a_fault_and_never_a_traceback(sealed):
    for junk in (
        b"",
        b"\x00" * 64,
        b"[" * 5000,
        b'{"payload":"","payloadType":"","signatures":[]}',
    ):
        rewrite(sealed, 7, junk, everything=True)
        assert sealed.inspect().faults[0].reason is Reason.ENTRY_SIGNATURE
    sealed.execute(sa.update(ledger_heads).values(envelope=b"\xff"))
    assert Reason.HEAD_SIGNATURE in {f.reason for f in sealed.inspect().faults}


@pytest.mark.parametrize("value", ["'text'", "12", "1e999", "x'00'"])
@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("ledger_entries", "position"),
        ("ledger_entries", "entry_key"),
        ("ledger_entries", "predicate"),
        ("ledger_entries", "leaf_hash"),
        ("ledger_entries", "envelope"),
        ("ledger_subtrees", "hash"),
        ("ledger_heads", "number"),
        ("ledger_heads", "size"),
        ("ledger_heads", "key_id"),
        ("ledger_heads", "envelope"),
    ],
)
def test_a_value_of_another_type_in_an_sqlite_file_is_a_fault(sealed, table, column, value):
    last = {"ledger_subtrees": "level = 3"}.get(table, "rowid = (SELECT max(rowid) FROM {0})")
    line = f"UPDATE {table} SET {column} = {value} WHERE {last.format(table)}"
    sealed.execute(line)
    assert sealed.inspect().faults


def test_nothing_is_appended_behind_a_position_that_is_no_number(sealed):
    sealed.execute("UPDATE ledger_entries SET position = 'x' WHERE position = 10")
    with pytest.raises(TamperedError, match="not a number"):
        sealed.append(40)


def test_a_text_that_is_not_utf_8_is_a_ledger_that_cannot_be_read(sealed):
    sealed.execute("UPDATE ledger_entries SET entry_key = CAST(x'e9' AS TEXT) WHERE position = 1")
    with pytest.raises(LedgerError, match="cannot be read"):
        sealed.inspect()
