import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipelines.cli import main
from pipelines.ledger.keys import public_keys, signing_key
from pipelines.ledger.log import append, sign_tree
from pipelines.ledger.proof import verify_proof
from pipelines.ledger.statement import Predicate, Subject, statement
from pipelines.model.ids import digest_of
from pipelines.store.append_only import append_only_ddl
from pipelines.store.database import open_store
from pipelines.store.ledger_entries import appending
from pipelines.store.ledger_tables import APPEND_ONLY

ROOT = Path(__file__).resolve().parents[2]
AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def said(number):
    return statement(
        Predicate.RUN_INTERRUPTED,
        key=f"run-{number}/interrupted/1",
        at=AT,
        subjects=[Subject("manifest", digest_of(b"m"))],
        body={"run": f"run-{number}", "dataset": "tiny", "attempt": 1},
    )


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


class Place:
    """A workspace with a ledger of six entries, and the command line in it."""

    def __init__(self, settings, capsys):
        self.settings, self.capsys = settings, capsys
        self.store = open_store(settings)
        self.key = signing_key(settings.keys)

    def append(self, *numbers):
        with appending(self.store.engine) as book:
            append(book, [said(n) for n in numbers], key=self.key)
            sign_tree(book, at=AT, key=self.key, trusted={})

    def attack(self, *lines):
        with self.store.engine.begin() as connection:
            for table in APPEND_ONLY:
                for event in ("update", "delete"):
                    connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_refuse_{event}")
            for line in lines:
                connection.execute(sa.text(line))

    def tda(self, *arguments):
        with pytest.raises(SystemExit) as ended:
            main(["ledger", *map(str, arguments)])
        printed = self.capsys.readouterr()
        return Done(ended.value.code, printed.out, printed.err)

    def document(self, *arguments):
        done = self.tda(*arguments, "--json")
        return done.returncode, json.loads(done.stdout)


@pytest.fixture
def empty_place(settings, capsys, monkeypatch):
    monkeypatch.setenv("TDA_HOME", str(settings.home))
    monkeypatch.setenv("TDA_LANG", "en")
    monkeypatch.delenv("TDA_DATABASE_URL", raising=False)
    monkeypatch.chdir(ROOT)
    made = Place(settings, capsys)
    yield made
    made.store.engine.dispose()


@pytest.fixture
def place(empty_place):
    empty_place.append(*range(6))
    return empty_place


@pytest.fixture
def anchor(place, tmp_path):
    path = tmp_path / "anchor.json"
    path.write_text(place.tda("head", "--json").stdout)
    return path


def test_the_head_is_shown_in_sixteen_groups_of_four(place):
    code, head = place.document("head")
    assert (code, head["size"], head["at"]) == (0, 6, "2026-11-20T01:00:00Z")
    assert [len(group) for group in head["root_groups"]] == [4] * 16
    shown = place.tda("head").stdout
    assert " ".join(head["root_groups"][:8]) in shown
    assert head["key_id"] in shown
    assert head["signature"] in shown


def test_an_untouched_ledger_is_ok_and_says_what_was_not_compared(place):
    code, found = place.document("verify")
    assert (code, found["reason"], found["size"], found["faults"]) == (0, "ok", 6, [])
    assert found["anchor_compared"] is False
    text = place.tda("verify").stdout
    assert text.startswith("ok:")
    assert "a cut tail would not show" in text


def test_an_anchor_that_agrees_is_named_but_not_called_independent(place, anchor):
    place.append(7, 8)
    code, found = place.document("verify", "--anchor", anchor)
    assert (code, found["reason"], found["anchor_size"], found["size"]) == (0, "ok", 6, 8)
    text = place.tda("verify", "--anchor", anchor).stdout
    assert "is not independent" in text
    assert "would not show" not in text


def test_one_changed_byte_of_an_entry_is_noticed(place):
    with place.store.engine.connect() as connection:
        content = connection.execute(
            sa.text("SELECT envelope FROM ledger_entries WHERE position = 3")
        ).scalar_one()
    changed = bytearray(content)
    changed[len(changed) // 2] ^= 1
    place.attack(f"UPDATE ledger_entries SET envelope = x'{changed.hex()}' WHERE position = 3")
    code, found = place.document("verify")
    assert (code, found["reason"]) == (1, "leaf_changed")
    assert [fault["position"] for fault in found["faults"]] == [3]
    done = place.tda("verify")
    assert done.returncode == 1
    assert done.stdout.startswith("leaf_changed: Entry 3 was changed.")


@pytest.mark.parametrize(
    ("lines", "anchored", "reason"),
    [
        (["DELETE FROM ledger_entries WHERE position = 2"], False, "missing_entry"),
        (["DELETE FROM ledger_entries WHERE position = 5"], False, "tail_cut"),
        (["UPDATE ledger_heads SET envelope = x'00'"], False, "head_signature"),
        (["DELETE FROM ledger_heads"], False, "no_head"),
        (["DELETE FROM ledger_entries", "DELETE FROM ledger_heads"], False, "empty"),
        (["DELETE FROM ledger_entries", "DELETE FROM ledger_heads"], True, "empty"),
    ],
)
def test_each_attack_has_a_reason_code_of_its_own(place, anchor, lines, anchored, reason):
    place.attack(*lines)
    options = ("--anchor", anchor) if anchored else ()
    code, found = place.document("verify", *options)
    assert (code, found["reason"]) == (1, reason)


def test_a_tail_cut_with_its_heads_shows_against_the_anchor_only(place, tmp_path):
    first = tmp_path / "first.json"
    first.write_text(place.tda("head", "--json").stdout)
    place.append(6, 7)
    second = tmp_path / "second.json"
    second.write_text(place.tda("head", "--json").stdout)
    place.attack(
        "DELETE FROM ledger_entries WHERE position >= 6",
        "DELETE FROM ledger_heads WHERE number = 1",
    )
    assert place.document("verify")[0] == 0
    assert place.document("verify", "--anchor", first)[0] == 0
    code, found = place.document("verify", "--anchor", second)
    assert (code, found["reason"]) == (1, "tail_cut")


def test_a_key_that_was_replaced_is_trusted_only_when_it_is_given(place, tmp_path):
    kept = tmp_path / "old.pub"
    kept.write_bytes((place.settings.keys / "ledger.pub").read_bytes())
    for name in ("ledger.pub", "ledger.pem"):
        (place.settings.keys / name).unlink()
    signing_key(place.settings.keys)
    assert place.document("verify")[1]["reason"] == "entry_signature"
    assert place.document("verify", "--key", kept)[0] == 0


def test_a_proof_is_one_json_document_that_verifies_with_the_public_key_alone(place):
    keys = public_keys(place.settings.keys)
    for entry_id in ("2", "run-2/interrupted/1"):
        done = place.tda("prove", entry_id)
        proven = verify_proof(json.loads(done.stdout), keys)
        assert (done.returncode, proven.position) == (0, 2)


@pytest.mark.parametrize(
    "arguments",
    [
        ("prove", "99"),
        ("prove", "no/such/entry"),
        ("prove", "9" * 40),
        ("verify", "--anchor", "absent.json"),
        ("verify", "--anchor", "README.md"),
        ("verify", "--anchor", "pyproject.toml"),
        ("verify", "--key", "pyproject.toml"),
        ("head", "--lang", "fr"),
    ],
)
def test_misuse_is_one_sentence_with_a_remedy_and_exit_2(place, arguments):
    done = place.tda(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 2


def test_a_ledger_without_a_head_says_how_to_get_one(empty_place):
    done = empty_place.tda("head")
    assert done.returncode == 2
    assert "audit" in done.stderr
    assert empty_place.document("verify")[1]["reason"] == "empty"


def test_the_exit_code_reaches_the_shell(place):
    environment = {**os.environ, "TDA_HOME": str(place.settings.home)}
    command = [sys.executable, "-m", "pipelines.cli", "ledger", "verify", "--json"]
    for code in (0, 1):
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (code, "")
        assert json.loads(done.stdout)["size"] == 6 - code
        place.attack("DELETE FROM ledger_entries WHERE position = 5")


def test_the_triggers_an_attacker_drops_are_there_to_begin_with(place):
    with place.store.engine.connect() as connection:
        names = set(
            connection.execute(
                sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            ).scalars()
        )
    expected = {line.split()[2] for line in append_only_ddl("sqlite", APPEND_ONLY)}
    assert expected <= names
