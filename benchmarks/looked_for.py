"""What is looked for where patterns and keywords are measured: the same for every tool."""

import random

PATTERNS = {
    "email": r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+",
    "mobile": r"1[3-9][0-9]{9}",
    "id": r"[1-9][0-9]{16}[0-9Xx]",
    "card": r"[3-6][0-9]{13,18}",
    "uscc": r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}",
    "passport": r"[EGDSPH][0-9]{8}",
    "plate": r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][A-Z0-9]{5,6}",
    "ip": r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}",
}
"""The shapes alone, without borders and check digits: what a first pass has to find."""


def words(count: int = 10_000) -> list[str]:
    """Different words of two to four common Chinese characters, drawn from a seed."""
    draw = random.Random(20261128)  # noqa: S311  the same words for everybody, not secrecy
    characters = [chr(0x4E00 + 6 * number) for number in range(3000)]
    found: dict[str, None] = {}
    while len(found) < count:
        found["".join(draw.choices(characters, k=draw.randint(2, 4)))] = None
    return list(found)
