from datetime import UTC, datetime

import pytest

from pipelines.ledger.canonical import canonical
from pipelines.ledger.dsse import sign
from pipelines.ledger.head import PAYLOAD_TYPE, read_head, sign_head
from pipelines.ledger.keys import signing_key
from pipelines.model.errors import LedgerError, SignatureError

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
FIELDS = {
    "at": "2026-11-20T01:00:00Z",
    "log_id": "a" * 64,
    "root": "0d" * 32,
    "size": 7,
}


@pytest.fixture
def key(tmp_path):
    return signing_key(tmp_path)


def test_a_head_read_back_is_the_head_that_was_signed(key):
    signed = sign_head(log_id="a" * 64, size=7, root="0d" * 32, at=AT, key=key)
    again = read_head(signed.envelope.to_bytes(), {key.key_id: key.public})
    assert again == signed
    printed = again.for_report()
    assert (printed.size, printed.root, printed.at) == (7, "0d" * 32, AT)
    assert printed.key_id == key.key_id


@pytest.mark.parametrize(
    "change",
    [
        {"size": 0},
        {"size": "7"},
        {"root": "0D" * 32},
        {"root": "0d"},
        {"log_id": ""},
        {"at": "2026-11-20T09:00:00+08:00"},
        {"at": "2026-11-20T01:00:00"},
        {"at": "yesterday"},
        {"key_id": "0" * 16},
        {"more": 1},
        {"size": None},
    ],
)
def test_a_signed_payload_that_is_no_head_is_refused(key, change):
    value = {**FIELDS, "key_id": key.key_id, **change}
    envelope = sign(PAYLOAD_TYPE, canonical(value), key)
    with pytest.raises(SignatureError):
        read_head(envelope.to_bytes(), {key.key_id: key.public})


def test_a_statement_never_passes_as_a_head(key):
    value = canonical({**FIELDS, "key_id": key.key_id})
    envelope = sign("application/vnd.in-toto+json", value, key)
    with pytest.raises(SignatureError):
        read_head(envelope.to_bytes(), {key.key_id: key.public})


def test_the_same_tree_is_not_signed_twice_by_one_key(ledger):
    ledger.append(1, 2)
    first = ledger.sign()
    assert ledger.sign(at=datetime(2027, 1, 1, tzinfo=UTC)) == first
    ledger.append(3)
    assert ledger.sign().head.size == 3
    assert ledger.reasons() == []


def test_an_empty_ledger_has_no_head(ledger):
    with pytest.raises(LedgerError, match="empty"):
        ledger.sign()


def test_a_new_key_goes_on_where_the_old_one_stopped(sealed, tmp_path):
    new = signing_key(tmp_path / "new")
    old = sealed.inspect().head
    sealed.append(30, key=new)
    sealed.sign(key=new)
    assert sealed.inspect().reason == "entry_signature"
    sealed.keys[new.key_id] = new.public
    assert sealed.reasons(old) == []
    assert sealed.inspect().head.head.key_id == new.key_id
