import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pipelines.ledger.signatures import PublicKey, read_public_key, verify_signature
from pipelines.model.errors import ConfigError, SignatureError


def groups(real_data, name):
    path = real_data / "X-proof-vectors/wycheproof" / name
    return json.loads(path.read_bytes())["testGroups"]


def accepted(key, case):
    try:
        verify_signature(key, bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
    except SignatureError:
        return False
    return True


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "algorithm", "count"),
    [
        ("ed25519_test.json", "ed25519", 151),
        ("ecdsa_secp256r1_sha256_test.json", "ecdsa-p256-sha256", 484),
    ],
)
def test_every_wycheproof_vector_is_judged_as_published(real_data, name, algorithm, count):
    seen = 0
    for group in groups(real_data, name):
        key = read_public_key(bytes.fromhex(group["publicKeyDer"]))
        assert key.algorithm == algorithm
        assert read_public_key(group["publicKeyPem"].encode()).key_id == key.key_id
        for case in group["tests"]:
            seen += 1
            assert accepted(key, case) == (case["result"] == "valid"), (case["tcId"], case["flags"])
    assert seen == count


def test_the_first_published_vector_of_rfc_8032_verifies():
    # RFC 8032, section 7.1, test 1: the empty message
    point = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    signature = bytes.fromhex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b4"
        "6bd25bf5f0595bbe24655141438e7a100b"
    )
    key = read_public_key(bytes.fromhex("302a300506032b6570032100" + point))
    verify_signature(key, signature, b"")
    with pytest.raises(SignatureError):
        verify_signature(key, signature, b"\x00")


@pytest.mark.parametrize("length", [0, 1, 63, 65])
def test_a_signature_of_another_length_is_refused(length):
    key = PublicKey(Ed25519PrivateKey.generate().public_key())
    with pytest.raises(SignatureError):
        verify_signature(key, b"\x01" * length, b"")


def test_keys_of_other_kinds_are_refused():
    others = [
        rsa.generate_private_key(public_exponent=65537, key_size=2048),
        ec.generate_private_key(ec.SECP384R1()),
    ]
    for other in others:
        pem = other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        with pytest.raises(ConfigError):
            read_public_key(pem)


@pytest.mark.parametrize(
    "content", [b"", b"-----BEGIN PUBLIC KEY-----\n", b"0*0\x05", b"\x00" * 99]
)
def test_what_is_no_key_at_all_is_a_sentence_not_a_traceback(content):
    with pytest.raises(ConfigError) as raised:
        read_public_key(content)
    assert "ledger.pub" in str(raised.value.advice)
