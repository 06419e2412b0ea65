"""Identifiers as keyed digests: equal ones match, and nobody reads them back without the key.

Pseudonymous, not anonymous: whoever holds the key can confirm a guess.
"""

import hmac
import ipaddress
from collections.abc import Sequence

import numpy as np

from pipelines.kernels.check_digits import resident_check
from pipelines.kernels.native.library import native, pointer, whole
from pipelines.kernels.native.openssl import sha256_addresses
from pipelines.kernels.normalise_formula import nfkc

PSEUDONYM_SCHEME = "hmac-sha256/kind-length-prefixed/1"

SUBJECT = "subject"
"""Kind of a subject id as a dataset or a consents file gives it."""
PERSON, WORDS = "person", "words"
"""Kinds of a user id of somebody who decides, and of the words of such a person."""
_BLOCK = 64
"""Bytes of a block of SHA-256; a longer key is hashed first."""
_AS_WRITTEN = frozenset({SUBJECT, PERSON, WORDS})

_SEPARATORS = str.maketrans("", "", " \t-.·•・()\u2010\u2011\u2012\u2013\u2014\u2212\u3000")


def keyed_digest(kind: str, value: str, key: bytes, key_id: str) -> str:
    """`hmac-sha256:<key id>:<hex>` of the canonical `value`, separated from other kinds.

    Reference: RFC 2104; the MAC covers kind and value, each after its length in 8 bytes.
    """
    (framed,) = _framed(kind, [value])
    return f"hmac-sha256:{key_id}:{hmac.digest(key, framed, 'sha256').hex()}"


def keyed_digests(kind: str, values: Sequence[str], key: bytes, key_id: str) -> list[str]:
    """The `keyed_digest` of each of `values`, in one go."""
    functions = sha256_addresses()
    if functions is None or len(key) > _BLOCK:
        return [keyed_digest(kind, value, key, key_id) for value in values]
    framed = _framed(kind, values)
    offsets = np.zeros(len(framed) + 1, np.int64)
    np.cumsum([len(message) for message in framed], out=offsets[1:])
    masked = np.frombuffer(key.ljust(_BLOCK, b"\0"), np.uint8) ^ np.array(
        [[0x36], [0x5C]], np.uint8
    )
    codes = np.empty((len(framed), 32), np.uint8)
    native("tda_keyed", None)(
        pointer(np.frombuffer(b"".join(framed) or b"\0", np.uint8)),
        pointer(offsets),
        whole(len(framed)),
        pointer(masked),
        pointer(functions),
        pointer(codes),
    )
    told = codes.tobytes().hex()
    return [f"hmac-sha256:{key_id}:{told[at : at + 64]}" for at in range(0, len(told), 64)]


def _framed(kind: str, values: Sequence[str]) -> list[bytes]:
    """What the MAC is taken of, for each value."""
    name = kind.encode()
    head = len(name).to_bytes(8, "big") + name
    parts = [canonical(kind, value) for value in values]
    return [head + len(part).to_bytes(8, "big") + part for part in parts]


def canonical(kind: str, value: str) -> bytes:
    """One spelling of `value` for its `kind`, as UTF-8 (a lone surrogate as it stands)."""
    # NFKC leaves ASCII as it is
    folded = (value if value.isascii() else nfkc(value)).strip()
    if kind == "email":
        local, _, domain = folded.rpartition("@")
        folded = f"{local}@{domain.lower()}"
    elif kind == "ip":
        folded = _address(folded)
    elif kind not in _AS_WRITTEN:
        folded = _bare(kind, folded.translate(_SEPARATORS).upper())
    return folded.encode("utf-8", "surrogatepass")


def _bare(kind: str, value: str) -> str:
    if kind in ("mobile", "landline"):
        digits = "".join(filter(str.isdecimal, value))
        return digits.removeprefix("00").removeprefix("86") if kind == "mobile" else digits
    if kind == "id" and len(value) == 15 and value.isdecimal():
        # the same person under the number of before 1999
        longer = value[:6] + "19" + value[6:]
        return longer + resident_check(longer)
    return value


def _address(value: str) -> str:
    if ":" not in value:
        return value  # an IPv4 address has one spelling
    try:
        return ipaddress.ip_address(value).compressed
    except ValueError:
        return value
