"""What the compiled search for identifiers has to find, as patterns over whole texts."""

import bisect
import ipaddress
import itertools
import re
import string
from collections.abc import Iterable, Iterator

from pipelines.kernels.identifier_signs import fold
from pipelines.kernels.personal_information import DETECTORS, NUMBERS
from pipelines.kernels.personal_information_model import Hit, Kind, Tier, near

_LOCAL_EDGE = "!#$%&'*+/=?^`{|}~.-"
"""Signs a local part may hold inside; at its left edge they are quotes and brackets of the text."""
_LOCAL = string.ascii_letters + string.digits + "_" + _LOCAL_EDGE
_DOMAIN = re.compile(r"[A-Za-z0-9.-]{4,253}")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_TOP = re.compile(r"[A-Za-z]{2,24}|[Xx][Nn]--[A-Za-z0-9-]{2,59}")
_FILE_ENDINGS = frozenset(("png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js", "json", "py"))

_RUN = re.compile("[0-9]+")
_VERSION_WORDS = re.compile(r"version|版本|(?<![a-z])ver(?![a-z])|[章节条]", re.IGNORECASE)
_IPV4 = re.compile(r"[0-9](?<![0-9A-Za-z_.].)[0-9]{0,2}(?:\.[0-9]{1,3}){3}(?![0-9A-Za-z_]|\.[0-9])")
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


def find_by_patterns(text: str) -> list[Hit]:
    """The hits in `text` by place, no two overlapping; nothing but patterns reads it."""
    folded = fold(text)
    detectors = (*(detector for _, detector in DETECTORS), emails, ipv4_addresses)
    starts = runs_of_digits(folded)
    numbers = (hit for detector in NUMBERS for hit in detector(folded, starts))
    others = (hit for detector in detectors for hit in detector(folded))
    return _without_overlaps(itertools.chain(numbers, others))


def runs_of_digits(text: str) -> list[int]:
    """Where each run of digits begins."""
    return [run.start() for run in _RUN.finditer(text)]


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


def _without_overlaps(hits: Iterable[Hit]) -> list[Hit]:
    """The stronger hit wherever two overlap: valid first, then by type, place and length."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=_strength):
        if all(hit.end <= other.start or other.end <= hit.start for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.start)


def _strength(hit: Hit) -> tuple[bool, int, int, int]:
    return hit.tier is Tier.LOOKALIKE, hit.type.rank, hit.start, -hit.end
