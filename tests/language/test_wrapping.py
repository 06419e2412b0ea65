from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.language.width import columns_of
from pipelines.language.wrapping import wrapped


def test_lines_end_at_spaces_and_between_han_characters() -> None:
    assert wrapped("records of a dataset", 10) == ["records of", "a dataset"]
    assert wrapped("数据集的记录", 8) == ["数据集的", "记录"]
    assert wrapped("按 Jaccard 相似度", 10) == ["按 Jaccard", "相似度"]


def test_a_closing_mark_begins_no_line_and_an_opening_one_ends_none() -> None:
    assert wrapped("甲乙丙，丁", 6) == ["甲乙", "丙，丁"]
    assert wrapped("甲乙（丙丁）戊", 6) == ["甲乙", "（丙", "丁）戊"]
    assert wrapped("甲乙（丙）", 6) == ["甲乙", "（丙）"]


def test_words_of_latin_letters_stay_whole() -> None:
    assert wrapped("见tda overlaps命令", 8) == ["见tda", "overlaps", "命令"]
    assert wrapped("--accept-conditional", 5) == ["--accept-conditional"]
    assert wrapped("", 5) == []


@settings(max_examples=300)
@given(st.text(alphabet="甲乙丙，。（）「」ab-. ", max_size=80), st.integers(8, 40))
def test_nothing_is_lost_and_what_can_be_broken_fits(text: str, width: int) -> None:
    lines = wrapped(text, width)

    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(line == line.strip() and line for line in lines)
    assert all(columns_of(line) <= width for line in lines if _breaks(line))


def _breaks(line: str) -> bool:
    """Whether the line could have ended earlier."""
    return len(wrapped(line, 1)) > 1
