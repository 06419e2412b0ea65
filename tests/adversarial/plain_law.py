"""The law of duplicates in plain Python, as it is written down: nothing of the product in it."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

SIZE = 5


def normal(text: str) -> str:
    """NFKC, case fold, NFKC again where folding undid it, white space collapsed and stripped."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def shingles(text: str) -> frozenset[str]:
    """Runs of five code points; a shorter text is one shingle."""
    return frozenset(text[i : i + SIZE] for i in range(max(1, len(text) - SIZE + 1)))


def similarity(one: str, two: str) -> float:
    a, b = shingles(one), shingles(two)
    return len(a & b) / len(a | b)


@dataclass(frozen=True)
class Law:
    """What the first record of each text and the threshold make of some texts."""

    empty: int
    exact: dict[int, int]
    """Row of a repeated text to the first row with that text."""
    normal: tuple[str, ...]


def law(texts: Sequence[str]) -> Law:
    first: dict[str, int] = {}
    exact: dict[int, int] = {}
    normals = tuple(normal(text) for text in texts)
    for row, text in enumerate(normals):
        if text and first.setdefault(text, row) != row:
            exact[row] = first[text]
    return Law(empty=sum(not text for text in normals), exact=exact, normal=normals)


def faults(
    texts: Sequence[str], pairs: Sequence[tuple[int, int, float, str]], threshold: float
) -> list[str]:
    """What is wrong with (kept, removed, similarity, method) as the duplicates of `texts`.

    Every statement is checked. That none is missing is checked for equal texts here; for near ones
    by `missing`, as that takes a comparison of each with each.
    """
    wanted = law(texts)
    removed = {pair[1] for pair in pairs}
    wrong = []
    if len(removed) < len(pairs):
        wrong.append("a record is removed twice")
    if {row for _, row, _, method in pairs if method == "exact"} != set(wanted.exact):
        wrong.append("the exact duplicates are others")
    for kept, row, stated, method in pairs:
        if kept in removed:
            wrong.append(f"{row} is removed for {kept}, which is itself removed")
        true = similarity(wanted.normal[kept], wanted.normal[row])
        if stated != true or true < threshold:
            wrong.append(f"{row} and {kept} have {true}, not {stated}")
        if method == "near" and row < kept:
            wrong.append(f"{row} is removed for the later {kept}")
        if not wanted.normal[row]:
            wrong.append(f"{row} is empty")
    return wrong


def missing(
    texts: Sequence[str], pairs: Sequence[tuple[int, int, float, str]], threshold: float
) -> list[tuple[int, int]]:
    """Pairs above the threshold of which both records are kept."""
    normals = law(texts).normal
    removed = {pair[1] for pair in pairs}
    kept = [row for row, text in enumerate(normals) if text and row not in removed]
    return [
        (one, two)
        for place, one in enumerate(kept)
        for two in kept[place + 1 :]
        if similarity(normals[one], normals[two]) >= threshold
    ]
