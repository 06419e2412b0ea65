import json

import pytest

from pipelines.ledger.head import read_head
from pipelines.ledger.keys import signing_key
from pipelines.ledger.proof import prove, verify_proof
from pipelines.model.errors import LedgerError, SignatureError, TamperedError
from pipelines.store.ledger_entries import reading


def proof(ledger, position):
    with reading(ledger.engine) as book:
        head = read_head(book.newest_head().envelope, ledger.keys)
        made = prove(book.entry_at(position), head, book.node)
    return json.loads(json.dumps(made, indent=2))


def test_every_entry_has_a_proof_that_needs_nothing_but_the_public_key(sealed):
    for position in range(11):
        proven = verify_proof(proof(sealed, position), sealed.keys)
        assert proven.position == position
        assert proven.statement.key == f"run-{position}/interrupted"
        assert proven.head.head.size == 11


def test_a_proof_moved_to_another_entry_or_position_is_refused(sealed):
    one, other = proof(sealed, 1), proof(sealed, 6)
    for changed in (
        {**one, "position": 2},
        {**one, "entry": other["entry"]},
        {**one, "path": other["path"]},
        {**one, "path": one["path"][:-1]},
        {**one, "position": -1},
    ):
        with pytest.raises(TamperedError):
            verify_proof(changed, sealed.keys)


def test_words_outside_the_signed_parts_are_not_believed(sealed):
    changed = {**proof(sealed, 1), "root": "0" * 64, "size": 1, "leaf_hash": "", "log_id": ""}
    assert verify_proof(changed, sealed.keys).head.head.size == 11


def test_a_proof_signed_by_somebody_else_is_refused(sealed, tmp_path):
    stranger = signing_key(tmp_path / "stranger").public
    with pytest.raises(SignatureError):
        verify_proof(proof(sealed, 1), {stranger.key_id: stranger})


@pytest.mark.parametrize(
    "document",
    [{}, {"entry": {}, "head": {}, "position": 0, "path": []}, {"entry": [], "position": 1.5}],
)
def test_what_is_no_proof_is_refused(sealed, document):
    with pytest.raises(SignatureError):
        verify_proof(document, sealed.keys)


def test_a_path_that_is_not_hex_is_refused(sealed):
    with pytest.raises(SignatureError):
        verify_proof({**proof(sealed, 1), "path": ["zz"]}, sealed.keys)


def test_no_proof_is_handed_out_over_a_changed_entry(sealed):
    sealed.execute("UPDATE ledger_entries SET envelope = x'7b7d' WHERE position = 1")
    with pytest.raises(TamperedError):
        proof(sealed, 1)


def test_no_proof_is_handed_out_from_a_hole_in_the_tree(sealed):
    sealed.execute("DELETE FROM ledger_subtrees")
    with pytest.raises(LedgerError, match="lacks node"):
        proof(sealed, 1)
