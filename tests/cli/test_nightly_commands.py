"""`tda register`, `tda registered` and `tda nightly`, as a person meets them."""

import json
from pathlib import Path

from tda_process import tda

from pipelines.registry_file import read_registry, registry_path

MANIFEST = {
    "dataset": "tiny",
    "title": {"en": "tiny", "zh": "小"},
    "purpose": "pretrain",
    "files": ["data.jsonl"],
    "record": {"text": ["text"]},
    "sources": [{"id": "own", "type": "synthetic", "licence": {"id": "CC0-1.0"}}],
    "personal_information": {"present": "unknown"},
}


def write(folder: Path, name: str) -> Path:
    folder.mkdir()
    (folder / "data.jsonl").write_text('{"text": "a few words of a record"}\n', encoding="utf-8")
    path = folder / "dataset.yaml"
    path.write_text(json.dumps({**MANIFEST, "dataset": name}), encoding="utf-8")
    return path


def test_a_night_from_registration_to_digest(tmp_path: Path):
    home = tmp_path / "home"
    one, two = write(tmp_path / "one", "one"), write(tmp_path / "two", "two")
    assert tda(home, "nightly").returncode == 2
    done = tda(home, "register", str(one), str(two), "--json")
    assert done.returncode == 0, done.stderr
    assert [entry["registered"] for entry in json.loads(done.stdout)] == ["added", "added"]
    assert set(read_registry(registry_path(home))) == {"one", "two"}
    assert read_registry(registry_path(home))["one"].title == {"en": "tiny", "zh": "小"}

    done = tda(home, "nightly", "--at", "2026-11-20T01:00:00+08:00", "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert "datasets: 2 (2 audited" in done.stdout
    assert "stages: 24 (" in done.stdout

    two.unlink()
    done = tda(home, "nightly", "--at", "2026-11-21T01:00:00+08:00", "--json")
    assert done.returncode == 3, done.stderr
    found = json.loads(done.stdout)
    assert found["stages"] == {"all": 24, "ran": 0, "reused": 12, "undone": 12}
    assert found["complete"] is False

    listed = json.loads(tda(home, "registered", "--json").stdout)
    assert [(entry["dataset"], entry["state"]) for entry in listed] == [
        ("one", "reused"),
        ("two", "unreachable"),
    ]
    assert listed[1]["stale_since"] == "2026-11-20T17:00:00+00:00"
    done = tda(home, "register", "--retire", "two")
    assert done.returncode == 0, done.stderr
    assert set(read_registry(registry_path(home))) == {"one"}


def test_mistakes_get_a_sentence_and_register_nothing(tmp_path: Path):
    home = tmp_path / "home"
    one = write(tmp_path / "one", "same")
    twin = write(tmp_path / "two", "same")
    for given in (
        [],
        [str(tmp_path / "none.yaml")],
        [str(one), str(twin)],
        [str(one), "--policy", "none"],
        ["--retire", "unknown"],
    ):
        done = tda(home, "register", *given)
        assert done.returncode == 2, (given, done.stderr)
        assert "Traceback" not in done.stderr
    assert "no dataset is registered" in tda(home, "registered").stdout
    assert json.loads(tda(home, "registered", "--json").stdout) == []
