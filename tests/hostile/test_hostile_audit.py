"""The commands over hostile data, as processes: nothing executes, leaks, hangs or escapes."""

import json
import os
import sqlite3
import unicodedata
from pathlib import Path
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest
from quiet import assert_quiet

from pipelines.settings import Settings
from pipelines.store import runs
from pipelines.store.database import open_store

pytestmark = pytest.mark.slow

QUARANTINED = {
    ("data/bomb.jsonl.bz2", "too_large"),
    ("data/bomb.jsonl.gz", "too_large"),
    ("data/deep.json", "too_deep"),
    ("data/deep.json", "truncated"),
    ("data/deep.jsonl", "malformed"),
    ("data/deep.jsonl", "too_deep"),
    ("data/not-utf8.jsonl", "invalid_encoding"),
    ("data/nul.jsonl", "malformed"),
    ("data/zip.jsonl", "invalid_encoding"),
}
"""What is broken in the corpus, and why; bomb.jsonl.zst holds empty lines, and no record."""


def test_the_audit_reaches_a_gate_and_says_so_in_plain_characters(audited, hostile) -> None:
    assert audited.ran.code == 1, audited.ran.err
    assert "hostile" in audited.ran.out
    assert_quiet(audited.ran, hostile)


def test_everything_broken_is_quarantined_and_the_rest_is_kept(audited, hostile) -> None:
    again = audited.workspace.run("audit", audited.manifest, "--json", "--lang", "zh")
    assert_quiet(again, hostile)
    document = json.loads(again.out)

    texts = len(list(hostile.payloads()))
    # jsonl twice, array, Parquet, CSV; a record in each file with a hostile name
    at_least = 5 * texts - 10
    assert document["records"] >= at_least
    found = quarantined(audited, document["run_id"])
    assert set(found) == QUARANTINED
    assert document["quarantined"] == len(found)
    assert document["exact_duplicates"] >= 3 * texts
    assert document["gate"] == "fail"


def quarantined(audited, run_id) -> list[tuple[str, str]]:
    """File and reason of everything that was put aside."""
    home = audited.workspace.home
    store = open_store(
        Settings(home=home, database_url=f"sqlite:///{home / 'audit.db'}", workers=1)
    )
    refs = [ref for ref in runs.stage_tables(store, run_id, "scan") if ref.kind == "quarantine"]
    rows = [row for ref in refs for row in store.evidence.read(ref).to_pylist()]
    return [(row["file"], row["reason"]) for row in rows]


@pytest.mark.parametrize("name", [0, -1])
def test_a_line_feed_or_tab_of_a_file_name_would_be_noticed(hostile, name) -> None:
    escaped = SimpleNamespace(
        arguments=(), err="", out=f"✗ data/{hostile.FILE_NAMES[name]} is gone"
    )
    with pytest.raises(AssertionError):
        assert_quiet(escaped, hostile)


@pytest.mark.parametrize("command", ["dups", "pii"])
def test_comparing_and_searching_say_where_and_never_what(audited, hostile, command) -> None:
    for ran in audited.workspace.run_all([(command, audited.data, "--text", "text")], "zh"):
        assert ran.code == 0, ran.err
        assert_quiet(ran, hostile)
        if command == "pii":
            hits = [json.loads(line) for line in ran.out.splitlines()]
            assert {hit["type"] for hit in hits} >= {"mobile", "id", "email", "card"}
            assert str(audited.data / hostile.FILE_NAMES[0]) in {hit["file"] for hit in hits}


def test_the_other_commands_end_as_designed(audited, hostile) -> None:
    labels = audited.manifest.parent / "people" / "labels.csv"
    columns = ("--item", "item", "--annotator", "annotator", "--label", "label")
    commands = [
        ("agreement", labels, *columns),
        ("agreement", labels, *columns, "--json"),
        ("report", audited.report.name),
        ("report", audited.report.name, "--json"),
        ("controls", "list"),
        ("ledger", "head"),
        ("ledger", "verify"),
    ]
    for ran in audited.workspace.run_all(commands):
        assert ran.code == 0, ran
        assert_quiet(ran, hostile)


def test_misuse_with_hostile_words_is_answered_in_plain_characters(audited, hostile) -> None:
    evil = "\x1b]0;owned\x07{0.__class__}\u202e"
    columns = ("--annotator", evil, "--label", evil)
    commands = [
        ("audit", evil),
        ("audit", audited.manifest, "--policy", evil),
        ("audit", audited.manifest, "--at", evil),
        ("dups", evil, "--text", evil),
        ("dups", audited.data / "t.parquet", "--text", evil),
        ("pii", audited.data / "t.parquet", "--text", evil),
        ("pii", audited.data, "--text", "text", "--format", evil),
        ("agreement", audited.labels, "--item", evil, *columns),
        ("controls", "show", evil),
        ("report", evil),
        ("gate", "check", evil),
        ("ledger", "prove", evil),
    ]
    for ran in audited.workspace.run_all(commands):
        assert ran.code in (1, 2, 3), ran
        assert_quiet(ran, hostile)


def test_no_byte_under_the_workspace_holds_text_of_a_record(audited, hostile) -> None:
    needles = [hostile.CANARY, *hostile.PERSONS]
    wanted = [word.encode(code) for word in needles for code in ("utf-8", "utf-16-le")]
    tables = 0
    for path in audited.workspace.home.rglob("*"):
        if not path.is_file():
            continue
        content = path.read_bytes()
        assert not [needle for needle in wanted if needle in content], path
        if content.startswith(b"PAR1"):
            tables += 1
            said = "\n".join(map(str, pq.read_table(path).to_pylist()))
            assert not [needle for needle in needles if needle in said], path
    assert tables >= 5


def test_no_row_of_the_database_holds_text_of_a_record(audited, hostile) -> None:
    with sqlite3.connect(audited.workspace.home / "audit.db") as database:
        dump = "\n".join(database.iterdump())
    assert hostile.CANARY not in dump
    assert "hostile" in dump


def test_nothing_was_executed_and_nothing_written_beside_the_workspace(audited) -> None:
    work = audited.workspace.home.parent
    assert [path.name for path in work.iterdir()] == ["tda"]
    assert not list(audited.manifest.parent.rglob("owned"))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_report_names_what_would_steer_and_keeps_formats_as_text(audited, lang) -> None:
    html = (audited.report / f"report.{lang}.html").read_text("utf-8")
    # combining marks and the like are ours to show; what hides or turns text is named
    hidden = {char for char in html if unicodedata.category(char) in ("Cc", "Cf")} - {"\n"}
    assert not hidden
    assert "<script" not in html
    assert "⟨U+202E⟩" in html
    assert "{0.__class__}" in html
    assert "{{ 7*7 }}" in html


def test_a_manifest_nobody_should_follow_is_refused_in_a_sentence(
    tmp_path: Path, hostile, workspace
) -> None:
    manifests = hostile.refused(tmp_path / "refused")
    for lang in ("zh", "en"):
        commands = [("audit", path) for path in manifests.values()]
        for name, ran in zip(manifests, workspace.run_all(commands, lang), strict=True):
            assert ran.code == 2, (name, ran)
            assert ran.err.count("\n") <= 30, name
            assert "secret" not in ran.err
            assert_quiet(ran, hostile)
    assert not list(tmp_path.rglob("owned"))


def test_a_file_name_that_is_not_utf8_is_refused_in_a_sentence(
    tmp_path: Path, hostile, workspace
) -> None:
    folder = tmp_path / "named"
    folder.mkdir()
    manifest = folder / "dataset.yaml"
    manifest.write_text('dataset: a\ntitle: {en: a}\npurpose: pretrain\nfiles: ["*.jsonl"]\n')
    (folder / os.fsdecode(b"\xff\xfe\x1b[31m.jsonl")).write_text('{"text": "a"}\n')
    commands = [
        ("audit", manifest),
        ("pii", folder, "--text", "text"),
        ("dups", folder, "--text", "text"),
    ]
    for ran in workspace.run_all(commands):
        assert ran.code == 2, ran
        assert "is not UTF-8" in ran.err
        assert_quiet(ran, hostile)
