"""The facts of texts as the kernels give them: arrays, one row a text."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.kernels.text_facts import CharacterCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalFacts:
    """One row for each of n texts."""

    chars: NDArray[np.int64]
    """Code points of the normal form, shape (n,)."""
    hashes: NDArray[np.int64]
    """`text_hashes`, shape (n, 2)."""
    bands: NDArray[np.int64]
    """`band_keys`, shape (n, BANDS)."""
    words: NDArray[np.int64]
    """`count_words`, shape (n, 3)."""
    classes: NDArray[np.int64]
    """Code points of the text as it stands by Script, shape (n, len(Script))."""
    damage: NDArray[np.int64]
    lines: NDArray[np.int64]
    repeated: NDArray[np.int64]
    """Bytes of the lines that are equal to an earlier line of the text, line feeds not counted."""

    @property
    def counts(self) -> CharacterCounts:
        """What `text_facts` goes on from."""
        return CharacterCounts(
            classes=self.classes,
            damage=self.damage,
            lines=self.lines,
            words=self.words,
            repeated=self.repeated,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SketchFacts:
    """The first three of NormalFacts: all that duplicates are found by."""

    chars: NDArray[np.int64]
    hashes: NDArray[np.int64]
    bands: NDArray[np.int64]
