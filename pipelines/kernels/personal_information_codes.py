"""Identifiers made of letters and digits: credit codes, passports, permits, plates."""

import re
from collections.abc import Iterator

from pipelines.kernels.check_digits import credit_code_holds
from pipelines.kernels.identifier_signs import PLATE_LEADS
from pipelines.kernels.personal_information_model import Hit, Kind, Tier, near
from pipelines.kernels.personal_information_numbers import PROVINCES

_PASSPORT_WORDS = re.compile(r"护照|passport", re.IGNORECASE)
_PERMIT_WORDS = re.compile(r"通行证|回乡证|台胞证|往来港澳|来往大陆|travel permit", re.IGNORECASE)

# The first character comes before what must not precede it: the search skips to it much faster.
_CREDIT_CODE = re.compile(
    r"[1-9ANY](?<![0-9A-Za-z_].)[1-9A-HJ-NP-RTUWXY][0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}(?![0-9A-Za-z_])"
)
_REGISTRIES = re.compile(
    r"1[1239]|2[19]|3[1-59]|4[19]|5[1239]|6[129]|7[129]|8[19]|9[123]|A[19]|N[1239]|Y1"
)
"""Registering departments and classes of organisations that GB 32100 names."""
_PASSPORT = re.compile(
    r"[EGSDP1](?<![0-9A-Za-z_].)"
    r"(?:((?<=[EG])[0-9]{8}|(?<=E)[A-HJ-NP-Z][0-9]{7})|(?<=[SDP])E?[0-9]{7}|(?<=1)[45][0-9]{7})"
    r"(?![0-9A-Za-z_])"
)
_PERMIT = re.compile(
    r"[HMCL](?<![0-9A-Za-z_].)"
    r"(?:[0-9]{8}|(?<=[HM])[0-9]{10}|(?<=C)[A-Z][0-9]{7})(?![0-9A-Za-z_])"
)
_PLATE = re.compile(
    rf"[{PLATE_LEADS}][A-HJ-NP-Z][ ·•.-]?"
    r"([A-HJ-NP-Z0-9]{4}[挂学警港澳]|[A-HJ-NP-Z0-9]{5,6}(?![0-9A-Za-z_]))"
)


def credit_codes(text: str) -> Iterator[Hit]:
    """Unified social credit codes; valid where the check character holds."""
    for found in _CREDIT_CODE.finditer(text):
        code = found[0]
        if code[2:4] not in PROVINCES and code[2:4] != "10":
            continue  # 10 is the state itself
        if credit_code_holds(code):
            yield Hit(Kind.USCC, *found.span(), Tier.VALID)
        elif _REGISTRIES.match(code) and len(set(code)) > 2:
            yield Hit(Kind.USCC, *found.span(), Tier.LOOKALIKE)


def passports(text: str) -> Iterator[Hit]:
    """Passport numbers; valid where a keyword is near, else only the two common shapes."""
    for found in _PASSPORT.finditer(text):
        if near(_PASSPORT_WORDS, text, *found.span()):
            yield Hit(Kind.PASSPORT, *found.span(), Tier.VALID)
        elif found[1]:
            yield Hit(Kind.PASSPORT, *found.span(), Tier.LOOKALIKE)


def permits(text: str) -> Iterator[Hit]:
    """Travel permits, where a keyword is near; without one the shape says too little."""
    for found in _PERMIT.finditer(text):
        if near(_PERMIT_WORDS, text, *found.span()):
            yield Hit(Kind.PERMIT, *found.span(), Tier.VALID)


def plates(text: str) -> Iterator[Hit]:
    """Vehicle plates; valid where the places of digits and letters are those of GA 36."""
    for found in _PLATE.finditer(text):
        tail = found[1]
        digits = sum(c.isdecimal() for c in tail)
        if digits == 0:
            continue
        if len(tail) == 6:
            # new energy: small vehicles have letters first, large ones a letter last
            holds = tail[2:].isdecimal() or (tail[:5].isdecimal() and tail[5] in "DF")
            holds = holds and not tail.isdecimal()
        else:
            holds = digits >= len(tail) - 2
        yield Hit(Kind.PLATE, *found.span(), Tier.VALID if holds else Tier.LOOKALIKE)
