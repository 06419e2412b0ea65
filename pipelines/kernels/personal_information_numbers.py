"""Identifiers made of digits: identity numbers, bank cards, mobile and landline numbers.

Every pattern has bounded repeats and is tried once where a run of digits begins, so time is linear.
Texts are width-folded before they come here (`identifier_signs.fold`). `starts` are the places of
a text at which a number can begin, ascending; no other is looked at.
"""

import re
from collections.abc import Iterable, Iterator

from pipelines.kernels.check_digits import is_birth_date, luhn_holds, resident_check
from pipelines.kernels.personal_information_model import Hit, Kind, Tier, near

_PROVINCES = (
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 "
    "71 81 82 83"
)
PROVINCES = frozenset(_PROVINCES.split())
"""First two digits of a region code (GB/T 2260)."""

_MOBILE_RANGES = (
    "130 131 132 133 134 135 136 137 138 139 145 146 147 148 149 150 151 152 153 155 156 157 158 "
    "159 162 165 166 167 170 171 172 173 174 175 176 177 178 180 181 182 183 184 185 186 187 188 "
    "189 190 191 192 193 195 196 197 198 199"
)
MOBILE_RANGES = frozenset(_MOBILE_RANGES.split())
"""Number ranges given to operators for people (things have 13 digits); as of 2025."""

_CARD_RANGES = (
    # first and last prefix, allowed lengths
    ("62", "62", range(16, 20)),
    ("4", "4", (16,)),
    ("51", "55", (16,)),
    ("2221", "2720", (16,)),
    ("34", "34", (15,)),
    ("37", "37", (15,)),
    ("3528", "3589", range(16, 20)),
    ("6011", "6011", range(16, 20)),
    ("644", "659", range(16, 20)),
    ("300", "305", range(16, 20)),
    ("36", "36", range(16, 20)),
    ("38", "39", range(16, 20)),
    ("9558", "9559", (16, 19)),
    ("103", "103", (19,)),
    ("601382", "601382", (19,)),
)

_RANGES_BY_FIRST = {
    digit: tuple(card for card in _CARD_RANGES if card[0][0] <= digit <= card[1][0])
    for digit in "0123456789"
}

_ID_WORDS = re.compile(r"身份|证件号|identity|居民证|(?<![a-z])id(?![a-z])", re.IGNORECASE)
_CALL_WORDS = re.compile(
    r"电话|座机|固话|热线|传真|致电|(?<![a-z])(?:tel|fax|call)|phone", re.IGNORECASE
)
_CARD_WORDS = re.compile(r"卡号|银行卡|信用卡|储蓄卡|账号|账户|card|account", re.IGNORECASE)
_LABEL = re.compile(
    r"(?<![0-9A-Za-z_])(?:tel|phone|mobile|mob|cell|call|qq|wx|vx|wechat|weixin|sms|no|card|id)\Z",
    re.IGNORECASE,
)
_LABEL_AFTER = re.compile(r"(?:tel|qq|wx|vx|wechat|weixin)(?![0-9A-Za-z_])", re.IGNORECASE)

# Each pattern is matched where a number can begin, never searched for: these places are few.
_ID18 = re.compile(r"[1-9][0-9]{5}[ -]?[0-9]{8}[ -]?[0-9]{3}[0-9Xx](?![0-9])")
_ID15 = re.compile(r"[1-9][0-9]{14}(?![0-9])")
_MOBILE = re.compile(
    r"(?:(?:00)?86(\)?)[ -]?)?1[3-9][0-9]([ -]?)[0-9]{4}\2[0-9]{4}(?![0-9])",
)
_CARD = re.compile(
    r"(?:[0-9]{15,19}"
    r"|[0-9]{4}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}(?:\1[0-9]{1,3})?"
    r"|[0-9]{4}([ -])[0-9]{6}\2[0-9]{5}"
    r"|[0-9]{6}[ -][0-9]{10,13})(?![0-9])"
)
_AREA = "(010|02[0-9]|0[3-9][0-9]{2})"
_LANDLINE = re.compile(rf"{_AREA}(\) ?|[ -]?)([2-8][0-9]{{2,3}}[ -]?[0-9]{{4}})(?![0-9])")


def identity_numbers(text: str, starts: Iterable[int]) -> Iterator[Hit]:
    """Resident identity numbers; valid where region, birth date and check character hold."""
    for start in starts:
        if found := _ID18.match(text, start):
            tier = _resident_tier(text, found)
        elif found := _ID15.match(text, start):
            tier = _legacy_tier(text, found)
        else:
            continue
        if tier is not None:
            yield Hit(Kind.ID, start, found.end(), tier)


def _resident_tier(text: str, found: re.Match[str]) -> Tier | None:
    start, end = found.span()
    number = _joined(found[0]).upper()
    if number[17] == "X" and _letter(text, end):
        return None
    region, born = number[:2] in PROVINCES or number[0] == "9", is_birth_date(number[6:14])
    checked = resident_check(number[:17]) == number[17]
    if region and born and checked:
        return Tier.VALID
    resembles = checked or (region and born) or near(_ID_WORDS, text, start, end)
    return Tier.LOOKALIKE if resembles and _alone(text, start, end) else None


def _legacy_tier(text: str, found: re.Match[str]) -> Tier | None:
    start, end = found.span()
    plausible = found[0][:2] in PROVINCES and is_birth_date("19" + found[0][6:12])
    if not plausible or not _alone(text, start, end):
        return None
    return _tier(near(_ID_WORDS, text, start, end))


def mobile_numbers(text: str, starts: Iterable[int]) -> Iterator[Hit]:
    """Mobile numbers; valid where the first three digits are a range given to an operator."""
    for begin in starts:
        found = _MOBILE.match(text, begin)
        if not found:
            continue
        start, end = begin - text.endswith("+", 0, begin), found.end()
        if found[1]:
            if not text.endswith("(", 0, start):
                continue  # the number itself begins at the next run
            start -= 1
        if found[2] and _grouped_further(text, start, end):
            continue
        if _alone(text, start, end):
            yield Hit(Kind.MOBILE, start, end, _tier(_joined(found[0])[-11:-8] in MOBILE_RANGES))


def card_numbers(text: str, starts: Iterable[int]) -> Iterator[Hit]:
    """Bank card numbers; valid where issuer prefix, length and Luhn digit hold."""
    for start in starts:
        found = _CARD.match(text, start)
        if not found or not _alone(text, start, found.end()):
            continue
        end, number = found.end(), _joined(found[0])
        if len(number) < end - start and _grouped_further(text, start, end):
            continue
        issued = _issued(number)
        if issued or (len(number) >= 16 and near(_CARD_WORDS, text, start, end)):
            yield Hit(Kind.CARD, start, end, _tier(issued and luhn_holds(number)))


def _issued(number: str) -> bool:
    return any(
        first <= number[: len(first)] <= last and len(number) in lengths
        for first, last, lengths in _RANGES_BY_FIRST.get(number[0], ())
    )


def landline_numbers(text: str, starts: Iterable[int]) -> Iterator[Hit]:
    """Landline numbers; valid where the area code is set off or a keyword is near."""
    for begin in starts:
        found = _LANDLINE.match(text, begin)
        if not found:
            continue
        opened = found[2].startswith(")")
        start, end = begin - opened, found.end()
        area, subscriber = found[1], _joined(found[3])
        if (opened and text[start : start + 1] != "(") or not _alone(text, start, end):
            continue
        if len(area) + len(subscriber) < 11:
            continue  # the large cities with a short area code have eight digits
        dated = len(subscriber) == 8 and is_birth_date(subscriber)
        stated = bool(found[2]) and not dated
        yield Hit(Kind.LANDLINE, start, end, _tier(stated or near(_CALL_WORDS, text, start, end)))


def _tier(holds: bool) -> Tier:
    return Tier.VALID if holds else Tier.LOOKALIKE


def _joined(number: str) -> str:
    return number if number.isalnum() else "".join(c for c in number if c.isalnum())


def _letter(text: str, at: int) -> bool:
    return text[at : at + 1].isascii() and text[at : at + 1].isalpha()


def _grouped_further(text: str, start: int, end: int) -> bool:
    """Whether the groups of digits go on to the left or right."""
    left, right = text[max(0, start - 2) : start], text[end : end + 2]
    return (len(left) == 2 and left[0].isdecimal() and left[1] in " -") or (
        len(right) == 2 and right[0] in " -" and right[1].isdecimal()
    )


def _alone(text: str, start: int, end: int) -> bool:
    """Whether the number is neither part of a word, nor of a decimal fraction, nor an amount."""
    before, after = text[max(0, start - 16) : start], text[end : end + 12]
    last, first = before[-1:], after[:1]
    if last == "_" or first == "_" or (last and last in "$€£¥￥"):
        return False
    if last.isascii() and last.isalpha() and not _LABEL.search(before):
        return False
    if first.isascii() and first.isalpha() and not _LABEL_AFTER.match(after):
        return False
    whole = last == "." and before[-2:-1].isdecimal()
    fraction = first == "." and after[1:2].isdecimal()
    return not (whole or fraction)
