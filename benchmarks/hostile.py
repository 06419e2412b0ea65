"""Corpora that make a naive comparison quadratic or a table of characters fail, out of a seed.

Each is a generator of any number of texts, of which what is equal and what is near is known from
how they were made. In a corpus of families, of each four texts the second is equal to the first
after normalisation, the third is nearly the first, and the fourth shares half of it.
"""

import random
import sys
import unicodedata
from collections.abc import Callable, Iterator
from typing import TypeAlias

SEED = 20261129
FAMILY = 4
BOILERPLATE = (
    "Home · About us · Contact · Terms of use · Privacy · Sitemap. You are reading our newsletter. "
    "All rights reserved. Reproduction in whole or in part without permission is prohibited. "
    "This page uses cookies to give you the best experience; by going on you agree to their use. "
    "Subscribe to get the latest news, offers and stories of our partners straight to your inbox. "
)
CHARACTERS = "a啊😀\u0301"
"""Of one to four bytes; the last is a combining mark without anything to combine with."""
WHITE = [chr(code) for code in range(sys.maxunicode + 1) if chr(code).isspace()]
HAN = range(0x20000, 0x2A6D7)
"""Ideographs of four bytes; none has another form."""
EMOJI = range(0x1F600, 0x1F650)
BOLD, SANS = 0x1D41A, 0x1D5BA
"""Where the mathematical letters a to z begin; normalised they are the plain ones."""
MARKS = "\u0323\u0301\u0327\u0338"
"""Each of a combining class of its own: their order says nothing."""
LETTERS = "abcdefghijklmnopqrstuvwxyz"

Family: TypeAlias = tuple[str, str, str, str]


def pages(count: int) -> Iterator[str]:
    """Boilerplate around a page number: every one is near to every other one, none is equal."""
    for number in range(count):
        yield f"{BOILERPLATE}Page {number:07d}."


def sparse_pages(count: int) -> Iterator[str]:
    """Half boilerplate, half words of its own: alike enough to meet, too different to go."""
    state = 7
    for _ in range(count):
        own, length = list[str](), 0
        while length < 240:
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            own.append(f"{state >> 20:x}")
            length += len(own[-1])
        yield BOILERPLATE[:330] + " ".join(own)


def empty(count: int) -> Iterator[str]:
    """Nothing, or white space alone."""
    for number in range(count):
        yield (" " * (number % 3)) if number % 2 else ""


def one_character(count: int, longest: int = 300) -> Iterator[str]:
    """One of CHARACTERS again and again: half of the texts `longest` times, half less often.

    From five on, all texts of a character have the same single shingle.
    """
    draw = _draw()
    for number in range(count):
        length = longest if number % 2 else draw.randint(1, longest)
        yield draw.choice(CHARACTERS) * length


def four_bytes(count: int) -> Iterator[str]:
    """Families of ideographs, emoji and mathematical letters, all beyond the first 65,536."""

    def points(draw: random.Random) -> str:
        han = [chr(draw.choice(HAN)) for _ in range(26)]
        return "".join([*han, *(chr(draw.choice(EMOJI)) for _ in range(4))])

    def family(draw: random.Random) -> Family:
        first, second, other = points(draw), points(draw), points(draw)
        letters = [draw.randrange(26) for _ in range(6)]
        bold, sans = ("".join(chr(begin + at) for at in letters) for begin in (BOLD, SANS))
        whole = first + bold + second
        return whole, first + sans + second, whole + first[:2], other + second

    return _families(family, count)


def combining(count: int) -> Iterator[str]:
    """Families of letters with up to four marks each, and of syllables in pieces."""

    def letter(draw: random.Random) -> str:
        if draw.random() < 0.2:  # a Hangul syllable of two or three pieces
            last = draw.choice(["", chr(draw.randint(0x11A8, 0x11C2))])
            return chr(draw.randint(0x1100, 0x1112)) + chr(draw.randint(0x1161, 0x1175)) + last
        return draw.choice(LETTERS) + "".join(draw.sample(MARKS, draw.randint(0, 4)))

    def reordered(one: str) -> str:
        return one if one[0] not in LETTERS else one[0] + one[:0:-1]

    def family(draw: random.Random) -> Family:
        half, rest, other = ([letter(draw) for _ in range(24)] for _ in range(3))
        whole = [*half, *rest]
        equal = "".join(map(reordered, whole))
        if draw.random() < 0.5:
            equal = unicodedata.normalize("NFC", equal)
        return "".join(whole), equal, "".join([*whole, half[0]]), "".join([*other, *rest])

    return _families(family, count)


def white_space(count: int) -> Iterator[str]:
    """Families of words with every white space between them, one or several at once."""

    def word(draw: random.Random) -> str:
        return "".join(draw.choices(LETTERS, k=draw.randint(3, 8)))

    def spaced(draw: random.Random, words: list[str], most: int) -> str:
        spaces = ("".join(draw.choices(WHITE, k=draw.randint(1, most))) for _ in words)
        return "".join(part for pair in zip(words, spaces, strict=True) for part in pair)

    def family(draw: random.Random) -> Family:
        half, rest, other = ([word(draw) for _ in range(7)] for _ in range(3))
        whole = [*half, *rest]
        between = draw.choice(WHITE)
        return (
            between.join(whole),
            draw.choice(WHITE) + spaced(draw, whole, 3),
            spaced(draw, [*whole, draw.choice(LETTERS)], 1),
            spaced(draw, [*other, *rest], 1),
        )

    return _families(family, count)


def _families(family: Callable[[random.Random], Family], count: int) -> Iterator[str]:
    """The first `count` texts of families, one family after the other."""
    draw = _draw()
    for begin in range(0, count, FAMILY):
        yield from family(draw)[: count - begin]


def _draw() -> random.Random:
    return random.Random(SEED)  # noqa: S311  the same texts for everybody, not secrecy


CORPORA: dict[str, Callable[[int], Iterator[str]]] = {
    "boilerplate pages": pages,
    "half boilerplate, all kept": sparse_pages,
    "empty strings": empty,
    "one character repeated": one_character,
    "4-byte code points": four_bytes,
    "combining sequences": combining,
    "every Unicode white space": white_space,
}
