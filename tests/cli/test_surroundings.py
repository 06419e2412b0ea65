"""What a process may find around it: a closed pipe, a full or read-only disk, no locale at all."""

import hashlib
import json
import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest
import tda_process

from pipelines.language.catalogue import Language

TDA = [sys.executable, "-m", "pipelines.cli"]


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TDA_", "LC_", "LANG"))}
    return kept | {"TDA_HOME": str(tmp_path / "home"), "PYTHONDONTWRITEBYTECODE": "1"} | more


def tda(tmp_path: Path, *words: str | bytes, **more: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*TDA, *words], env=environment(tmp_path, **more), capture_output=True, check=False
    )


def sentence(done: subprocess.CompletedProcess[bytes]) -> list[str]:
    return complaint(done.stderr.decode("utf-8"))


def complaint(text: str) -> list[str]:
    """The two lines of a complaint."""
    lines = text.splitlines()
    assert len(lines) == 2, lines
    assert lines[0].startswith("tda: ")
    return lines


@pytest.mark.parametrize(
    "words", [["controls", "list"], ["plan", "--lot-size", "1200", "--aql", "1.0", "--json"]]
)
def test_a_closed_pipe_is_no_result(tmp_path, words):
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [*TDA, *words],
        env=environment(tmp_path),
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)
    # as a shell writes the end by SIGPIPE: neither 0 nor 1, which `tda audit` says of gates
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize(("lang", "said"), [("en", "the disk is full"), ("zh", "磁盘已满")])
def test_a_full_disk_is_told_and_is_no_result(tmp_path, lang, said):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*TDA, "controls", "list", "--lang", lang],
            env=environment(tmp_path),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 3
    assert sentence(done)[0] == f"tda: {said}"


def test_closed_streams_change_no_exit_code(tmp_path):
    shell = f'{sys.executable} -m pipelines.cli "$@" 2>&- >&-'
    texts = tmp_path / "texts.jsonl"
    texts.write_text('{"text": "one"}\n{"text": "ONE"}\n')
    for words, code in (
        (["controls", "show", "XXX-99"], 2),
        (["controls", "show", "SRC-06"], 0),
        (["dups", str(texts), "--json"], 0),
        (["dups", str(tmp_path / "absent.jsonl")], 2),
        (["pii", str(texts), "--text", "text", "--json"], 0),
    ):
        command = ["sh", "-c", shell, "sh", *words]
        done = subprocess.run(command, env=environment(tmp_path), check=False)
        assert done.returncode == code, words


@pytest.mark.parametrize("words", [["trend"], ["report"], ["gate", "check"], ["ledger", "prove"]])
def test_bytes_that_are_no_text_get_a_sentence(tmp_path, words):
    done = tda(tmp_path, *words, b"caf\xe9@sha256:" + b"0" * 64, TDA_LANG="en")
    assert (done.returncode, done.stdout) == (2, b"")
    assert "caf" in sentence(done)[0]


@pytest.mark.parametrize(
    "locale",
    [
        {"LANG": "C"},
        {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LANG": "zh_CN.GB18030"},
        {"PYTHONIOENCODING": "ascii:backslashreplace"},
        {},
    ],
)
def test_any_locale_will_do(tmp_path, locale):
    for lang in Language:
        done = tda(tmp_path, "controls", "list", "--lang", lang.value, **locale)
        assert (done.returncode, done.stderr) == (0, b"")
        assert len(done.stdout.splitlines()) == 80
        wrong = tda(tmp_path, "controls", "show", "XXX-99", "--lang", lang.value, **locale)
        assert wrong.returncode == 2
        assert b"Traceback" not in wrong.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["audit", "data.yaml"],
        ["dups", "data.jsonl"],
        ["trend", "small"],
        ["nightly"],
        ["registered"],
        ["ledger", "head"],
        ["retention", "plan"],
    ],
)
def test_a_workspace_that_cannot_be_made_gets_a_sentence(tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    Path("data.jsonl").write_text('{"text": "one text"}\n')
    Path("data.yaml").write_text(
        "dataset: small\ntitle: {en: Small}\npurpose: pretrain\nfiles: [data.jsonl]\n"
        "record: {text: [text]}\nsources: [{id: own, type: self_produced}]\n"
    )
    for home, said in (("data.yaml", "data.yaml"), ("/proc/none", "/proc/none")):
        for lang in ("en", "zh"):
            done = tda_process.tda(home, *words, "--lang", lang)
            assert (done.returncode, done.stdout) == (2, "")
            sentence_of, remedy = complaint(done.stderr)
            assert said in sentence_of
            assert "TDA_HOME" in remedy
            if lang == "zh":
                english = re.findall(r"[A-Za-z]{3,}", sentence_of.replace(str(tmp_path), ""))
                assert set(english) <= {"tda", "data", "yaml", "proc", "none", "tmp", "home"}


@pytest.mark.parametrize("home", ["sqlite://", "sqlite:///", "sqlite:///:memory:"])
def test_a_database_without_a_file_is_bad_input(tmp_path, home):
    for lang, said in (("en", "names no file"), ("zh", "没有指明文件")):
        done = tda(tmp_path, "registered", "--lang", lang, TDA_DATABASE_URL=home)
        assert (done.returncode, done.stdout) == (2, b"")
        told, remedy = sentence(done)
        assert said in told
        assert "sqlite:////" in remedy
    assert not list(tmp_path.rglob("*.db"))


def test_a_file_that_may_grow_no_more_is_told_without_a_word_of_english(tmp_path):
    texts = tmp_path / "texts.jsonl"
    lines = (
        json.dumps({"text": f"text {n} " + hashlib.sha256(b"%d" % n).hexdigest()})
        for n in range(3000)
    )
    texts.write_text("\n".join(lines))
    done = subprocess.run(
        [*TDA, "dups", str(texts), "--lang", "zh"],
        env=environment(tmp_path),
        capture_output=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
    )
    assert (done.returncode, done.stdout) == (3, b"")
    told = sentence(done)[0].replace(str(texts), "")
    assert "文件超过此处允许的大小" in told
    assert set(re.findall(r"[A-Za-z]{2,}", told)) == {"tda"}
