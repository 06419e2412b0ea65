"""`tda doctor` where a key is lost, another one, broken, or open to others."""

from collections.abc import Callable
from pathlib import Path

import pytest
from doctor_reading import faults, lines_of


def without_identifier_key(home: Path) -> None:
    (home / "keys" / "identifiers.key").unlink()


def another_identifier_key(home: Path) -> None:
    (home / "keys" / "identifiers.key").write_bytes(bytes(range(32)))


def half_an_identifier_key(home: Path) -> None:
    (home / "keys" / "identifiers.key").write_bytes(bytes(7))


def open_identifier_key(home: Path) -> None:
    (home / "keys" / "identifiers.key").chmod(0o644)


def open_keys_folder(home: Path) -> None:
    (home / "keys").chmod(0o755)


def without_signing_key(home: Path) -> None:
    (home / "keys" / "ledger.pem").unlink()


def without_public_half(home: Path) -> None:
    (home / "keys" / "ledger.pub").unlink()


def open_signing_key(home: Path) -> None:
    (home / "keys" / "ledger.pem").chmod(0o640)


def broken_signing_key(home: Path) -> None:
    (home / "keys" / "ledger.pem").write_text("-----BEGIN NOTHING-----\n")


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (without_identifier_key, "identifiers.key is gone"),
        (another_identifier_key, "were digested with key"),
        (half_an_identifier_key, "is damaged"),
        (open_identifier_key, "others may read"),
        (open_keys_folder, "others may enter"),
        (without_signing_key, "gone or another one"),
        (without_public_half, "public half"),
        (open_signing_key, "Others may read"),
        (broken_signing_key, "not an Ed25519"),
    ],
)
def test_what_is_wrong_with_the_keys_is_named(
    audited_home, damage: Callable[[Path], None], says: str
):
    damage(audited_home)
    found = faults(lines_of(audited_home))
    assert [text for check, text in found if check == "keys" and says in text]
    if damage is without_signing_key:
        assert not (audited_home / "keys" / "ledger.pem").exists()


def test_a_new_signing_key_does_not_hide_the_old_heads(audited_home):
    for name in ("ledger.pem", "ledger.pub"):
        (audited_home / "keys" / name).unlink()
    found = faults(lines_of(audited_home))
    assert ("keys", f"the key {audited_home / 'keys' / 'ledger.pem'} is gone") in found
