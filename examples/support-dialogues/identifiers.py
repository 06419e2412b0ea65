"""Identifiers that look like people's and are nobody's, all derived from a seed."""

import hashlib

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK = "10X98765432"
"""GB 11643: check character by weighted sum modulo 11."""


def chance(seed: str, key: str, size: int) -> int:
    """A number in 0 … size-1 that depends on `seed` and `key` only, on every Python."""
    return int.from_bytes(hashlib.sha256(f"{seed}\0{key}".encode()).digest()[:8], "big") % size


def check_character(body: str) -> str:
    """The eighteenth character of a resident identity number with these seventeen digits."""
    return CHECK[sum(int(d) * w for d, w in zip(body, WEIGHTS, strict=True)) % 11]


def luhn_holds(number: str) -> bool:
    """Whether the digits would also pass for a bank card; such a number is not used here."""
    digits = [int(d) for d in reversed(number)]
    doubled = (d * 2 - 9 if d > 4 else d * 2 for d in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def resident_number(seed: str, key: str, *, right: bool) -> str:
    """A resident identity number with the right or a wrong check character.

    The birth date lies in 1901 to 1905: well formed, and no living person can hold it.
    """
    attempt = 0
    while True:
        at = f"{key}/{attempt}"
        year = 1901 + chance(seed, at + "/year", 5)
        month, day = 1 + chance(seed, at + "/month", 12), 1 + chance(seed, at + "/day", 28)
        body = f"110101{year}{month:02d}{day:02d}{chance(seed, at + '/serial', 1000):03d}"
        good = check_character(body)
        wrong = str((chance(seed, at + "/wrong", 9) + 1 + int(good)) % 10) if good != "X" else "4"
        number = body + (good if right else wrong)
        if "X" not in number and not luhn_holds(number):
            return number
        attempt += 1


def mobile_number(seed: str, key: str) -> str:
    """An eleven-digit mobile number that looks like a placeholder, in a range that is in use.

    China reserves no range for examples, and a detector rightly asks for a range given to people.
    """
    return f"1990000{chance(seed, key, 10**4):04d}"


def address(seed: str, key: str) -> str:
    """An e-mail address under a domain that RFC 2606 reserves for examples."""
    words = ("maple", "harbour", "lantern", "willow", "pebble", "meadow", "comet", "orchard")
    word, number = words[chance(seed, key, len(words))], chance(seed, key + "/n", 900) + 100
    return f"{word}.{number}@example.org"
