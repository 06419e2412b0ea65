"""The texts of candidates, read again from their files: all of them at once, or a few at a time.

Candidates are judged group by group, and the members of a group lie anywhere. To read them in that
order would be to go through every file again for every wave of comparison. So where there are more
than one wave holds, they are read once, in the order of the files, and kept on disk until they are
judged: in a file without a name, which is gone with the process.
"""

import errno
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes
from numpy.typing import NDArray

from pipelines.kernels.keeping import BUDGET, Texts
from pipelines.kernels.native.library import native, pointer, whole
from pipelines.kernels.normalise import NormalText
from pipelines.stages.preference import Candidates
from pipelines.stages.rereading import Rereader

Load = Callable[[NDArray[np.int32]], Texts]
"""The texts of ascending candidates."""

_KINDS = {1: np.uint8, 2: np.uint16, 4: np.uint32}
"""By the bytes in which a code point is kept."""
_GAP = 16 * 1024
"""Bytes between two texts that are read with them: to begin anew takes as long."""
_AT_ONCE = 1 << 22
"""Texts that begin in so many bytes of the file are read together."""
_BLOCK = 16
"""Bytes of a block of AES; the counter of block n is n, under a key that is used for one file."""


class CandidateTexts:
    """Gives the texts of the candidates `found`."""

    def __init__(
        self, found: Candidates, rereader: Rereader, folder: Path, *, budget: int = BUDGET
    ) -> None:
        """More than `budget` code points are kept in `folder` while they are asked for."""
        self._found, self._rereader = found, rereader
        self._folder, self._budget = folder, budget

    def read(self, members: NDArray[np.int32]) -> Texts:
        """The texts of ascending `members`, from their files.

        Raises:
            EvidenceError: A file was changed since its texts were sketched.
        """
        found = self._found
        points, ends = self._rereader.texts(found.places[members], found.chars[members])
        return Texts(members=members, points=points, ends=ends)

    @contextmanager
    def at_hand(self, members: NDArray[np.int64]) -> Iterator[Load]:
        """What gives the texts of `members`, in any order and any number of times.

        Raises:
            EvidenceError: A file was changed since its texts were sketched.
        """
        chars = self._found.chars
        total = int(chars[members].sum())
        if total <= self._budget or not self._fits(total):
            yield self.read
            return
        with tempfile.TemporaryFile(dir=self._folder) as file:
            spool = _Spool(file, chars)
            order = members[np.argsort(self._found.places[members])]
            for part, normal in self._rereader.blocks(self._found.places[order], chars[order]):
                spool.add(order[part], normal)
            file.flush()
            yield spool.texts

    def _fits(self, total: int) -> bool:
        """Whether so many code points leave as much room again on the disk."""
        widest = 4 * total
        return shutil.disk_usage(self._folder).free > 2 * widest


class _Spool:
    """Texts one after the other in a file, in as many bytes a code point as each block needs."""

    def __init__(self, file: BinaryIO, chars: NDArray[np.int64]) -> None:
        self._file, self._chars = file, chars
        self._end = 0
        self._cipher = algorithms.AES(secrets.token_bytes(16))
        self._begins = np.full(len(chars), -1, np.int64)
        self._widths = np.zeros(len(chars), np.uint8)

    def add(self, members: NDArray[np.int64], normal: NormalText) -> None:
        """The texts of `members` come next."""
        highest = int(normal.points.max(initial=0))
        width = next(width for width in _KINDS if highest < 1 << 8 * width)
        self._begins[members] = self._end + normal.offsets[:-1] * width
        self._widths[members] = width
        plain = normal.points.astype(_KINDS[width]).tobytes()
        self._end += self._file.write(self._stream(self._end).update(plain))

    def texts(self, members: NDArray[np.int32]) -> Texts:
        """The texts of `members`; what stands near each other is read together."""
        sizes = self._chars[members]
        ends = np.zeros(len(members) + 1, np.int64)
        np.cumsum(sizes, out=ends[1:])
        points = np.empty(ends[-1], np.uint32)
        order = np.argsort(self._begins[members], kind="stable")
        begins, widths = self._begins[members[order]], self._widths[members[order]]
        sizes, targets = sizes[order], ends[:-1][order]
        after = begins + sizes * widths
        apart = (begins[1:] - after[:-1] > _GAP) | (np.diff(begins // _AT_ONCE) > 0)
        firsts = np.concatenate(([0], np.flatnonzero(apart) + 1, [len(members)]))
        for first, last in zip(firsts[:-1].tolist(), firsts[1:].tolist(), strict=True):
            begin, end, part = int(begins[first]), int(after[last - 1]), slice(first, last)
            held = os.pread(self._file.fileno(), end - begin, begin)
            if len(held) != end - begin:  # the kernel would read behind it
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            native("tda_widen", None)(
                pointer(np.frombuffer(self._stream(begin).update(held), np.uint8)),
                pointer(begins[part] - begin),
                pointer(sizes[part]),
                pointer(widths[part]),
                whole(last - first),
                pointer(targets[part]),
                pointer(points),
            )
        return Texts(members=members, points=points, ends=ends)

    def _stream(self, at: int) -> CipherContext:
        """The key stream from byte `at` of the file on; both ways are the same in counter mode."""
        block, within = divmod(at, _BLOCK)
        stream = Cipher(self._cipher, modes.CTR(block.to_bytes(_BLOCK, "big"))).encryptor()
        stream.update(bytes(within))
        return stream
