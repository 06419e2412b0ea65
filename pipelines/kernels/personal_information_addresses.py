"""Identifiers that are IPv6 addresses; e-mail and IPv4 addresses are in `native/addresses.c`."""

import ipaddress
import re
import socket
import string
from collections.abc import Iterator

from pipelines.kernels.personal_information_model import Hit, Kind, Tier

_IPV6_REST = re.compile(r"[0-9A-Fa-f:]{0,39}(?:\.[0-9]{1,3}){0,3}(?![0-9A-Za-z_:])")

# The registries of special-purpose addresses (RFC 6890), written out: Python's own list changes
# from version to version, and a hit must not.
_RESERVED6 = (
    "::1/128 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 "
    "2002::/16 3fff::/20 fc00::/7 fe80::/10 ff00::/8"
)
Network = tuple[int, int]


def _network(text: str) -> Network:
    """Address and mask as numbers: many times as fast to ask as the object."""
    network = ipaddress.IPv6Network(text)
    return int(network.network_address), int(network.netmask)


_SPECIAL6 = tuple(map(_network, _RESERVED6.split()))
_GLOBAL6 = _network("2000::/3")


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
        # as strict as ipaddress, and a fraction of its time
        address = int.from_bytes(socket.inet_pton(socket.AF_INET6, token), "big")
    except OSError:
        return None
    if any(address & mask == network for network, mask in _SPECIAL6):
        return Tier.LOOKALIKE
    network, mask = _GLOBAL6
    return Tier.VALID if address & mask == network else None
