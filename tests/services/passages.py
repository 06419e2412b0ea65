"""A plain search for questions inside texts, which the kernels are held to."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.kernels.anchors import LONG_ANCHOR, SHORT_ANCHOR, Asked, anchors_of, unbroken_run
from pipelines.kernels.normalise import NormalText, normalise
from pipelines.kernels.shingles import shingles_of


def normal_text(texts: Sequence[str]) -> NormalText:
    """Normal texts, which `texts` are already, as the kernels take them."""
    points = np.array([ord(point) for text in texts for point in text], np.uint32)
    return NormalText(points=points, offsets=np.cumsum([0, *map(len, texts)]))


def is_dense(point: str) -> bool:
    """Whether it is a word or a syllable by itself."""
    return any(
        begin <= ord(point) < end
        for begin, end in (
            (0x3040, 0x3100),
            (0x3400, 0xA000),
            (0xAC00, 0xD7A4),
            (0xF900, 0xFB00),
            (0x20000, 0x40000),
        )
    )


def anchors_in(question: str, threshold: float) -> list[tuple[int, str]]:
    """The anchors of one question, with their offsets."""
    (run,) = unbroken_run(np.array([len(question)]), threshold).tolist()
    dense = sum(map(is_dense, question))
    short = 2 * dense >= len(question) or run < LONG_ANCHOR
    length = SHORT_ANCHOR if short else LONG_ANCHOR
    apart = max(1, run - length + 1)
    return [(at, question[at : at + length]) for at in range(0, len(question) - length + 1, apart)]


@dataclass(frozen=True)
class Plain:
    """The questions, all different, and what each of them is looked for by."""

    questions: Sequence[str]
    threshold: float

    def share(self, number: int, text: str) -> float:
        """The greatest share of a question in a passage at one of its anchors."""
        question = self.questions[number]
        asked = anchors_of(normal_text(self.questions), self.threshold).asked[number]
        if asked != Asked.LOOKED_FOR:
            return 0.0
        wanted, beside, best = shingles_of(question), len(question) // 4, 0.0
        (run,) = unbroken_run(np.array([len(question)]), self.threshold)
        pieces = [anchors_in(other, self.threshold) for other in self.questions]
        for offset, piece in pieces[number]:
            if sum(any(piece == one for _, one in own) for own in pieces) > 16:
                continue
            at = text.find(piece)
            while at >= 0:
                begin = at - offset
                if not self.in_a_row(question, text, begin, offset, offset + len(piece), run):
                    at = text.find(piece, at + 1)
                    continue
                passage = text[max(0, begin - beside) : begin + len(question) + beside]
                best = max(best, len(wanted & shingles_of(passage)) / len(wanted))
                at = text.find(piece, at + 1)
        return best

    @staticmethod
    def in_a_row(question: str, text: str, begin: int, first: int, last: int, run: int) -> bool:
        """Whether so many code points around question[first:last] are in the text from `begin`."""
        while last < len(question) and begin + last < len(text):
            if question[last] != text[begin + last]:
                break
            last += 1
        while first > 0 and begin + first > 0 and question[first - 1] == text[begin + first - 1]:
            first -= 1
        return last - first >= run

    def found(self, text: str) -> dict[int, float]:
        """The questions that `text` holds, and their shares."""
        shares = {number: self.share(number, text) for number in range(len(self.questions))}
        return {number: share for number, share in shares.items() if share >= self.threshold}

    def leads(self, text: str) -> tuple[int, float] | None:
        """The question of which `text` holds most."""
        found = self.found(text)
        if not found:
            return None
        best = min(found, key=lambda one: (-found[one], -len(self.questions[one]), one))
        return best, found[best]


def normal(text: str) -> str:
    """The normal form."""
    return normalise(text)
