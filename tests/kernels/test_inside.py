"""Questions inside longer texts: the kernel, a plain search, and what must be found."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from passages import Plain, anchors_in, normal, normal_text

from pipelines.kernels.anchors import (
    LEAST_THRESHOLD,
    LONG_ANCHOR,
    MOST_QUESTIONS,
    SHORT_ANCHOR,
    Asked,
    anchors_of,
    least_shared,
    unbroken_run,
)
from pipelines.kernels.inside import Held, PassageSearch, question_table
from pipelines.kernels.shingles import shingles_of

ENGLISH = normal(
    "Which river of the province is the longest, and through which towns does it flow before "
    "it reaches the sea at the old harbour?"
)
CHINESE = normal("请说明训练数据来源的登记要求，并指出哪些材料需要一并保存。")
OTHER = normal("A wholly different question about the weather of last year and the year before it.")
FILLER = normal("Nothing of this page has to do with any examination; it speaks of bread. ") + " "
HAN_FILLER = "这一页写的是面包和天气，与任何考试都没有关系。"


def looked(
    questions: list[str], texts: list[str], threshold: float = 0.8
) -> tuple[PassageSearch, Held]:
    search = PassageSearch(question_table(normal_text(questions), threshold))
    sizes = np.array([len(text.encode()) for text in texts])
    return search, search.block(normal_text(texts), np.arange(len(texts)) * 10, sizes)


def leads(questions: list[str], texts: list[str], threshold: float = 0.8) -> dict[int, object]:
    search, held = looked(questions, texts, threshold)
    shares = held.shared / search.table.distinct[held.questions]
    named = zip(held.questions.tolist(), shares.tolist(), strict=True)
    return dict(zip((held.places // 10).tolist(), named, strict=True))


LETTERS = st.sampled_from("ab c题目甲 d")
WORDS = st.lists(st.sampled_from(["ab", "river", "of the", "题目", "甲乙丙丁", "x", "the sea "]))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_it_agrees_with_a_plain_search(data: st.DataObject):
    texts = st.one_of(st.text(LETTERS, max_size=120), WORDS.map("".join))
    questions = data.draw(st.lists(texts.map(normal), min_size=1, max_size=6, unique=True))
    threshold = data.draw(st.sampled_from([0.7, 0.8, 0.95, 1.0]))
    pages = []
    for _ in range(data.draw(st.integers(1, 4))):
        page = data.draw(texts)
        for question in data.draw(st.lists(st.sampled_from(questions), max_size=3)):
            begin = data.draw(st.integers(0, len(question)))
            cut = data.draw(st.integers(begin, min(len(question), begin + 6)))
            page += question[:begin] + data.draw(st.text(LETTERS, max_size=4)) + question[cut:]
            page += data.draw(st.text(LETTERS, max_size=10))
        pages.append(normal(page))
    plain = Plain(questions, threshold)
    search, _ = looked(questions, pages, threshold)
    expected = {at: plain.leads(page) for at, page in enumerate(pages)}
    assert leads(questions, pages, threshold) == {at: one for at, one in expected.items() if one}
    found = [plain.found(page) for page in pages]
    for number in range(len(questions)):
        shares = [one.get(number, 0.0) for one in found]
        most = max(shares)
        place = 10 * shares.index(most) if most else -1
        distinct = max(1, int(search.table.distinct[number]))
        assert (search.best[number] / distinct, search.best_place[number]) == (most, place)
    assert search.crowded == []


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_whatever_keeps_its_share_is_found(data: st.DataObject):
    """A question none of whose shingles is repeated, changed in as many places as leave enough."""
    kind = data.draw(st.sampled_from([0x4E00, 0x0430]))
    length = data.draw(st.integers(36 if kind == 0x0430 else 12, 160))
    # every code point of its own: no shingle is repeated
    question = "".join(chr(kind + 7 * at % 3001 + at // 3001) for at in range(length))
    threshold = data.draw(st.sampled_from([0.7, 0.8, 0.9, 1.0]))
    page = list(question)
    for at in data.draw(st.lists(st.integers(0, length - 1), max_size=12)):
        page[at] = data.draw(st.sampled_from(["", "?", page[at] + "!"]))
    text = "".join(page)
    share = len(shingles_of(question) & shingles_of(text)) / len(shingles_of(question))
    found = leads([question], [f"so {text} it"], threshold)
    assert (0 in found) == (share >= threshold)


def test_some_run_stays_unbroken_and_an_anchor_is_in_it():
    for threshold in (LEAST_THRESHOLD, 0.75, 0.8, 0.9, 1.0):
        for length in range(12, 90):
            shingles = length - 4
            (needed,) = least_shared(np.array([shingles]), threshold)
            assert needed / shingles >= threshold > (needed - 1) / shingles
            # the shortest that the longest run can be, by trying every length it may have
            shortest = next(run for run in range(1, length + 1) if _kept(length, run) >= needed)
            (run,) = unbroken_run(np.array([length]), threshold)
            assert run == shortest
            assert run >= SHORT_ANCHOR
            assert run >= LONG_ANCHOR or threshold < 0.8 or length < 24


def _kept(length: int, longest: int) -> int:
    """Shingles left at most of so many code points broken into runs of at most `longest`."""
    best = [0] * (length + 1)
    for end in range(1, length + 1):
        runs = range(1, min(longest, end) + 1)
        best[end] = max(best[end - run] + max(0, run - 4) for run in runs)
    return best[length]


@pytest.mark.parametrize("question", [ENGLISH, CHINESE], ids=["en", "zh"])
@pytest.mark.parametrize("where", ["begin", "middle", "end", "alone"])
def test_a_planted_question_is_found_wherever_it_stands(question: str, where: str):
    filler = HAN_FILLER * 40 if question == CHINESE else FILLER * 40
    before = "" if where in ("begin", "alone") else filler
    after = "" if where in ("end", "alone") else filler
    page = normal(before + question + after)
    assert leads([OTHER, question], [filler.strip(), page]) == {1: (1, 1.0)}


def test_a_changed_word_leaves_it_found_with_its_share():
    changed = ENGLISH.replace("longest", "shortest")
    ((number, share),) = leads([OTHER, ENGLISH], [FILLER + changed + FILLER.strip()]).values()
    left = shingles_of(ENGLISH) & shingles_of(FILLER + changed + FILLER)
    assert (number, share) == (1, len(left) / len(shingles_of(ENGLISH)))
    assert 0.8 < share < 1.0


def test_half_of_a_question_is_not_the_question():
    assert leads([ENGLISH], [FILLER + ENGLISH[: len(ENGLISH) // 2] + FILLER.strip()]) == {}


def test_of_several_the_greatest_share_leads_then_the_longest_then_the_first():
    other = ENGLISH + " and where does it begin?"
    assert leads([ENGLISH, other], [FILLER + other]) == {0: (1, 1.0)}
    assert leads([other, ENGLISH], [FILLER + ENGLISH]) == {0: (1, 1.0)}
    twins = ["0 " + ENGLISH, "1 " + ENGLISH]
    assert leads(twins, [FILLER + ENGLISH])[0][0] == 0
    search, held = looked([ENGLISH, CHINESE], [FILLER, FILLER + ENGLISH + CHINESE, ENGLISH])
    assert held.places.tolist() == [10, 20]
    assert search.best_place.tolist() == [10, 10]


def test_short_and_long_questions_are_told_apart():
    questions = [
        "what is two and two?",
        "x" * 5 + " y" * (1 << 16),
        "如何制作面包和黄油呢",
        "如何制作面包和黄油以及盐",
        ENGLISH,
    ]
    asked = anchors_of(normal_text(questions), 0.8).asked.tolist()
    looked_for = Asked.LOOKED_FOR
    assert asked == [Asked.SHORT, Asked.LONG, Asked.SHORT, looked_for, looked_for]


def test_questions_that_differ_in_nothing_of_their_own_are_common():
    # the anchors lie before the last code points, in which alone these differ
    head = "".join(chr(0x4E00 + at) for at in range(24))
    questions = [head + tail for tail in "abcdefghijklmnopqrstu"][: MOST_QUESTIONS + 1]
    assert set(anchors_of(normal_text(questions[1:]), 0.8).asked.tolist()) == {Asked.LOOKED_FOR}
    asked = anchors_of(normal_text(questions), 0.8).asked
    pieces = {piece for one in questions for _, piece in anchors_in(one, 0.8)}
    assert len(pieces) == len(anchors_in(questions[0], 0.8))
    assert set(asked.tolist()) == {Asked.COMMON}
    assert leads(questions, [FILLER + questions[3]]) == {}


@pytest.mark.parametrize("size", [1, 7, 64, 1000, 1 << 18])
def test_a_text_in_parts_is_the_text(size: int):
    questions = [ENGLISH, CHINESE, OTHER]
    text = normal(FILLER * 20 + CHINESE + FILLER * 30 + ENGLISH.replace("sea", "ocean") + FILLER)
    points = normal_text([text]).points
    whole_search, whole = looked(questions, [text])
    search = PassageSearch(question_table(normal_text(questions), 0.8))
    parts = (points[at : at + size] for at in range(0, len(points), size))
    held = search.parts(parts, 0, len(text.encode()))
    assert held.questions.tolist() == whole.questions.tolist()
    assert held.shared.tolist() == whole.shared.tolist()
    assert search.best.tolist() == whole_search.best.tolist()
    assert np.count_nonzero(search.best) == 2


def test_the_same_character_over_and_over_is_looked_at_once_or_the_text_is_crowded():
    text = "a" * 1_000_000
    search, held = looked(["a" * 40], [text])
    assert (held.questions.tolist(), search.crowded) == ([0], [])
    search, held = looked(["a" * 40, "a" * 30 + CHINESE * 2], [text, FILLER])
    assert (held.questions.tolist(), search.crowded) == ([0], [0])


def test_where_not_every_passage_was_looked_at_the_text_is_crowded_and_says_so():
    piece = ENGLISH[:40]
    question = ENGLISH + "".join(chr(0x4E00 + at) for at in range(900))
    text = (piece + " ") * 30_000
    search, held = looked([question], [text, FILLER + ENGLISH, text])
    assert held.questions.tolist() == []
    assert search.crowded == [0, 20]


def test_no_question_and_no_text_are_no_error():
    assert leads([], [FILLER]) == {}
    assert leads([""], ["", FILLER]) == {}
    assert leads([ENGLISH], [""]) == {}
