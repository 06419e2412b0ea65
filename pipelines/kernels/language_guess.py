"""A language for each text from its scripts and a few function words; `und` where they do not say.

A guess for statistics, not for decisions on single records: Han without kana is called Chinese,
Latin letters are English when English function words outnumber those of the other languages
listed here. Nothing else is told apart, and text without function words (lists, code, names)
stays `und`: what is left open is for `language_model`.
"""

import functools
import re

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.kernels.arrow import TextBytes, text_bytes
from pipelines.kernels.native.library import native, pointer, whole
from pipelines.kernels.normalise import NormalText, encode
from pipelines.kernels.scripts import Script

LANGUAGES = ("und", "zh", "en", "ja", "ko", "other", "mixed")

ENGLISH = (
    "the of and to a in is that it for you with are as on be this was by not or from at an have "
    "has what how can your their they which his her he she we if there will would when who why "
    "about into than then these those been were do does i my"
)
OTHER_LATIN = (
    "el la los las de del que y en un una por con para se no es su lo como le les des et est dans "
    "pour sur avec qui pas plus au ce il elle der die das und ist nicht ein eine zu den von mit "
    "auf sich dem im het een van niet dat op te voor zijn di che il per non sono della o os as do "
    "da em uma com nao och att det som en av inte yang dan untuk dengan khong la cua"
)
"""Where a word is in both lists it is dropped from both: it tells nothing."""

MINIMUM_WEIGHT = 8
"""Two Han characters or eight Latin letters; less is `und`."""

_IDEOGRAPH = 4
"""A Han character, kana or syllable weighs as much as this many letters."""

_SLOTS = 2048
_SPREAD = 0xA8ABA4B0FA4ADDB1
"""Drawn until each word had a slot of its own: a word is looked for by one comparison."""
_LONGEST = 8
"""Letters of the longest word of a list; native/words.c reads a word as so many bytes."""
_LETTER = re.compile("[a-z\u00c0-\u024f]")


def count_words(normal: NormalText) -> NDArray[np.int64]:
    """Words of a-z in each text, and the English and other ones among them, shape (n, 3)."""
    return _counted(encode(normal))


class WordCounter:
    """Counts the words of one normal text that comes in pieces."""

    def __init__(self) -> None:
        self._counts = np.zeros(3, np.int64)
        self._open = ""

    def add(self, points: NDArray[np.uint32]) -> None:
        """Take the next piece; a word may go on from one to the next."""
        text = self._open + points.astype("<u4").tobytes().decode("utf-32-le")
        end = len(text)
        while end and _LETTER.match(text, end - 1):
            end -= 1
        # of an open word so many letters are kept as show that it is in no list
        self._open = text[end:][-2 * _LONGEST :]
        self._take(text[:end])

    def done(self) -> NDArray[np.int64]:
        """What `count_words` has in a row, the last word ended."""
        self._take(self._open)
        self._open = ""
        return self._counts

    def _take(self, text: str) -> None:
        self._counts += _counted(text_bytes(pa.array([text], pa.large_string())))[0]


def _counted(texts: TextBytes) -> NDArray[np.int64]:
    counts = np.zeros((len(texts.offsets) - 1, 3), np.int64)
    # the last word of the last text is read as eight bytes
    data = np.concatenate((texts.data, np.zeros(_LONGEST, np.uint8)))
    keys, lists = word_table()
    native("tda_count_words", None)(
        pointer(data),
        pointer(texts.offsets),
        whole(len(counts)),
        pointer(keys),
        pointer(lists),
        whole(len(keys)),
        pointer(counts),
    )
    return counts


def guess_languages(counts: NDArray[np.int64], found: NDArray[np.int64]) -> NDArray[np.int64]:
    """The language of each text by its place in LANGUAGES.

    `counts` has shape (n, len(Script)), `found` is `count_words`.
    """
    words, english, foreign = found.T
    han, kana, hangul = (
        _IDEOGRAPH * counts[:, script] for script in (Script.HAN, Script.KANA, Script.HANGUL)
    )
    latin, letter = counts[:, Script.LATIN], counts[:, Script.LETTER]
    total = han + kana + hangul + latin + letter
    says_english = (english > foreign) & (10 * english >= words)
    says_foreign = (foreign > english) & (10 * foreign >= words)
    return np.select(
        [
            total < MINIMUM_WEIGHT,
            (10 * kana >= han + kana) & (5 * (han + kana) >= 3 * total),
            5 * hangul >= 3 * total,
            5 * han >= 3 * total,
            (5 * latin >= 3 * total) & says_english,
            (5 * latin >= 3 * total) & says_foreign,
            5 * latin >= 3 * total,
            5 * letter >= 3 * total,
        ],
        [
            LANGUAGES.index(name)
            for name in ("und", "ja", "ko", "zh", "en", "other", "und", "other")
        ],
        LANGUAGES.index("mixed"),
    )


@functools.cache
def word_table() -> tuple[NDArray[np.uint64], NDArray[np.uint8]]:
    """A table of words as their bytes (0 = free), and 1 English, 2 other for each.

    Raises:
        ValueError: two words have the same slot; another `_SPREAD` has to be drawn.
    """
    english, other = set(ENGLISH.split()), set(OTHER_LATIN.split())
    keys, lists = np.zeros(_SLOTS, np.uint64), np.zeros(_SLOTS, np.uint8)
    listed = [(w, 1) for w in english - other] + [(w, 2) for w in other - english]
    for word, number in sorted(listed):
        key = int.from_bytes(word.encode().ljust(_LONGEST, b"\0"), "little")
        slot = ((key * _SPREAD) & (2**64 - 1)) >> (65 - _SLOTS.bit_length())
        if keys[slot]:
            raise ValueError("two words have the same slot")
        keys[slot], lists[slot] = key, number
    return keys, lists
