"""Texts for the compiled kernels: every script and sign they tell apart, anywhere in a block."""

import random

PIECES = (
    "the quick brown fox, of and to",
    "数据安全训练模型标注。",
    "，。：；！？",
    "１２３ＡＢ＠．：",
    "a\u0301e\u0308 \u1100\u1161\u11a8",
    "ﬁ½ßİ\u00a0\u3000",
    "\U0001f600\U00020000\U000e0001",
    "   \n\n\t ",
    "\x00\x01\x1c\x7f\ufffd",
    "138 0013 8000",
    "11010519491231002X",
    "a.b@example.cn",
    "8.8.8.8",
    "Ｌｉ＠ｅｘａｍｐｌｅ．ｃｎ",
    "版本 1.2.3.4",
    "2400:3200::1",
    "京A12345",
    "élan vital Ünïcode",
    "x" * 70,
)

TERMS = (
    "数据",
    "数据安全",
    "安",
    "quick brown",
    "and",
    "数据安全训练模型标注。",
    "\U0001f600",
    "é",
    "0013",
    "。，",
)


def native_texts(count: int, seed: int) -> list[str | None]:
    """`count` texts drawn from the pieces, some null, some empty, some cut anywhere."""
    draw = random.Random(seed)
    texts: list[str | None] = [None, ""]
    while len(texts) < count:
        text = "".join(draw.choice(PIECES) for _ in range(draw.randrange(1, 14)))
        texts.append(text[draw.randrange(3) : len(text) - draw.randrange(5)])
    return texts
