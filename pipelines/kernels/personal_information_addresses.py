"""Identifiers that are addresses: e-mail, IPv4 and IPv6."""

import bisect
import ipaddress
import itertools
import re
import string
from collections.abc import Iterator

from pipelines.kernels.personal_information_model import Hit, Kind, Tier, near

_LOCAL_EDGE = "!#$%&'*+/=?^`{|}~.-"
"""Signs a local part may hold inside; at its left edge they are quotes and brackets of the text."""
_LOCAL = string.ascii_letters + string.digits + "_" + _LOCAL_EDGE
_DOMAIN = re.compile(r"[A-Za-z0-9.-]{4,253}")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_TOP = re.compile(r"[A-Za-z]{2,24}|[Xx][Nn]--[A-Za-z0-9-]{2,59}")
_FILE_ENDINGS = frozenset(("png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js", "json", "py"))

_VERSION_WORDS = re.compile(r"version|版本|(?<![a-z])ver(?![a-z])|[章节条]", re.IGNORECASE)
_IPV4 = re.compile(r"[0-9](?<![0-9A-Za-z_.].)[0-9]{0,2}(?:\.[0-9]{1,3}){3}(?![0-9A-Za-z_]|\.[0-9])")
_IPV6_REST = re.compile(r"[0-9A-Fa-f:]{0,39}(?:\.[0-9]{1,3}){0,3}(?![0-9A-Za-z_:])")

# The registries of special-purpose addresses (RFC 6890), written out: Python's own list changes
# from version to version, and a hit must not.
_RESERVED4 = (
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 "
    "192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 "
    "224.0.0.0/4 240.0.0.0/4"
)
_SPECIAL4 = sorted(
    (int(network.network_address), int(network.broadcast_address))
    for network in map(ipaddress.IPv4Network, _RESERVED4.split())
)
_SPECIAL4_BEGINS = [first for first, _ in _SPECIAL4]
_GLOBAL6 = ipaddress.IPv6Network("2000::/3")
_RESERVED6 = (
    "::1/128 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 "
    "2002::/16 3fff::/20 fc00::/7 fe80::/10 ff00::/8"
)
_SPECIAL6 = tuple(map(ipaddress.IPv6Network, _RESERVED6.split()))


def emails(text: str) -> Iterator[Hit]:
    """E-mail addresses of the dot-atom form of RFC 5322 under a domain with a top level."""
    at = text.find("@")
    while at >= 0:
        local, domain = _local_before(text, at), _domain_after(text, at + 1)
        if local and domain:
            ending = domain.rpartition(".")[2].lower()
            tier = Tier.LOOKALIKE if ending in _FILE_ENDINGS else Tier.VALID
            yield Hit(Kind.EMAIL, at - len(local), at + 1 + len(domain), tier)
        at = text.find("@", at + 1)


def _local_before(text: str, at: int) -> str:
    window = text[max(0, at - 65) : at]
    local = window[len(window.rstrip(_LOCAL)) :].lstrip(_LOCAL_EDGE)
    # longer than any local part: the end of a token, not an address
    return "" if len(local) > 64 or local.endswith(".") or ".." in local else local


def _domain_after(text: str, at: int) -> str:
    found = _DOMAIN.match(text, at)
    parts = found[0].rstrip(".-").split(".") if found else []
    labels = list(itertools.takewhile(_LABEL.fullmatch, parts))
    while labels and not _TOP.fullmatch(labels[-1]):
        labels.pop()
    return ".".join(labels) if len(labels) >= 2 else ""


def ipv4_addresses(text: str) -> Iterator[Hit]:
    """IPv4 addresses; those that stand for nobody (private, reserved, documentation) look alike."""
    for found in _IPV4.finditer(text):
        parts = found[0].split(".")
        # a leading zero is octal to some and a mistake to others
        if any(int(part) > 255 or (part[0] == "0" and len(part) > 1) for part in parts):
            continue
        address = int.from_bytes(bytes(map(int, parts)), "big")
        at = bisect.bisect_right(_SPECIAL4_BEGINS, address) - 1
        special = at >= 0 and address <= _SPECIAL4[at][1]
        named = special or near(_VERSION_WORDS, text, found.start(), found.start())
        yield Hit(Kind.IP, *found.span(), Tier.LOOKALIKE if named else Tier.VALID)


def ipv6_addresses(text: str) -> Iterator[Hit]:
    """IPv6 addresses; those that stand for nobody look alike, those nobody uses are no hits."""
    colon = text.find(":")
    while colon >= 0:
        start = _ipv6_start(text, colon)
        rest = _IPV6_REST.match(text, colon)
        # a colon of the sentence may follow
        token = text[start : rest.end()] if rest and start >= 0 else ""
        token = token if token.endswith("::") else token.removesuffix(":")
        tier = _tier6(token)
        if tier is not None:
            yield Hit(Kind.IP, start, start + len(token), tier)
        colon = text.find(":", max(start + len(token), colon + 1))


def _ipv6_start(text: str, colon: int) -> int:
    """Where an address with its first colon there begins, behind it for a label's; -1 for none."""
    window = text[max(0, colon - 5) : colon]
    group = window[len(window.rstrip(string.hexdigits)) :]
    before = text[max(0, colon - len(group) - 1) : colon - len(group)]
    word = before.isalnum() and before.isascii()
    double = text.startswith("::", colon)
    if not word and before not in ("_", ".") and (group or double):
        return colon - len(group)
    return -1 if double else colon + 1


def _tier6(token: str) -> Tier | None:
    """None for what is no address in use: `std::dead`, `12:30:45`."""
    if token.count(":") < 2:
        return None
    try:
        address = ipaddress.IPv6Address(token)
    except ValueError:
        return None
    if any(address in network for network in _SPECIAL6):
        return Tier.LOOKALIKE
    return Tier.VALID if address in _GLOBAL6 else None
