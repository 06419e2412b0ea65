"""Texts that are compared group by group are read once, in the order of their files."""

import json
import shutil

import numpy as np
import pytest

from connectors.base import ReadRequest
from pipelines.kernels.grouping import group
from pipelines.kernels.normalise import normalise
from pipelines.model.errors import ConnectorError, EvidenceError
from pipelines.stages import candidate_texts
from pipelines.stages.candidate_texts import CandidateTexts
from pipelines.stages.placing import places
from pipelines.stages.preference import Candidates
from pipelines.stages.rereading import Rereader

# code points of one, two and four bytes, in blocks of their own and together
TEXTS = (
    ("plain words", "CAFÉ au lait", "more plain words", "x" * 5000),
    ("审计平台 每晚", "Ａ\u3000b", "emoji \U0001f600 and 字", "plain again", "ﷺ"),
    ("а" * 300, "last"),
)
EVERY = [(n, row) for n, texts in enumerate(TEXTS) for row in range(len(texts))]


@pytest.fixture
def files(tmp_path):
    paths = [tmp_path / f"{n}.jsonl" for n in range(len(TEXTS))]
    for path, texts in zip(paths, TEXTS, strict=True):
        path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    return paths


def candidates(order):
    """Candidates in this order of judgement, which is not that of their files."""
    chosen = [EVERY[n] for n in order]
    none = np.empty(0, np.int32)
    return Candidates(
        repeated=np.empty(0, np.int64),
        firsts=np.empty(0, np.int64),
        places=np.array([places(n, np.array([row]))[0] for n, row in chosen], np.int64),
        chars=np.array([len(normalise(TEXTS[n][row])) for n, row in chosen], np.int64),
        hashes=np.zeros((len(chosen), 2), np.int64),
        groups=group(none, none, len(chosen))[1],
        too_long=0,
    )


def given(files, order, tmp_path, budget):
    found = candidates(order)
    rereader = Rereader(files, [ReadRequest(columns=("text",))] * len(files))
    return CandidateTexts(found, rereader, tmp_path, budget=budget)


def told(texts):
    bounds = zip(texts.ends[:-1], texts.ends[1:], strict=True)
    return [texts.points[a:b].astype("<u4").tobytes().decode("utf-32-le") for a, b in bounds]


ORDER = [10, 3, 7, 0, 5, 1, 9, 2, 8, 4, 6]


@pytest.mark.parametrize("gap", [0, 50, 1 << 14])
@pytest.mark.parametrize("at_once", [1, 64, 1 << 22])
@pytest.mark.parametrize("budget", [0, 10_000], ids=["kept on disk", "few enough"])
def test_any_of_them_are_given_any_number_of_times(
    files, tmp_path, monkeypatch, budget, at_once, gap
):
    """However much of what lies between two of them is read with them."""
    monkeypatch.setattr(candidate_texts, "_GAP", gap)
    monkeypatch.setattr(candidate_texts, "_AT_ONCE", at_once)
    expected = [normalise(TEXTS[n][row]) for n, row in (EVERY[n] for n in ORDER)]
    texts = given(files, ORDER, tmp_path, budget)
    rng = np.random.default_rng(5)
    with texts.at_hand(np.arange(len(ORDER))) as load:
        for _ in range(10):
            asked = np.flatnonzero(rng.integers(2, size=len(ORDER))).astype(np.int32)
            found = load(asked)
            assert found.members.tolist() == asked.tolist()
            assert told(found) == [expected[n] for n in asked]


def test_files_are_read_once_and_what_is_kept_of_them_has_no_name(files, tmp_path):
    texts = given(files, ORDER, tmp_path, 0)
    members = np.arange(0, len(ORDER), 2)
    with texts.at_hand(members) as load:
        for path in files:
            path.unlink()
        assert list(tmp_path.iterdir()) == []
        expected = [normalise(TEXTS[n][row]) for n, row in (EVERY[ORDER[m]] for m in members)]
        assert told(load(members.astype(np.int32))) == expected


def test_where_the_disk_has_no_room_they_are_read_from_their_files(files, tmp_path, monkeypatch):
    full = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(candidate_texts.shutil, "disk_usage", lambda folder: full)
    texts = given(files, ORDER, tmp_path, 0)
    with texts.at_hand(np.arange(len(ORDER))) as load:
        assert told(load(np.array([1], np.int32))) == ["x" * 5000]
        files[0].unlink()
        with pytest.raises(ConnectorError, match=r"0\.jsonl"):
            load(np.array([1], np.int32))


def test_a_file_that_was_changed_in_between_is_named(files, tmp_path):
    files[1].write_text(files[1].read_text().replace("plain again", "changed since"))
    with (
        pytest.raises(EvidenceError, match=r"1\.jsonl was changed"),
        given(files, ORDER, tmp_path, 0).at_hand(np.arange(len(ORDER))),
    ):
        pass


def test_nothing_of_a_text_can_be_read_where_it_is_kept(files, tmp_path, monkeypatch):
    kept = (tmp_path / "kept").open("w+b")
    monkeypatch.setattr(candidate_texts.tempfile, "TemporaryFile", lambda dir: kept)
    with given(files, ORDER, tmp_path, 0).at_hand(np.arange(len(ORDER))) as load:
        assert told(load(np.array([1], np.int32))) == ["x" * 5000]
        content = (tmp_path / "kept").read_bytes()
        assert len(content) > 5000
        assert b"xxxx" not in content
        assert b"words" not in content
