"""Texts that a sketch, a table of characters or a rule of thumb might stumble over.

Each corpus is compared by a real process, and what comes out by the law in plain Python: every
removed record is above the threshold with the kept one it leads to, no equal text is overlooked,
and no two kept texts are above the threshold.
"""

import itertools
import sys
import unicodedata

import plain_law
import pytest

THRESHOLD = 0.8
WHITE = [chr(c) for c in range(sys.maxunicode + 1) if chr(c).isspace()]
SENTENCE = "the river ran under the old bridge and past the mill where nobody lived any more"
HAN = "河水从老桥下流过经过那座再也没有人住的磨坊一直流到海里去了没有人知道它从哪里来"
ASTRAL = "".join(map(chr, range(0x20000, 0x20030))) + "😀🧪𝔸𝟘" * 3


def variants(text: str) -> list[str]:
    """`text`, the same after normalisation, a near one, one further away."""
    half = len(text) // 2
    return [
        text,
        f" {text} ",
        unicodedata.normalize("NFD", text),
        text + text[:2],
        text[:half] + "§" + text[half + 1 :],
        text[half:] + text[:half],
        text[:half],
    ]


def of_each_length(character: str) -> list[str]:
    return [character * length for length in (*range(1, 40), 63, 64, 65, 1000, 4097, 20_000)]


def short() -> list[str]:
    """Every text of up to four code points over a few, each of them twice."""
    letters = "aA 1。😀\u0301"
    texts = ["".join(t) for n in range(5) for t in itertools.product(letters, repeat=n)]
    return texts[::3] + texts[::7]


CORPORA = {
    "one character at many lengths": of_each_length("a") + of_each_length("啊"),
    "one character of four bytes": of_each_length("𠀀") + of_each_length("😀"),
    "one combining mark alone": of_each_length("\u0301"),
    "eighteen characters from one": ["\ufdfa" * n for n in range(1, 30)],
    "four bytes a character": variants(ASTRAL) + variants(ASTRAL[::-1]),
    "combining sequences": [
        text
        for base in ("e\u0301\u0323o\u0308", "a" + "\u0301\u0323" * 20, "각나다\u1100\u1161\u11a8")
        for text in variants(base * 6)
    ],
    "every white space": [
        text
        for space in WHITE
        for text in (
            SENTENCE.replace(" ", space),
            SENTENCE.replace(" ", space * 3),
            space + HAN + space,
            HAN[:20] + space + HAN[20:],
            space,
            space * 70,
        )
    ],
    "white space alone": WHITE + [one + two for one, two in itertools.pairwise(WHITE)],
    "under five code points": short(),
    "all punctuation": [
        text
        for marks in ("!?.,;:-_()[]{}*&^%$#@~`|/<>+=", "。，、；：？！…—·「」『』（）《》〈〉【】")
        for text in [*variants(marks * 3), *(marks[:n] for n in range(1, 20)), marks * 9]
    ],
    "all digits": [
        text
        for digits in (
            "3141592653589793238462643383279502884197",
            "٣١٤١٥٩٢٦٥٣٥٨٩٧٩٣",
            "３１４１５９２６５",
        )
        for text in [*variants(digits), *(digits[:n] for n in range(1, 16))]
    ],
    "letters that fold to several": variants("ßẞŉǰΐﬃıİſK" * 5) + variants("SSßẞssſſ" * 6),
    "what is not quite white space": [
        f"{HAN}{c}{HAN[::-1]}" for c in "\u200b\u2060\ufeff\u180e\x00\x07"
    ],
}


@pytest.mark.parametrize("name", CORPORA)
def test_the_law_holds_for(name, compared):
    texts = CORPORA[name]
    done = compared(texts)
    law, outcome, pairs = plain_law.law(texts), done.outcome, done.pairs()
    assert outcome["records"] == len(texts)
    assert (outcome["empty"], outcome["quarantined"]) == (law.empty, 0)
    assert outcome["exact_duplicates"] == len(law.exact)
    assert outcome["exact_duplicates"] + outcome["near_duplicates"] == len(pairs)
    assert plain_law.faults(texts, pairs, THRESHOLD) == []
    assert plain_law.missing(texts, pairs, THRESHOLD) == []


def test_a_text_is_not_removed_for_being_short_or_without_letters(compared):
    texts = [
        "1",
        "12",
        "123",
        "1234",
        "12345",
        "!",
        "!!",
        "?!",
        "…",
        "。",
        "a",
        "aa",
        "\u0301",
        "😀",
    ]
    done = compared(texts)
    assert (done.outcome["empty"], done.pairs()) == (0, [])
