"""The hash tree of RFC 6962: roots, proofs, and what appending a leaf adds.

A tree is kept as the hashes of its *perfect* subtrees: node (level, number) covers the 2**level
leaves from number * 2**level on. Such a node never changes once it exists, so an append only adds
nodes, and every root or proof of an old or new tree is read from at most O(log n) of them.
"""

import hashlib
from collections.abc import Callable, Sequence

from pipelines.model.errors import TamperedError
from pipelines.model.ledger import Subtree
from pipelines.model.message import Message, msg

EMPTY_ROOT = hashlib.sha256().digest()
"""Root of the tree without leaves."""

HASH_BYTES = 32

NodeReader = Callable[[int, int], bytes]
"""(level, number) -> hash of that perfect subtree; level 0 are the leaf hashes."""


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry).

    Reference:
        RFC 6962, section 2.1.
    """
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right).

    Reference:
        RFC 6962, section 2.1.
    """
    return hashlib.sha256(b"\x01" + left + right).digest()


def grow(size: int, leaves: Sequence[bytes], node: NodeReader) -> list[Subtree]:
    """The nodes that appending the leaf hashes `leaves` to a tree of `size` leaves completes.

    Level 0 first for each leaf. At most log2(size) + 1 hashes a leaf, two on average.
    """
    fresh: dict[tuple[int, int], bytes] = {}
    for position, leaf in enumerate(leaves, start=size):
        level, number, current = 0, position, leaf
        fresh[level, number] = current
        while number & 1:
            sibling = (level, number - 1)
            current = node_hash(fresh.get(sibling) or node(*sibling), current)
            level, number = level + 1, number >> 1
            fresh[level, number] = current
    return [Subtree(level=level, number=number, hash=h) for (level, number), h in fresh.items()]


def root(size: int, node: NodeReader) -> bytes:
    """The root of the first `size` leaves.

    Reference:
        RFC 6962, section 2.1 (Merkle Tree Hash).
    """
    return _range_hash(0, size, node) if size else EMPTY_ROOT


def inclusion_path(position: int, size: int, node: NodeReader) -> list[bytes]:
    """The sibling hashes from leaf `position` up to the root of the first `size` leaves.

    Raises:
        ValueError: there is no such leaf in a tree of `size`.

    Reference:
        RFC 6962, section 2.1.1 (PATH).
    """
    if not 0 <= position < size:
        raise ValueError("the leaf is not in the tree")
    path: list[bytes] = []
    first, last = 0, size
    while last - first > 1:
        middle = first + _split(last - first)
        if position < middle:
            path.append(_range_hash(middle, last, node))
            last = middle
        else:
            path.append(_range_hash(first, middle, node))
            first = middle
    return path[::-1]


def consistency_path(old: int, new: int, node: NodeReader) -> list[bytes]:
    """The hashes from which both the root of the first `old` and of the first `new` leaves follow.

    Raises:
        ValueError: `old` is 0 (an empty tree proves nothing) or beyond `new`.

    Reference:
        RFC 6962, section 2.1.2 (PROOF, SUBPROOF).
    """
    if not 0 < old <= new:
        raise ValueError("the old tree has at least one leaf and is not larger than the new one")
    path: list[bytes] = []
    first, last, whole = 0, new, True
    while old < last:
        middle = first + _split(last - first)
        if old <= middle:
            path.append(_range_hash(middle, last, node))
            last = middle
        else:
            path.append(_range_hash(first, middle, node))
            first, whole = middle, False
    if not whole:
        path.append(_range_hash(first, last, node))
    return path[::-1]


def verify_inclusion(
    leaf: bytes, position: int, size: int, path: Sequence[bytes], expected: bytes
) -> None:
    """Leaf hash `leaf` is at `position` in the tree of `size` leaves with root `expected`.

    Raises:
        TamperedError: it is not, or the proof is malformed.

    Reference:
        RFC 9162, section 2.1.3.2 (the tree is that of RFC 6962).
    """
    if not 0 <= position < size or len(leaf) != HASH_BYTES:
        raise _tampered(msg("The inclusion proof names a leaf that is not in the tree."))
    where, last, current = position, size - 1, leaf
    for step in _checked(path):
        if last == 0:
            raise _tampered(msg("The inclusion proof is longer than the tree is high."))
        if where & 1 or where == last:
            current = node_hash(step, current)
            while not where & 1 and where:
                where, last = where >> 1, last >> 1
        else:
            current = node_hash(current, step)
        where, last = where >> 1, last >> 1
    if last or current != expected:
        raise _tampered(msg("The inclusion proof does not lead to the root."))


def verify_consistency(
    old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    """The tree of `new` leaves with `new_root` begins with the `old` leaves under `old_root`.

    Raises:
        TamperedError: it does not, or the proof is malformed.

    Reference:
        RFC 9162, section 2.1.4.2 (the tree is that of RFC 6962).
    """
    if not 0 < old <= new:
        raise _tampered(msg("The consistency proof names impossible tree sizes."))
    if old == new:
        if path or old_root != new_root:
            raise _tampered(msg("Two trees of equal size differ."))
        return
    steps = _checked(path)
    if old & (old - 1) == 0:
        # the old tree is itself a perfect subtree: its root opens the proof without being sent
        steps.insert(0, old_root)
    if not steps or _fold(old - 1, new - 1, steps) != (old_root, new_root):
        raise _tampered(msg("The consistency proof does not lead to both roots."))


def _fold(first: int, last: int, steps: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The old and the new root that `steps` lead to (RFC 9162, section 2.1.4.2, steps 4 to 6)."""
    while first & 1:
        first, last = first >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise _tampered(msg("The consistency proof is longer than the tree is high."))
        if first & 1 or first == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            new = node_hash(new, step)
        first, last = first >> 1, last >> 1
    if last:
        raise _tampered(msg("The consistency proof is shorter than the tree is high."))
    return old, new


def _split(count: int) -> int:
    """The largest power of two below `count` (RFC 6962, section 2.1: k)."""
    return 1 << ((count - 1).bit_length() - 1)


def _range_hash(first: int, last: int, node: NodeReader) -> bytes:
    """Hash over leaves first … last - 1, where `first` starts a perfect subtree of that height."""
    count = last - first
    level = count.bit_length() - 1
    if count == 1 << level:
        return node(level, first >> level)
    middle = first + _split(count)
    return node_hash(_range_hash(first, middle, node), _range_hash(middle, last, node))


def _checked(path: Sequence[bytes]) -> list[bytes]:
    # hashes of another length would let one concatenation be read as another
    if any(len(step) != HASH_BYTES for step in path):
        raise _tampered(msg("The proof holds something that is not a SHA-256 hash."))
    return list(path)


def _tampered(message: Message) -> TamperedError:
    return TamperedError(
        message,
        advice=msg("Compare the proof with the signed tree head it was made for."),
    )
