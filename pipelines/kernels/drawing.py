"""A random sample that anybody can draw again with a dozen lines of any language.

Algorithm `sha256-rank-1`: the frame digest is SHA-256 over the sorted distinct item ids as a
compact ASCII JSON array; every item gets SHA-256 over seed, zero byte, frame digest
(`sha256:<hex>`), zero byte, item id in UTF-8; the sample is the first n items in ascending order of
that value. It does not depend on the order of the input, and nobody can choose the sample by
choosing the order. Whoever chooses the seed after seeing the items could try several: that is why
the seed stands in the policy, and the policy in the ledger.
"""

import hashlib
import heapq
import json
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.model.ids import Digest, digest_of

ALGORITHM = "sha256-rank-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A sample and what it takes to draw it again."""

    items: tuple[str, ...]
    """In the order of drawing: the first k of them are the sample of size k."""
    frame_digest: Digest
    frame_size: int
    seed: str
    algorithm: str = ALGORITHM


def frame_digest(items: Iterable[str]) -> Digest:
    """The digest of the population, whatever the order or repetition of its ids."""
    listed = json.dumps(sorted(set(items)), ensure_ascii=True, separators=(",", ":"))
    return digest_of(listed.encode("ascii"))


def draw(items: Iterable[str], size: int, *, seed: str) -> Drawing:
    """`size` of the distinct `items`, or all of them where there are fewer.

    Raises:
        ValueError: for a negative size.
    """
    if size < 0:
        raise ValueError("a sample size is not negative")
    frame = set(items)
    digest = frame_digest(frame)
    prefix = hashlib.sha256(f"{seed}\0{digest}\0".encode())

    def rank(item: str) -> tuple[bytes, str]:
        own = prefix.copy()
        own.update(item.encode("utf-8", "surrogatepass"))
        return own.digest(), item

    chosen = tuple(heapq.nsmallest(size, frame, key=rank))
    return Drawing(items=chosen, frame_digest=digest, frame_size=len(frame), seed=seed)
