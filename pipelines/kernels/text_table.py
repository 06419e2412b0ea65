"""What a compiled pass has to know of each code point, as one table; kept on disk once made.

An entry joins the image of `normal_table`, the class of `scripts` and the kind of
`identifier_signs`; `native/text.h` has the layout. Making it reads the Unicode data of the running
Python and takes some tenths of a second, so it is kept beside the compiled library under a name
with the Unicode version and a digest of the modules it is made by.
"""

import functools
import hashlib
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipelines.kernels import identifier_signs, normal_table, scripts
from pipelines.kernels.identifier_signs import sign_kinds
from pipelines.kernels.native.build import LIBRARIES
from pipelines.kernels.native.library import cache_folder, pointer
from pipelines.kernels.normal_table import EXPANDS, LIMIT, LONG, UNIDATA_VERSION, UNSAFE
from pipelines.kernels.scripts import DAMAGE, script_table

_SPACE, _SPECIAL, _LONG = 1 << 25, 1 << 26, 1 << 27
_UNSAFE = 0x1FFFFF
_MARKS = 0x1FFE00


class TextTable(NamedTuple):
    """The arrays that `text_table` of native/text.h points to."""

    entries: NDArray[np.uint32]
    """Shape (LIMIT,)."""
    starts: NDArray[np.int64]
    expansions: NDArray[np.uint32]

    def arguments(self) -> tuple[object, ...]:
        """Entries, starts and expansions as a kernel takes them."""
        return tuple(pointer(array) for array in self)


@functools.cache
def text_table() -> TextTable:
    """The table for the running Python, from disk where it is kept."""
    name = f"text-table-{UNIDATA_VERSION}-{_digest()}.npy"
    for folder in (LIBRARIES, cache_folder()):
        try:
            return _unpacked(np.load(folder / name))
        except (OSError, ValueError):
            continue
    made = make_table()
    packed = np.concatenate(
        (np.array([len(made.starts)]), made.entries, made.starts, made.expansions)
    ).astype(np.int64)
    for folder in (LIBRARIES, cache_folder()):
        if _keep(folder / name, packed):
            break
    return made


@functools.cache
def text_table_arguments() -> tuple[object, ...]:
    """`text_table().arguments()`: made once, for it is asked for with every block."""
    return text_table().arguments()


def make_table() -> TextTable:
    """The table, from the Unicode data."""
    normal = normal_table.normal_table()
    images, classes = normal.images.astype(np.int64), script_table().astype(np.int64)
    entries = images.copy()
    entries[images == 32] |= _SPACE
    expands, long = (images >= EXPANDS) & (images < UNSAFE), images >= LONG
    entries[expands] = (images[expands] - EXPANDS) | _SPECIAL
    entries[long] = (images[long] - LONG) | _SPECIAL | _LONG
    entries[images == UNSAFE] = _UNSAFE | _SPECIAL
    for code, combining_class in normal.marks.items():
        entries[code] = (_MARKS + combining_class) | _SPECIAL
    entries |= ((classes % DAMAGE) << 21) | ((classes >= DAMAGE).astype(np.int64) << 24)
    entries |= sign_kinds().astype(np.int64) << 28
    return TextTable(entries.astype(np.uint32), normal.starts, normal.expansions)


def _unpacked(packed: NDArray[np.int64]) -> TextTable:
    starts = int(packed[0])
    parts = np.split(packed[1:], [LIMIT, LIMIT + starts])
    if len(parts[0]) != LIMIT or len(parts[1]) != starts or parts[1][-1] != len(parts[2]):
        raise ValueError("not a table")
    return TextTable(parts[0].astype(np.uint32), parts[1].copy(), parts[2].astype(np.uint32))


def _keep(path: Path, packed: NDArray[np.int64]) -> bool:
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as target:
            np.save(target, packed)
        part.replace(path)
    except OSError:
        return False
    return True


def _digest() -> str:
    sha = hashlib.sha256()
    for module in (normal_table, scripts, identifier_signs):
        sha.update(Path(str(module.__file__)).read_bytes())
    sha.update(Path(__file__).read_bytes())
    return sha.hexdigest()[:16]
