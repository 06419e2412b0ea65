"""Duplicates in memory, told by characters and told by words."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.kernels.normalise import normalise_block
from pipelines.kernels.pairs import similarities
from pipelines.kernels.units import Unit, in_units
from pipelines.stages.comparing_texts import near_duplicates

SENTENCE = "every record of the training data leads back to the source it was taken from and "
SHUFFLED = "and from taken was it source the to back leads data training the of record every "


def column(*texts: str | None) -> pa.LargeStringArray:
    return pa.array(texts, pa.large_string())


def pairs(texts: pa.LargeStringArray, unit: Unit) -> list[tuple[int, int, float]]:
    found = near_duplicates(texts, 0.8, unit=unit)
    return list(
        zip(found.removed.tolist(), found.kept.tolist(), found.similarity.tolist(), strict=True)
    )


@pytest.mark.parametrize("unit", Unit)
def test_equal_texts_and_nearly_equal_ones_lead_to_the_first(unit):
    longer = SENTENCE * 3 + "here it ends"
    texts = column(longer, None, longer.upper(), SHUFFLED * 3, longer + " now", "", "数据" * 9)
    found = near_duplicates(texts, 0.8, unit=unit)
    assert (found.exact_duplicates, found.near_duplicates) == (1, 1)
    assert [(removed, kept) for removed, kept, _ in pairs(texts, unit)] == [(2, 0), (4, 0)]


def test_words_see_what_characters_do_not_and_the_other_way_round():
    hyphens = column("one two three four five six seven", "one-two-three-four-five-six-seven")
    assert pairs(hyphens, Unit.CHAR) == []
    assert pairs(hyphens, Unit.WORD) == [(1, 0, 1.0)]
    words = " ".join(f"number{i}" for i in range(40))
    endings = column(words, words.replace("number7 ", "number7s "))
    assert [pair[:2] for pair in pairs(endings, Unit.CHAR)] == [(1, 0)]
    assert pairs(endings, Unit.WORD) == [], "five of 36 runs of five words hold the changed one"


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from(SENTENCE.split()), min_size=4, max_size=30).map(" ".join),
        min_size=2,
        max_size=8,
    ),
    st.sampled_from(Unit),
)
def test_every_removed_text_is_as_similar_to_the_kept_one_as_is_said(texts, unit):
    texts = [*texts, *(text + " too" for text in texts)]
    normal = in_units(normalise_block(column(*texts)), unit)
    for removed, kept, similarity in pairs(column(*texts), unit):
        assert similarity >= 0.8
        whole = normal.offsets[removed + 1] - normal.offsets[removed]
        if similarity == 1.0 and whole < 5:
            assert texts[removed] == texts[kept]
        else:
            assert similarity == similarities(normal, *([pair] for pair in (removed, kept)))[0]
