"""A language for each text from its scripts and a few function words; `und` where they do not say.

A guess for statistics, not for decisions on single records: Han without kana is called Chinese,
Latin letters are English when English function words outnumber those of the other languages
listed here. Nothing else is told apart, and text without function words (lists, code, names)
stays `und`.
"""

import functools

import numpy as np
from numpy.typing import NDArray

from pipelines.kernels.compiled import compiled
from pipelines.kernels.normalise import NormalText
from pipelines.kernels.scripts import Script

LANGUAGE_SCHEME = "scripts-function-words/1"

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

_SLOTS = 512
"""A power of two, some four times the number of words."""

_SPACE = np.array([32], np.uint32)
_BETWEEN = np.array([0, 0, 1], np.int64)
"""The state of `_count_on` between two words."""


def count_words(normal: NormalText) -> NDArray[np.int64]:
    """Words of a-z in each text, and the English and other ones among them, shape (n, 3)."""
    counts = np.zeros((len(normal.offsets) - 1, 3), np.int64)
    _count_words(normal.points, normal.offsets, *_word_table(), counts)
    return counts


class WordCounter:
    """Counts the words of one normal text that comes in pieces."""

    def __init__(self) -> None:
        self._counts = np.zeros(3, np.int64)
        self._state = _BETWEEN.copy()

    def add(self, points: NDArray[np.uint32]) -> None:
        """Take the next piece; a word may go on from one to the next."""
        _count_on(points, *_word_table(), self._state, self._counts)

    def done(self) -> NDArray[np.int64]:
        """What `count_words` has in a row, the last word ended."""
        _count_on(_SPACE, *_word_table(), self._state, self._counts)
        return self._counts


def guess_languages(counts: NDArray[np.int64], found: NDArray[np.int64]) -> list[str]:
    """The language of each text; `counts` has shape (n, len(Script)), `found` is `count_words`."""
    words, english, foreign = found.T
    han, kana, hangul = (
        _IDEOGRAPH * counts[:, script] for script in (Script.HAN, Script.KANA, Script.HANGUL)
    )
    latin, letter = counts[:, Script.LATIN], counts[:, Script.LETTER]
    total = han + kana + hangul + latin + letter
    says_english = (english > foreign) & (10 * english >= words)
    says_foreign = (foreign > english) & (10 * foreign >= words)
    codes = np.select(
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
    return [LANGUAGES[code] for code in codes]


@functools.cache
def _word_table() -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """An open-addressing table of packed words (0 = free), and 1 English / 2 other for each."""
    english, other = set(ENGLISH.split()), set(OTHER_LATIN.split())
    keys, languages = np.zeros(_SLOTS, np.int64), np.zeros(_SLOTS, np.int8)
    for word, language in [(w, 1) for w in english - other] + [(w, 2) for w in other - english]:
        key = 0
        for letter in word:
            key = key * 27 + ord(letter) - 96
        slot = key % _SLOTS
        while keys[slot]:
            slot = (slot + 1) % _SLOTS
        keys[slot], languages[slot] = key, language
    return keys, languages


@compiled
def _count_words(
    points: NDArray[np.uint32],
    offsets: NDArray[np.int64],
    keys: NDArray[np.int64],
    languages: NDArray[np.int8],
    counts: NDArray[np.int64],
) -> None:
    for text in range(len(offsets) - 1):
        state = _BETWEEN.copy()
        _count_on(points[offsets[text] : offsets[text + 1]], keys, languages, state, counts[text])
        _count_on(_SPACE, keys, languages, state, counts[text])


@compiled
def _count_on(
    points: NDArray[np.uint32],
    keys: NDArray[np.int64],
    languages: NDArray[np.int8],
    state: NDArray[np.int64],
    counts: NDArray[np.int64],
) -> None:
    """Counts runs of a-z that end here, and those among them that are in the table.

    `state` is the run that is open before and after: its key, its length, whether it is a-z only.
    """
    key, length, whole = state[0], state[1], state[2]
    for at in range(len(points)):
        code = np.int64(points[at])
        if 97 <= code <= 122:
            length += 1
            # longer words are in no list; their key must only not overflow
            key = key * 27 + code - 96 if length <= 8 else np.int64(-1)
            continue
        if 0xC0 <= code < 0x250:
            whole = np.int64(0)
            length += 1
            continue
        if length:
            counts[0] += 1
            if whole and key > 0:
                slot = key & (len(keys) - 1)
                while keys[slot] != 0 and keys[slot] != key:
                    slot = (slot + 1) & (len(keys) - 1)
                counts[1] += languages[slot] == 1
                counts[2] += languages[slot] == 2
        key, length, whole = np.int64(0), np.int64(0), np.int64(1)
    state[0], state[1], state[2] = key, length, whole
