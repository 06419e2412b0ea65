"""`tda audit` as a person meets it: exit codes, one JSON document, a sentence for each mistake."""

import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tda_process import tda

from pipelines.model.ids import Digest
from pipelines.stages.known_digests import Hashed, stamp_of, write_digests

GOOD = """\
dataset: small
title: {en: Small}
purpose: pretrain
files: ["data.jsonl"]
record: {text: [text]}
sources: [{id: own, type: self_produced, licence: {id: CC0-1.0}}]
personal_information: {present: false}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    lines = [json.dumps({"text": f"record number {i} says {i * 7919 % 1000}"}) for i in range(40)]
    (folder / "data.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "dataset.yaml").write_text(GOOD, encoding="utf-8")
    return folder


def write(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


VERSION = "small@sha256:" + "0" * 64
MISTAKES = {
    "no such manifest": (["audit", "missing.yaml"], "no such file"),
    "no manifest at all": (["audit"], "MANIFEST"),
    "a folder": (["audit", "{folder}"], "this is a folder"),
    "the folder of a manifest": (["audit", "{folder}"], "dataset.yaml"),
    "an address": (["dups", "https://example.org/x.jsonl"], "https://example.org/x.jsonl is not"),
    "not YAML": (["audit", "{broken}"], "line"),
    "an unknown field": (["audit", "{typo}"], "licence"),
    "no file matches": (["audit", "{nothing}"], "data"),
    "a clock nobody can read": (["audit", "{good}", "--at", "yesterday"], "ISO 8601"),
    "a policy that is not there": (["audit", "{good}", "--policy", "none.yaml"], "none.yaml"),
    "a language not spoken": (["audit", "{good}", "--lang", "fr"], "--lang"),
    "no workers": (["audit", "{good}", "--workers", "0"], "workers"),
    "an unknown engine": (["audit", "{good}", "--engine", "ray"], "local, spark"),
    "an unknown engine for dups": (["dups", "{good}", "--engine", "ray"], "local, spark"),
    "no cluster": (["audit", "{good}", "--engine", "spark"], "TDA_SPARK_MASTER"),
    "an unknown option": (["audit", "{good}", "--fast"], "--fast"),
    "an unknown command": (["audlt", "{good}"], "audlt"),
    "an unknown run": (["report", "run-none"], "run-none"),
    "half a version": (["gate", "check", "small"], "DATASET@"),
    "half a digest": (["gate", "check", "small@sha256:00"], "DATASET@"),
    "an unknown purpose": (["gate", "check", VERSION, "--purpose", "eat"], "one of: pretrain"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_gets_a_sentence_and_exit_code_2(mistake: str, folder: Path, tmp_path: Path):
    names = {
        "folder": str(tmp_path),
        "good": str(folder / "dataset.yaml"),
        "broken": write(folder, "broken.yaml", "dataset: [\n"),
        "typo": write(folder, "typo.yaml", GOOD.replace("licence:", "license:")),
        "nothing": write(folder, "nothing.yaml", GOOD.replace("data.jsonl", "data-*.csv")),
    }
    arguments, hint = MISTAKES[mistake]
    done = tda(tmp_path / "home", *(argument.format(**names) for argument in arguments))
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == "" or mistake == "no manifest at all"
    assert hint in done.stderr


def test_a_mistake_in_one_manifest_stops_before_any_is_audited(folder: Path, tmp_path: Path):
    home = tmp_path / "home"
    done = tda(home, "audit", str(folder / "dataset.yaml"), "missing.yaml")
    assert done.returncode == 2
    assert not (home / "audit.db").exists()


def test_one_manifest_gives_an_object_and_several_a_list(folder: Path, tmp_path: Path):
    home = tmp_path / "home"
    manifest = str(folder / "dataset.yaml")
    one = tda(home, "audit", manifest, "--json")
    outcome = json.loads(one.stdout)
    assert one.returncode == 3  # most controls have no test yet: not established, not a pass
    assert outcome["gate"] == "incomplete"
    assert outcome["records"] == 40
    assert sum(outcome["controls"].values()) == 80
    assert Path(outcome["report"]["html"]).exists()

    several = json.loads(tda(home, "audit", manifest, manifest, "--json").stdout)
    assert [entry["records"] for entry in several] == [40, 40]
    assert "scan" in several[0]["reused_stages"]
    assert outcome["shards"] == {"all": 1, "scanned": 1, "reused": 0}
    assert several[0]["shards"] == {"all": 1, "scanned": 0, "reused": 1}
    assert several[0]["version"] == outcome["version"]

    # what a training job asks afterwards
    version = f"small@{outcome['version']}"
    asked = tda(home, "gate", "check", version, "--purpose", "pretrain", "--json")
    assert (asked.returncode, json.loads(asked.stdout)["gate"]) == (3, "incomplete")
    other = tda(home, "gate", "check", version, "--purpose", "alignment", "--json")
    assert (other.returncode, json.loads(other.stdout)["gate"]) == (3, None)


def test_a_person_reads_the_gate_and_where_the_report_is(folder: Path, tmp_path: Path):
    done = tda(tmp_path / "home", "audit", str(folder / "dataset.yaml"), "--lang", "zh")
    assert "证据不足" in done.stdout
    assert "report.zh.html" in done.stdout
    assert "1 个分片中沿用 0 个" in done.stdout
    assert done.stderr == ""


def test_digests_that_were_taken_over_are_told_and_rehash_takes_none_over(
    folder: Path, tmp_path: Path
):
    home = tmp_path / "home"
    manifest = str(folder / "dataset.yaml")
    first = json.loads(tda(home, "audit", manifest, "--json").stdout)
    # as a later audit would find it: the file is as it was hashed, and has been for long
    data = folder / "data.jsonl"
    files = home / "evidence" / "tables" / "files"
    (table,) = files.glob("*/*.parquet")
    digest = pq.read_table(table)["digest"][0].as_py()
    held = Hashed(stamp_of(data.stat()), Digest(digest))
    write_digests(home / "digests" / "small.parquet", [("data.jsonl", held)], home / "tmp")

    later = json.loads(tda(home, "audit", manifest, "--json").stdout)
    assert first["digests"] == {"all": 1, "computed": 1, "taken_over": 0}
    assert later["digests"] == {"all": 1, "computed": 0, "taken_over": 1}
    assert later["version"] == first["version"]
    limit = "Files whose digest was taken over from an earlier run"
    assert limit not in Path(first["report"]["html_en"]).read_text(encoding="utf-8")
    assert limit in Path(later["report"]["html_en"]).read_text(encoding="utf-8")
    told = tda(home, "audit", manifest)
    assert "1 of 1 files were not read again" in told.stdout

    again = tda(home, "audit", manifest, "--rehash")
    assert "read again" not in again.stdout
    assert again.returncode == 3


def test_help_answers_without_the_heavy_packages():
    code = (
        "import sys; from pipelines.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'pyarrow', 'sqlalchemy', 'duckdb', 'scipy', 'great_expectations', 'pandas'}\n"
        "sys.exit(1 if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    for command in ("audit", "dups", "pii", "agreement", "plan", "controls", "ledger"):
        assert command in done.stdout
