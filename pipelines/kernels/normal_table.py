"""What each code point becomes in the normal form, as tables a compiled loop can read.

The tables are built from the Unicode data of the running Python, so that the array form and the
formula of `normalise` always agree; `UNIDATA_VERSION` names those data wherever a result is kept.
"""

import functools
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UNIDATA_VERSION = unicodedata.unidata_version

LIMIT = 0x30000
"""Code points from here on stay as they are and stand alone (tests hold this for every one)."""

EXPANDS = 1 << 30
"""An image from here on is `EXPANDS + i`: expansion i of the side arrays."""

UNSAFE = 1 << 31
"""The image of a code point whose normal form depends on its neighbours."""

LONG = UNSAFE + 1
"""An image from here on is `LONG + i`: expansion i, too long for the array of a whole block."""

MOST_PER_BYTE = 6
"""Code points that one byte of a text becomes at most: U+FDFA makes 18 of 3."""

_SURROGATES = range(0xD800, 0xE000)


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalTable:
    """Images of the code points below LIMIT."""

    images: NDArray[np.uint32]
    """Shape (LIMIT,): one code point, 32 for white space, `EXPANDS + i`, UNSAFE or `LONG + i`."""
    starts: NDArray[np.int64]
    """Shape (n_expansions + 1,): expansion i is `expansions[starts[i]:starts[i + 1]]`."""
    expansions: NDArray[np.uint32]
    marks: Mapping[int, int]
    """Of the UNSAFE code points, those that stay as they are and compose with nothing: their
    combining class, above 0. In the order of their classes they are in the normal form."""


@functools.cache
def normal_table() -> NormalTable:
    """The table for the running Python; some 0.2 s, once a process."""
    points = [code for code in range(LIMIT) if code not in _SURROGATES]
    # a line feed neither composes nor changes, so one call gives the image of every code point
    lines = "\n".join(map(chr, points))
    folded = _lines(unicodedata.normalize("NFKC", lines).casefold(), len(points))
    decomposed = _lines(unicodedata.normalize("NFKD", lines), len(points))
    tails = _second_elements(points)
    images = np.arange(LIMIT, dtype=np.uint32)
    marks: dict[int, int] = {}
    starts, expansions = [0], list[int]()
    for code, image, parts in zip(points, folded, decomposed, strict=True):
        if unicodedata.combining(parts[0]) or parts[0] in tails:
            images[code] = UNSAFE
            character = chr(code)
            if character == image == parts and character not in tails:
                marks[code] = unicodedata.combining(character)
        elif len(image) == 1:
            images[code] = _spaced(image)
        else:
            kind = LONG if 2 * len(image) > 3 * len(chr(code).encode()) else EXPANDS
            images[code] = kind + len(starts) - 1
            expansions += map(_spaced, image)
            starts.append(len(expansions))
    return NormalTable(
        images=images,
        starts=np.array(starts, dtype=np.int64),
        expansions=np.array(expansions, dtype=np.uint32),
        marks=marks,
    )


def _lines(text: str, count: int) -> list[str]:
    """The images between the line feeds; the line feed itself is its own image."""
    images = text.split("\n")
    at = ord("\n")
    # the line feed among the code points reads as two empty lines
    images[at : at + 2] = ["\n"]
    if len(images) != count:
        raise ValueError("a code point other than the line feed becomes a line feed")
    return images


def _second_elements(points: list[int]) -> frozenset[str]:
    """Code points that a character before them may swallow in composition."""
    tails = {chr(code) for jamo in (range(0x1161, 0x1176), range(0x11A8, 0x11C3)) for code in jamo}
    for code in points:
        mapping = unicodedata.decomposition(chr(code))
        if " " in mapping and not mapping.startswith("<"):
            tails.add(chr(int(mapping.split()[1], 16)))
    return frozenset(tails)


def _spaced(character: str) -> int:
    return 32 if character.isspace() else ord(character)
