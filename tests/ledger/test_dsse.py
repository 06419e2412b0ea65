import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.ledger.dsse import Envelope, Signature, open_envelope, pae, read_envelope, sign
from pipelines.ledger.keys import signing_key
from pipelines.model.errors import SignatureError

KIND = "application/vnd.test+json"


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    return signing_key(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def keys(key):
    return {key.key_id: key.public}


def test_the_encoding_is_that_of_the_specification():
    # the example of the DSSE protocol text
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    assert pae("é", b"") == b"DSSEv1 2 \xc3\xa9 0 "


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=8), st.binary(max_size=8), st.text(max_size=8), st.binary(max_size=8))
def test_two_different_pairs_are_never_encoded_alike(kind, payload, other_kind, other_payload):
    same = (kind, payload) == (other_kind, other_payload)
    assert (pae(kind, payload) == pae(other_kind, other_payload)) == same


def test_an_envelope_read_back_opens_to_its_payload(key, keys):
    envelope = sign(KIND, b"payload", key)
    assert read_envelope(envelope.to_bytes()) == envelope
    assert open_envelope(envelope, keys, payload_type=KIND) == b"payload"


def test_signing_the_same_payload_again_gives_the_same_bytes(key):
    assert sign(KIND, b"payload", key).to_bytes() == sign(KIND, b"payload", key).to_bytes()


def test_any_flipped_bit_of_an_envelope_is_noticed(key, keys):
    content = sign(KIND, b'{"a":1}', key).to_bytes()
    for at in range(len(content)):
        changed = bytearray(content)
        changed[at] ^= 1
        with pytest.raises(SignatureError):
            open_envelope(read_envelope(bytes(changed)), keys, payload_type=KIND)


def test_a_payload_moved_to_another_type_is_refused(key, keys):
    envelope = sign("application/other", b"payload", key)
    with pytest.raises(SignatureError):
        open_envelope(envelope, keys, payload_type=KIND)
    forged = Envelope(payload_type=KIND, payload=b"payload", signatures=envelope.signatures)
    with pytest.raises(SignatureError):
        open_envelope(forged, keys, payload_type=KIND)


def test_an_unknown_key_is_named_and_refused(key, tmp_path):
    other = signing_key(tmp_path)
    with pytest.raises(SignatureError, match=key.key_id):
        open_envelope(sign(KIND, b"x", key), {other.key_id: other.public}, payload_type=KIND)


def test_a_signature_under_a_borrowed_key_id_is_refused(key, keys, tmp_path):
    other = signing_key(tmp_path)
    forged = Signature(key_id=key.key_id, value=sign(KIND, b"x", other).signatures[0].value)
    with pytest.raises(SignatureError):
        open_envelope(
            Envelope(payload_type=KIND, payload=b"x", signatures=(forged,)), keys, payload_type=KIND
        )


def test_one_bad_signature_beside_a_good_one_is_not_overlooked(key, keys):
    good = sign(KIND, b"x", key).signatures[0]
    bad = Signature(key_id=key.key_id, value=bytes(64))
    for signatures in ((good, bad), (bad, good)):
        with pytest.raises(SignatureError):
            open_envelope(
                Envelope(payload_type=KIND, payload=b"x", signatures=signatures),
                keys,
                payload_type=KIND,
            )


def encoded(**changes):
    whole = {
        "payload": base64.b64encode(b"x").decode(),
        "payloadType": KIND,
        "signatures": [{"keyid": "0" * 16, "sig": "AAAA"}],
    } | changes
    return json.dumps(
        {k: v for k, v in whole.items() if v is not None}, sort_keys=True, separators=(",", ":")
    ).encode()


def test_the_form_the_refusals_vary_is_itself_accepted():
    assert read_envelope(encoded()).payload == b"x"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        encoded().replace(b":", b": ", 1),
        encoded(more=1),
        encoded(payload=None),
        encoded(payload="eA"),
        encoded(payload="eB=="),
        encoded(payload="e A="),
        encoded(payload=1),
        encoded(signatures=[]),
        encoded(signatures=[{"sig": "AAAA"}]),
        encoded(signatures=[{"keyid": "", "sig": "AAAA", "more": 1}]),
        encoded(signatures={"keyid": "", "sig": "AAAA"}),
        encoded(payload="é"),
    ],
)
def test_malformed_envelopes_are_refused(content):
    with pytest.raises(SignatureError):
        read_envelope(content)
