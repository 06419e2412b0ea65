"""Check digits of identifiers, each as a yes or no about a whole, already folded string."""

from datetime import date

_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_CHECKS = "10X98765432"
_CREDIT_CODE_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"

EARLIEST_BIRTH, LATEST_BIRTH = 1900, 2049
"""Years of birth that are plausible in an identity number; fixed, so that no clock is read."""


def resident_check(first17: str) -> str:
    """The check character of a resident identity number, from its first 17 digits.

    Reference: GB 11643-1999, ISO 7064 MOD 11-2.
    """
    total = sum(w * int(d) for w, d in zip(_RESIDENT_WEIGHTS, first17, strict=True))
    return _RESIDENT_CHECKS[total % 11]


def is_birth_date(digits: str) -> bool:
    """Whether `yyyymmdd` is a day of the calendar in the plausible years."""
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return EARLIEST_BIRTH <= day.year <= LATEST_BIRTH


def credit_code_holds(code: str) -> bool:
    """Whether a unified social credit code of 18 characters has its check character.

    Reference: GB 32100-2015, modulus 31 with weights 3**i mod 31.
    """
    values = [_CREDIT_CODE_DIGITS.index(character) for character in code]
    total = sum(value * pow(3, i, 31) for i, value in enumerate(values[:17]))
    return values[17] == (31 - total % 31) % 31


def luhn_holds(digits: str) -> bool:
    """Whether the last digit is the Luhn check digit of the others (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0
