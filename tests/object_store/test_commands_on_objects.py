"""The commands, in processes of their own, on objects of a real server."""

import json

import pyarrow.parquet as pq
import pytest
import tda_process

from pipelines.cli import main

MANIFEST = """
dataset: stored
title: {en: Stored}
purpose: fine_tune
files: ["%s/*.jsonl"]
record: {text: [text]}
sources:
  - {id: web, type: self_collected_web, files: ["%s/a*.jsonl"], licence: {id: MIT}}
  - {id: shop, type: commercial, files: ["%s/b.jsonl"], licence: {id: MIT}}
personal_information: {present: unknown}
"""
LONG = "The quick brown fox jumps over the lazy dog, and then it sleeps until noon. "
RECORDS = {
    "a1.jsonl": [{"text": LONG + "One."}, {"text": "Call 13800138000 after six."}],
    "a2.jsonl": [{"text": LONG + "One."}, {"text": ""}],
    "b.jsonl": [{"text": LONG + "One!"}, {"text": LONG * 3}],
}
CONTENT = {
    name: "".join(json.dumps(record) + "\n" for record in records).encode()
    for name, records in RECORDS.items()
}


@pytest.fixture
def tda(tmp_path, monkeypatch, capsys):
    """Runs `tda ARGUMENTS` here: exit code, stdout and stderr."""
    monkeypatch.setenv("TDA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TDA_LANG", "en")
    monkeypatch.setenv("TDA_WORKERS", "1")

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return run


@pytest.fixture
def both(s3, tmp_path):
    """The same records below a local folder and below a prefix."""
    local = tmp_path / "local"
    local.mkdir()
    for name, content in CONTENT.items():
        (local / name).write_bytes(content)
    bucket = s3({f"data/{name}": content for name, content in CONTENT.items()})
    return local, f"s3://{bucket}/data"


def test_an_audit_of_objects_says_what_the_audit_of_the_files_says(both, tmp_path):
    local, uri = both
    manifests = []
    for name, where in (("here", "."), ("there", uri)):
        manifests.append(local / f"{name}.yaml")
        text = MANIFEST.replace("dataset: stored", f"dataset: {name}")
        manifests[-1].write_text(text.replace("./", "") % (where, where, where))
    done = tda_process.tda(tmp_path / "home", "audit", *manifests, "--json", TDA_WORKERS="1")
    assert done.stdout, done.stderr
    outcomes = json.loads(done.stdout)
    for figure in ("records", "exact_duplicates", "near_duplicates", "personal_information"):
        assert outcomes[0][figure] == outcomes[1][figure]
    assert outcomes[1]["records"] == 6
    assert outcomes[1]["exact_duplicates"] == 1
    assert outcomes[1]["gate"] == outcomes[0]["gate"]
    tables = list((tmp_path / "home" / "evidence" / "tables" / "records").rglob("*.parquet"))
    named = {(r["file"], r["source"]) for path in tables for r in pq.read_table(path).to_pylist()}
    assert {pair for pair in named if pair[0].startswith("s3:")} == {
        (f"{uri}/a1.jsonl", "web"),
        (f"{uri}/a2.jsonl", "web"),
        (f"{uri}/b.jsonl", "shop"),
    }
    kept = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert not any(b"very/secret+key" in path.read_bytes() for path in kept)


def test_dups_and_pii_read_objects_like_files(both, tda):
    local, uri = both
    figures = []
    for paths in ([local], [f"{uri}/"], [f"{uri}/*.jsonl"]):
        code, out, err = tda("dups", *paths, "--json")
        assert code == 0, err
        found = json.loads(out)
        pairs = pq.read_table(found["pairs"]).to_pylist()
        names = [(p["kept_file"].rpartition("/")[2], p["removed_row"]) for p in pairs]
        figures.append((found["records"], found["exact_duplicates"], found["clusters"], names))
    assert figures[0] == figures[1] == figures[2]
    code, out, err = tda("pii", f"{uri}/a1.jsonl", "--text", "text")
    assert code == 0, err
    (hit,) = [json.loads(line) for line in out.splitlines()]
    assert (hit["file"], hit["row"], hit["type"]) == (f"{uri}/a1.jsonl", 1, "mobile")


@pytest.mark.parametrize(
    ("environment", "uri", "code", "said"),
    [
        ({"TDA_ALLOW_LOCAL_ENDPOINTS": "0"}, "s3://bucket/*", 2, "leads to this machine itself"),
        ({"AWS_ENDPOINT_URL": "http://169.254.169.254"}, "s3://bucket/*", 2, "metadata address"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "s3://bucket/*", 3, "cannot be reached"),
        ({"AWS_ENDPOINT_URL": "http://store.invalid"}, "s3://bucket/*", 3, "cannot be found"),
        ({}, "s3://no-such-bucket/*", 2, "there is no s3://no-such-bucket"),
        ({}, "s3://key:hush-hush@bucket/*", 2, "there are credentials in an s3 address"),
    ],
)
def test_a_store_nobody_can_read_is_a_sentence(
    s3, tda, tmp_path, monkeypatch, environment, uri, code, said
):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    manifest = tmp_path / "dataset.yaml"
    manifest.write_text(MANIFEST.replace("%s/*.jsonl", uri) % ("s3://b-1", "s3://b-2"))
    for command in (["audit", manifest], ["dups", uri], ["pii", uri, "--text", "text"]):
        found, _, err = tda(*command)
        assert (found, said in err) == (code, True), err
        assert "hush-hush" not in err
