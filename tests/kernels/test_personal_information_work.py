"""No pattern of personal information takes longer than the text is long, whatever stands in it."""

import re
import sys
from pathlib import Path

import pytest

from pipelines.kernels import personal_information_addresses as addresses
from pipelines.kernels import personal_information_codes as codes
from pipelines.kernels import personal_information_numbers as numbers
from pipelines.kernels.personal_information import DETECTORS, NUMBERS

sys.path.insert(0, str(Path(__file__).parent))
import identifier_patterns

ID = "11010519491231002X"


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "1 ",
        "1-",
        "a@",
        "a.",
        "a",
        "@",
        "1.",
        "a:",
        "::",
        "京A",
        "A1",
        "0",
        "(0",
        "+86",
        "-a.b",
        f"{ID} ",
        "13800138000 ",
        "a@b.cn ",
        "8.8.8.8 ",
    ],
)
def test_work_grows_with_the_text_and_not_with_its_square(piece):
    # eight times the text; a quadratic detector would take 64 times as many steps
    assert steps_of(piece, 16_000) < 9 * steps_of(piece, 2_000)


def steps_of(piece: str, size: int) -> int:
    """Lines of Python that all patterns run, and characters that they copy or search again."""
    steps = 0

    class Counted(str):
        """A text that counts what is cut out of it; the patterns read it as they read any other."""

        __slots__ = ()

        def __getitem__(self, place):
            nonlocal steps
            cut = super().__getitem__(place)
            steps += len(cut)
            return cut

        def find(self, *searched):
            nonlocal steps
            at = super().find(*searched)
            start = searched[1] if len(searched) > 1 else 0
            steps += (len(self) if at < 0 else at) - start
            return at

    def count(frame, event, argument):
        nonlocal steps
        steps += event == "line"
        return count

    text = Counted(piece * (size // len(piece)))
    before = sys.gettrace()
    sys.settrace(count)
    try:
        starts = identifier_patterns.runs_of_digits(text)
        numbers = (detector(text, starts) for detector in NUMBERS)
        for hits in (*numbers, *(detector(text) for _, detector in DETECTORS)):
            for _ in hits:
                pass
    finally:
        sys.settrace(before)
    return steps


PATTERNS = {
    f"{module.__name__.rpartition('.')[2]}.{name}": pattern
    for module in (addresses, codes, numbers, identifier_patterns)
    for name, pattern in vars(module).items()
    if isinstance(pattern, re.Pattern)
}


RUNS = {"identifier_patterns._RUN"}
"""`[0-9]+` fails nowhere but where it ends: the next search begins behind what it has read."""


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_a_pattern_reads_a_bounded_stretch_from_where_it_begins(name):
    assert len(PATTERNS) > 15
    if name in RUNS:
        assert PATTERNS[name].pattern == "[0-9]+"
    else:
        assert longest(re._parser.parse(PATTERNS[name].pattern, PATTERNS[name].flags)) <= 300


def longest(part) -> int:
    """The most characters that a parsed pattern reads, what it only looks at included."""
    return part.getwidth()[1] + sum(looked.getwidth()[1] for looked in looks(part.data))


def looks(parsed):
    """Every part of a parsed pattern that is looked at and not read, however deep it lies."""
    if isinstance(parsed, re._parser.SubPattern):
        yield from looks(parsed.data)
    elif isinstance(parsed, list | tuple):
        if len(parsed) == 2 and str(parsed[0]) in {"ASSERT", "ASSERT_NOT"}:
            yield parsed[1][1]
        for inner in parsed:
            yield from looks(inner)
