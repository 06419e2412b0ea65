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


def guess_languages(counts: NDArray[np.int64], normal: NormalText) -> list[str]:
    """The language of each text; `counts` has shape (n, len(Script)), `normal` its n texts."""
    words, english, foreign = (np.zeros(len(counts), np.int64) for _ in range(3))
    keys, languages = _word_table()
    _count_words(normal.points, normal.offsets, keys, languages, words, english, foreign)
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
    words: NDArray[np.int64],
    english: NDArray[np.int64],
    foreign: NDArray[np.int64],
) -> None:
    """Counts runs of a-z, and those among them that are in the table."""
    for text in range(len(offsets) - 1):
        key, length, whole = np.int64(0), 0, True
        for at in range(offsets[text], offsets[text + 1] + 1):
            code = np.int64(points[at] if at < offsets[text + 1] else 32)
            if 97 <= code <= 122:
                length += 1
                # longer words are in no list; their key must only not overflow
                key = key * 27 + code - 96 if length <= 8 else np.int64(-1)
                continue
            if 0xC0 <= code < 0x250:
                whole = False
                length += 1
                continue
            if length:
                words[text] += 1
                if whole and key > 0:
                    slot = key & (len(keys) - 1)
                    while keys[slot] != 0 and keys[slot] != key:
                        slot = (slot + 1) & (len(keys) - 1)
                    english[text] += languages[slot] == 1
                    foreign[text] += languages[slot] == 2
            key, length, whole = np.int64(0), 0, True
