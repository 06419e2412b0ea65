"""A small dataset that has a little of everything: the same bytes on every machine, every time.

No character in it is younger than Unicode 13, so that every Python we run on normalises it alike.
"""

import json
from collections.abc import Iterator
from pathlib import Path

MANIFEST = """\
dataset: golden
title: {en: Golden}
purpose: fine_tune
files: ["*.jsonl"]
record: {text: [question, answer], optional: [answer], source: origin, subject: who}
sources:
  - {id: forum, type: open_source, licence: {id: CC0-1.0}}
  - {id: shop, type: self_produced, licence: {id: CC0-1.0}}
"""
EXAM = """\
dataset: golden-exam
title: {en: Golden exam}
purpose: evaluation
files: ["*.jsonl"]
record: {text: [text]}
sources: [{id: own, type: self_produced, licence: {id: CC0-1.0}}]
"""
TERMS = {
    "table": "A.1.a",
    "river stone": "A.1.a",
    "ＡＢ": "A.2.i",
    "一": "A.2.a",
    "的一": "A.2.b",
    "é": "A.3.a",
    "aaaa": "A.5.b",
    "😀": "A.4.g",
    "end": "A.1.h",
}
LARGEST = 20_000
"""`max_record_bytes` of the scan."""

SENTENCE = (
    "the of and river stone lamp paper wind glass road tree bridge table house garden letter "
    "el la los que und nicht der die est dans pour avec yang untuk"
)
WORDS = tuple(SENTENCE.split())
SCRIPTS = {
    "han": "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得",
    "kana": "あいうえおかきくけこさしすせそアイウエオカキクケコｱｲｳｴｵ",
    "hangul": "가나다라마바사아자차카타파하한국말",
    "cyrillic": "абвгдежзийклмнопрстуфхцчшщъыьэюяЁ",
    "greek": "αβγδεζηθικλμνξοπρσςτυφχψωΣ",
    "arabic": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "devanagari": "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसहािीुू",
    "wide": "ＡＢＣａｂｃ１２３！？",
    "four bytes": "😀😁🧪𠀀𠀁𠀂𝔸𝔹𝟘𝟙",
    "marks": "a\u0301e\u0301o\u0308u\u0323\u0307ﬁﬂﬃ㎏㍿ÅẞßıİŁ",
    "punctuation": "。，、；：“”‘’（）《》…—.,;:!?()[]{}<>#$%&*+-/=@^_`|~",
    "digits": "0123456789٠١٢٣٤٥٦٧٨٩",
}
SPACES = " \t\n\r\x0b\x0c\x1c\x1f\x85\xa0\u1680\u2000\u2003\u2009\u2028\u2029\u202f\u205f\u3000"
IDENTIFIERS = (
    "身份证 11010519491231002X 本人",
    "身份证 110105194912310021 本人",
    "card 4111 1111 1111 1111 on file",
    "call 13800138000 or +86 138-0013-8000",
    "write to First.Last+tag@example.com or user@corp.test",
    "护照号码 E12345678，车牌 京A12345，电话 010-62345678",
    "uscc 91350100M000100Y43 and host 203.0.113.7 or 2001:db8::1 or 8.8.8.8",
)
DAMAGE = (
    b'{"question": "cut off',
    b"not JSON at all",
    b'["a list"]',
    b'{"answer": "no question", "origin": "forum", "who": "p1"}',
    b'{"question": {"nested": true}, "origin": "forum", "who": "p1"}',
    b'{"question": "half a pair \\ud83d", "origin": "forum", "who": "p1"}',
    b'{"question": "bad bytes \xff\xfe", "origin": "forum", "who": "p1"}',
    b'{"question": "' + b"too large " * (LARGEST // 10) + b'", "origin": "shop", "who": "p2"}',
    b"\x00\x00\x00",
)


class Draw:
    """Numbers that look drawn and are always the same."""

    def __init__(self, seed: int) -> None:
        self._state = seed

    def below(self, n: int) -> int:
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self._state >> 33) % n

    def from_(self, choices: str | list[str] | tuple[str, ...], n: int) -> list[str]:
        return [choices[self.below(len(choices))] for _ in range(n)]


def write(folder: Path) -> Path:
    """The manifest of the dataset, written under `folder` with its files."""
    folder.mkdir(parents=True)
    draw = Draw(20261128)
    lines = list(records(draw))
    for number in range(3):
        part = lines[number::3]
        for damage in DAMAGE[number::3]:
            part.insert(draw.below(len(part)), damage)
        (folder / f"part-{number}.jsonl").write_bytes(b"\n".join(part) + b"\n")
    manifest = folder / "dataset.yaml"
    manifest.write_text(MANIFEST, encoding="utf-8")
    return manifest


def write_exam(folder: Path) -> Path:
    """The manifest of an evaluation set: every other text of the dataset, each with its answer."""
    folder.mkdir(parents=True)
    lines = [line for line in records(Draw(20261128)) if b'"answer"' in line]
    texts_of = [json.loads(line) for line in lines[::2]]
    asked = [{"text": f"{record['question']}\n{record['answer']} "} for record in texts_of]
    for number, record in enumerate(asked[::3]):
        record["text"] += WORDS[number % len(WORDS)]
    content = "".join(json.dumps(record) + "\n" for record in asked)
    (folder / "exam.jsonl").write_text(content, encoding="ascii")
    manifest = folder / "dataset.yaml"
    manifest.write_text(EXAM, encoding="utf-8")
    return manifest


def write_policy(folder: Path) -> Path:
    """The policy it is audited under, written into `folder` with its keyword library."""
    rows = "".join(f"{term},{risk}\n" for term, risk in TERMS.items())
    (folder / "keywords.csv").write_text(f"term,risk\n{rows}", encoding="utf-8")
    policy = folder / "policy.yaml"
    policy.write_text("keywords: {library: keywords.csv}\n", encoding="utf-8")
    return policy


def records(draw: Draw) -> Iterator[bytes]:
    """One line of JSON a record: texts, then changed copies of them, then the odd ones."""
    written = list(texts(draw))
    for text in [*written, *copies(draw, written), *odd()]:
        record: dict[str, object] = {"question": text, "who": f"person {draw.below(9)} "}
        record["origin"] = ("forum", "shop", "nobody declared this")[draw.below(3)]
        if draw.below(4):
            record["answer"] = " ".join(draw.from_(WORDS, draw.below(6)))
        yield json.dumps(record, ensure_ascii=bool(draw.below(2))).encode()


def texts(draw: Draw) -> Iterator[str]:
    for length in (3, 12, 40, 160):
        for letters in SCRIPTS.values():
            yield "".join(draw.from_(letters, length))
        for _ in range(8):
            yield " ".join(draw.from_(WORDS, length))
        for identifier in IDENTIFIERS:
            yield f"{' '.join(draw.from_(WORDS, 6))} {identifier} {length}"
        mixed = "".join(SCRIPTS.values())
        yield "".join(draw.from_(mixed, length)) + "".join(draw.from_(SPACES, 5)) + "end"


def copies(draw: Draw, written: list[str]) -> Iterator[str]:
    """Equal after normalisation, near, and further away."""
    for text in written[::3]:
        yield text.upper()
        yield f"{SPACES}{text.replace(' ', SPACES)}{SPACES}"
        cut = draw.below(len(text))
        yield f"{text[:cut]}x{text[cut:]}"
        yield f"{text} {' '.join(draw.from_(WORDS, 1 + len(text) // 40))}"
        yield text[: len(text) // 2]


def odd() -> Iterator[str]:
    yield from ("", " ", SPACES, "\u200b", "\ufeff", "a", "ab", "a b c", "\ufffd\ufffd", "\x00\x01")
    yield from ("a" * length for length in (1, 4, 5, 6, 500, 5_000))
    yield from ("！" * 7, "1" * 7, "\u0301" * 9, "e\u0301\u0323" * 30, "\ufdfa" * 40)
