"""Texts out of a seed, with planted near-duplicates: measured where no real text is at hand.

English-like texts are words of syllables, Chinese-like ones words of one to three characters, both
drawn as rarely as their rank says; a third of the texts are under 80 characters. The copies are
equal, or differ in case and spaces, or by characters put in, taken out and exchanged at a rate, or
by boilerplate around them, or by a cut end: about half of them come out above the threshold.
"""

import bisect
import itertools
import random
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

SYLLABLES = re.findall("..", "badicefoguhajekilomunapequrosatavewixoyizanerius")
FIRST_HAN, HANS = 0x4E00, 3500
ENGLISH, CHINESE = "en", "zh"

Edit: TypeAlias = Callable[[random.Random, str, str], str]


@dataclass(frozen=True, kw_only=True)
class Generated:
    """Texts in mixed order."""

    texts: list[str]
    languages: list[str]
    pairs: list[tuple[int, int]]
    """Each planted copy with its original, by number."""
    kinds: list[str]
    """How the copy of each pair was made."""


def generate(count: int, seed: int) -> Generated:
    """`count` texts, two in five of them copies of another."""
    draw = random.Random(seed)  # noqa: S311  the same texts for everybody, not secrecy
    words = {ENGLISH: _english_words(draw), CHINESE: _chinese_words(draw)}
    texts, languages, pairs, kinds = list[str](), list[str](), list[tuple[int, int]](), list[str]()
    originals = max(1, count - count * 2 // 5)
    for number in range(originals):
        language = (ENGLISH, CHINESE)[number % 2]
        texts.append(_text(draw, words[language], language))
        languages.append(language)
    for number in range(originals, count):
        original = draw.randrange(originals)
        kind = draw.choice(list(EDITS))
        texts.append(EDITS[kind](draw, texts[original], languages[original]))
        languages.append(languages[original])
        pairs.append((original, number))
        kinds.append(kind)
    order = list(range(len(texts)))
    draw.shuffle(order)
    place = {old: new for new, old in enumerate(order)}
    return Generated(
        texts=[texts[old] for old in order],
        languages=[languages[old] for old in order],
        pairs=[(place[left], place[right]) for left, right in pairs],
        kinds=kinds,
    )


def _english_words(draw: random.Random) -> tuple[list[str], list[float]]:
    made = ["".join(parts) for n in (1, 2, 3) for parts in itertools.product(SYLLABLES, repeat=n)]
    return _ranked(draw.sample(made, 8000))


def _chinese_words(draw: random.Random) -> tuple[list[str], list[float]]:
    hans = [chr(FIRST_HAN + 3 * number) for number in range(HANS)]
    return _ranked(["".join(draw.choices(hans, k=draw.choice((1, 2, 2, 3)))) for _ in range(9000)])


def _ranked(words: list[str]) -> tuple[list[str], list[float]]:
    """The words, and cumulative weights that fall with the rank."""
    weights = [1 / (rank + 3) ** 0.9 for rank in range(len(words))]
    return words, list(itertools.accumulate(weights))


def _text(draw: random.Random, words: tuple[list[str], list[float]], language: str) -> str:
    short = draw.random() < 1 / 3
    wanted = draw.randint(12, 76) if short else int(draw.lognormvariate(6.3, 0.8)) + 80
    parts, length = list[str](), 0
    while length < wanted:
        sentence = _sentence(draw, words, language)
        parts.append(sentence)
        length += len(sentence)
    return "".join(parts)[:wanted].rstrip()


def _sentence(draw: random.Random, words: tuple[list[str], list[float]], language: str) -> str:
    names, weights = words
    picks = (draw.random() * weights[-1] for _ in range(draw.randint(5, 18)))
    drawn = [names[bisect.bisect(weights, pick)] for pick in picks]
    if language == CHINESE:
        comma = draw.randrange(len(drawn))
        return "".join(drawn[:comma]) + "，" + "".join(drawn[comma:]) + draw.choice("。。。！？")
    return (" ".join(drawn).capitalize() + draw.choice((".", ".", ".", "!", "?"))) + " "


def _equal(_draw: random.Random, text: str, _language: str) -> str:
    return text


def _case_and_space(draw: random.Random, text: str, _language: str) -> str:
    """Another case, wider spaces, full-width forms: nothing that the normal form keeps."""
    wide = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
    text = "".join(char.upper() if draw.random() < 0.3 else char for char in text)
    if draw.random() < 0.3:
        text = text.translate(wide)
    return "  " + text.replace(" ", draw.choice((" ", "  ", "\t", "\u3000"))) + "\n"


def _edited(put_in: float, taken_out: float, exchanged: float) -> Edit:
    """Characters changed at a rate of up to four in a hundred, in these shares."""

    def edit(draw: random.Random, text: str, language: str) -> str:
        rate = draw.random() * 0.04
        bounds = rate * put_in, rate * (put_in + taken_out), rate * (put_in + taken_out + exchanged)
        out = list[str]()
        for char in text:
            chance = draw.random()
            if chance < bounds[0]:
                out += [char, _character(draw, language)]
            elif chance < bounds[1]:
                continue
            elif chance < bounds[2]:
                out.append(_character(draw, language))
            else:
                out.append(char)
        return "".join(out)

    return edit


def _character(draw: random.Random, language: str) -> str:
    if language == CHINESE:
        return chr(FIRST_HAN + 3 * draw.randrange(HANS))
    return chr(draw.randint(ord("a"), ord("z")))


def _boilerplate(draw: random.Random, text: str, language: str) -> str:
    """A line before the text, and a longer one after it, as pages have them."""
    before, after = (
        ("首页 > 文章\n", "\n本文由网友提供，转载请注明出处。如有问题请联系管理员。")
        if language == CHINESE
        else ("Home > Articles\n", "\nShare this page. All rights belong to their owners.")
    )
    return draw.choice((before, "")) + text + after[: draw.randint(5, len(after))]


def _cut(draw: random.Random, text: str, _language: str) -> str:
    """The text without up to three tenths of its end."""
    return text[: len(text) - int(len(text) * draw.random() * 0.3)]


EDITS: dict[str, Edit] = {
    "equal": _equal,
    "case and space": _case_and_space,
    "put in": _edited(1, 0, 0),
    "taken out": _edited(0, 1, 0),
    "exchanged": _edited(0, 0, 1),
    "mixed": _edited(1 / 3, 1 / 3, 1 / 3),
    "boilerplate": _boilerplate,
    "cut": _cut,
}
"""Every way in which a copy is made."""

if any(unicodedata.category(chr(FIRST_HAN + 3 * number)) != "Lo" for number in range(HANS)):
    raise ValueError("a code point of the generator is no character")
