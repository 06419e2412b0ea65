"""Texts of chosen records, read again from the files: evidence holds none."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from connectors.base import ReadRequest
from connectors.location import File, fresh
from connectors.reading import read_rows
from pipelines.kernels.native.library import native, pointer, whole
from pipelines.kernels.normal_facts import runs
from pipelines.kernels.normalise import NormalText, normalise_block
from pipelines.kernels.units import Unit, in_units
from pipelines.model.errors import EvidenceError
from pipelines.model.message import msg
from pipelines.stages.joining import joined
from pipelines.stages.placing import ordinals_of, places, rows_of

RUN_BYTES = 1 << 20
"""Texts normalised together: few enough for their memory to be used again and again."""


class Rereader:
    """Gives normalised texts by place (see `placing`)."""

    def __init__(
        self, files: Sequence[File], requests: Sequence[ReadRequest], unit: Unit = Unit.CHAR
    ) -> None:
        """The file with ordinal i is `files[i]`; its texts are the columns of `requests[i]`.

        With another `unit`, texts come in it, and so do their lengths.
        """
        self._files = files
        self._requests = requests
        self._unit = unit

    def texts(
        self, place: NDArray[np.int64], chars: NDArray[np.int64]
    ) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        """The normalised texts at `place` (any order, each once): text i is points[e[i]:e[i+1]].

        Raises:
            EvidenceError: A text is gone, or no longer has the `chars` code points it had.
        """
        ends = np.zeros(len(place) + 1, np.int64)
        np.cumsum(chars, out=ends[1:])
        points = np.empty(ends[-1], np.uint32)
        order = np.argsort(place)
        for part, normal in self.blocks(place[order], chars[order]):
            _place(normal.points, normal.offsets, ends[order[part]], points)
        return points, ends

    def blocks(
        self, place: NDArray[np.int64], chars: NDArray[np.int64]
    ) -> Iterator[tuple[NDArray[np.int64], NormalText]]:
        """The normalised texts at ascending `place`, some at a time: their indexes, and the texts.

        Raises:
            EvidenceError: A text is gone, or no longer has the `chars` code points it had.
        """
        found = 0
        for at, normal in self._blocks(place):
            index = np.searchsorted(place, at)
            if not np.array_equal(np.diff(normal.offsets), chars[index]):
                raise _changed(self._files[int(ordinals_of(at[:1])[0])])
            yield index, normal
            found += len(at)
        if found != len(place):
            raise _changed(self._files[int(ordinals_of(place[:1])[0])])

    def _blocks(self, place: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], NormalText]]:
        ordinals = ordinals_of(place)
        for ordinal in np.unique(ordinals).tolist():
            wanted = rows_of(place[ordinals == ordinal])
            request = self._requests[ordinal]
            for block in read_rows(fresh(self._files[ordinal]), request, wanted):
                rows = block.batch.column("row").to_numpy()
                text = joined(block.batch, request.columns)
                # a block may become many times as large: see normal_facts
                for begin, end, _ in runs(text, RUN_BYTES):
                    part = in_units(normalise_block(text.slice(begin, end - begin)), self._unit)
                    yield places(ordinal, rows[begin:end]), part


def _changed(file: File) -> EvidenceError:
    return EvidenceError(
        msg("{file} was changed while it was being audited", file=str(file)),
        advice=msg("audit again once nothing writes to the files any more"),
    )


def _place(
    source: NDArray[np.uint32],
    offsets: NDArray[np.int64],
    targets: NDArray[np.int64],
    points: NDArray[np.uint32],
) -> None:
    """Copy text i of `source` to `points[targets[i]:]`."""
    native("tda_place", None)(
        pointer(source),
        pointer(offsets),
        whole(len(targets)),
        pointer(np.ascontiguousarray(targets)),
        pointer(points),
    )
