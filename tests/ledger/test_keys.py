import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from pipelines.ledger.keys import public_keys, signing_key
from pipelines.ledger.signatures import read_public_key, verify_signature
from pipelines.model.errors import ConfigError


def test_a_key_is_made_once_and_found_again(tmp_path):
    folder = tmp_path / "keys"
    first, second = signing_key(folder), signing_key(folder)
    assert first.key_id == second.key_id
    assert first.sign(b"x") == second.sign(b"x")
    verify_signature(read_public_key((folder / "ledger.pub").read_bytes()), first.sign(b"x"), b"x")


def test_nobody_else_may_read_the_private_key(tmp_path):
    signing_key(tmp_path / "keys")
    assert (tmp_path / "keys/ledger.pem").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "keys").stat().st_mode & 0o077 == 0
    assert sorted(p.name for p in (tmp_path / "keys").iterdir()) == ["ledger.pem", "ledger.pub"]


def test_a_key_others_can_read_is_refused_with_the_remedy(tmp_path):
    signing_key(tmp_path)
    (tmp_path / "ledger.pem").chmod(0o640)
    with pytest.raises(ConfigError) as raised:
        signing_key(tmp_path)
    assert "chmod 600" in str(raised.value.advice)


def test_the_key_id_is_the_beginning_of_the_digest_of_the_public_key(tmp_path):
    key = signing_key(tmp_path)
    assert key.key_id == hashlib.sha256(key.public.der).hexdigest()[:16]
    assert public_keys(tmp_path) == {key.key_id: key.public}


def test_the_text_of_a_key_shows_nothing_of_it(tmp_path):
    key = signing_key(tmp_path)
    assert repr(key) == "SigningKey()"
    assert (tmp_path / "ledger.pem").read_text().splitlines()[1] not in str(key)


def test_threads_that_make_the_key_at_once_end_with_the_same_one(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(lambda _: signing_key(tmp_path / "keys").key_id, range(16)))
    assert len(ids) == 1


def test_a_lost_private_key_is_never_replaced_in_silence(tmp_path):
    signing_key(tmp_path)
    (tmp_path / "ledger.pem").unlink()
    with pytest.raises(ConfigError) as raised:
        signing_key(tmp_path)
    assert "back-up" in str(raised.value.advice)


def test_a_private_key_that_is_not_the_one_of_the_public_file_is_refused(tmp_path):
    signing_key(tmp_path / "a")
    signing_key(tmp_path / "b")
    (tmp_path / "b/ledger.pem").replace(tmp_path / "a/ledger.pem")
    with pytest.raises(ConfigError):
        signing_key(tmp_path / "a")


def test_a_retired_key_stays_known_beside_the_new_one(tmp_path):
    old = signing_key(tmp_path)
    (tmp_path / "ledger.pem").unlink()
    (tmp_path / "ledger.pub").rename(tmp_path / "ledger-2026.pub")
    new = signing_key(tmp_path)
    assert set(public_keys(tmp_path)) == {old.key_id, new.key_id}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ),
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word")
        ),
    ],
    ids=["empty", "damaged", "another kind", "with a password"],
)
def test_a_file_that_is_not_our_kind_of_key_is_refused(tmp_path, content):
    (tmp_path / "ledger.pem").write_bytes(content)
    (tmp_path / "ledger.pem").chmod(0o600)
    with pytest.raises(ConfigError):
        signing_key(tmp_path)
