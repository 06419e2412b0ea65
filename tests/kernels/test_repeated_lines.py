import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.kernels.normal_facts import count_characters, normal_facts

LINES = st.lists(st.sampled_from(["", "a", "b", "a b", "数据安全与训练", "x" * 30]), max_size=12)


def in_python(text: str) -> int:
    """The definition: bytes of lines that are not empty and equal to an earlier one."""
    seen: set[str] = set()
    repeated = 0
    for line in text.split("\n"):
        repeated += len(line.encode()) if line in seen else 0
        seen.add(line)
    return repeated


@settings(max_examples=150, deadline=None)
@given(st.lists(LINES.map("\n".join), max_size=5))
@example(["a\na\na", "\n\n\n", "", "a", "é\u0301\né\u0301"])
def test_bytes_in_repeated_lines_are_those_of_the_definition(texts):
    column = pa.array(texts, pa.large_string())
    expected = [in_python(text) for text in texts]
    assert normal_facts(column).repeated.tolist() == expected
    # long texts and texts with marks are counted on another way
    assert count_characters(column)[3].tolist() == expected


def test_a_text_of_many_lines_does_not_disturb_the_next_one():
    texts = ["\n".join(map(str, range(5000))), "7\n7", "\n".join(["same"] * 5000)]
    column = pa.array(texts, pa.large_string())
    assert normal_facts(column).repeated.tolist() == [0, 1, 4 * 4999]


def test_every_byte_of_a_line_of_any_length_counts():
    for size in (*range(1, 100), 127, 128, 129, 1000):
        line = "x" * size
        others = [line[:place] + "y" + line[place + 1 :] for place in range(min(size, 130))]
        column = pa.array(["\n".join([line, *others, line, others[-1]])], pa.large_string())
        assert normal_facts(column).repeated.tolist() == [2 * size]
