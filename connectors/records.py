"""Blocks of Arrow columns from framed records: numbered, bounded, faults beside them."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from connectors.base import BLOCK_BYTES, BLOCK_ROWS, Block, Quarantined, ReadRequest, Reason
from connectors.framing import Fault
from pipelines.model.ids import digest_of

_ENOUGH_BYTES = BLOCK_BYTES // 4
"""A block of so many is worth more than the copy that putting more to it takes."""

Rows = NDArray[np.int64]
Texts = list[str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What came of a run of frames: columns of the good ones, reasons for the others."""

    columns: Sequence[pa.Array]
    """large_string, one a wanted column, all as long as there are frames without a fault."""
    faults: Mapping[int, Reason]
    """Position in the run -> why that frame is not a record."""


Parse = Callable[[Sequence[bytes]], Parsed]
"""Parses a run of frames, each a whole record."""


def blocks(
    framed: Iterable[list[bytes] | Fault],
    parse: Parse,
    columns: Sequence[str],
    *,
    wanted: Rows | None = None,
) -> Iterator[Block]:
    """`framed` as blocks in row order; with `wanted` (sorted) only those rows, without faults."""
    gathering = Gathering(columns)
    row = 0
    for item in framed:
        if wanted is not None and row > (wanted[-1] if wanted.size else -1):
            break
        if isinstance(item, Fault):
            if wanted is None:
                yield from gathering.quarantine(row, item)
            row += 1
            continue
        for run in _runs(item):
            rows: Rows = np.arange(row, row + len(run), dtype=np.int64)
            row += len(run)
            if wanted is None:
                yield from _gather(gathering, rows, run, parse)
                continue
            rows = wanted[np.searchsorted(wanted, rows[0]) : np.searchsorted(wanted, row)]
            if rows.size:
                chosen = [run[position] for position in (rows - (row - len(run))).tolist()]
                yield from _gather(gathering, rows, chosen, parse, faults=False)
    yield from gathering.rest()


def _runs(frames: list[bytes]) -> Iterator[list[bytes]]:
    """`frames` in runs of at most BLOCK_ROWS; one that alone exceeds BLOCK_BYTES is by itself."""
    start = 0
    # only the first can be larger than a chunk
    if len(frames[0]) > BLOCK_BYTES:
        yield frames[:1]
        start = 1
    for begin in range(start, len(frames), BLOCK_ROWS):
        yield frames[begin : begin + BLOCK_ROWS]


def _gather(
    gathering: "Gathering", rows: Rows, run: list[bytes], parse: Parse, *, faults: bool = True
) -> Iterator[Block]:
    parsed = parse(run)
    good = rows
    if parsed.faults:
        bad = np.fromiter(parsed.faults, dtype=np.int64)
        good = np.delete(rows, bad)
    yield from gathering.add(good, parsed.columns, sum(map(len, run)))
    if faults:
        for position, reason in parsed.faults.items():
            frame = run[position]
            fault = Fault(reason=reason, digest=digest_of(frame), bytes=len(frame))
            yield from gathering.quarantine(int(rows[position]), fault)


def present(request: ReadRequest, there: Collection[str]) -> tuple[str, ...]:
    """The wanted columns but for optional ones that no record of a file with columns `there` has.

    A wanted column that is absent and not optional stays: its absence is a fault of the records.
    """
    return tuple(c for c in request.columns if c in there or c not in request.optional)


def padded(found: Iterator[Block], columns: Sequence[str]) -> Iterator[Block]:
    """`found` with null in those of `columns` that its batches lack, all in the order wanted."""
    for block in found:
        batch = block.batch
        if batch.num_columns == len(columns) + 1:
            yield block
            continue
        nothing = pa.nulls(batch.num_rows, pa.large_string())
        held = dict(zip(batch.schema.names[1:], batch.columns[1:], strict=True))
        arrays = [batch.column(0), *(held.get(column, nothing) for column in columns)]
        fields = [pa.field("row", pa.int64()), *(pa.field(c, pa.large_string()) for c in columns)]
        yield replace(block, batch=pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields)))


class Gathering:
    """The block that is being filled."""

    def __init__(self, columns: Sequence[str]) -> None:
        fields = [pa.field("row", pa.int64()), *(pa.field(c, pa.large_string()) for c in columns)]
        self._schema = pa.schema(fields)
        self._restart()

    def _restart(self) -> None:
        self._parts: list[list[pa.Array]] = []
        self._rows = 0
        self._bytes = 0
        self._quarantined: list[Quarantined] = []

    def add(self, rows: Rows, columns: Sequence[pa.Array], size: int) -> Iterator[Block]:
        """Take records of `size` bytes together; gives the blocks that are full by that."""
        enough = self._bytes + size > BLOCK_BYTES or self._bytes >= _ENOUGH_BYTES
        if enough or self._rows + len(rows) > BLOCK_ROWS:
            # before its time rather than with the first rows of a part, whose others are copied
            yield from self.rest()
        part = [pa.array(rows, pa.int64()), *columns]
        while len(part[0]) >= BLOCK_ROWS:
            self._parts.append([column.slice(0, BLOCK_ROWS) for column in part])
            part = [column.slice(BLOCK_ROWS) for column in part]
            yield from self.rest()
        if len(part[0]):
            self._parts.append(part)
            self._rows += len(part[0])
            self._bytes += size

    def quarantine(self, row: int | None, fault: Fault) -> Iterator[Block]:
        """Take what is not a record; gives a block when that makes it full."""
        if len(self._quarantined) >= BLOCK_ROWS:
            yield from self.rest()
        self._quarantined.append(quarantined(row, fault))

    def rest(self) -> Iterator[Block]:
        """What has been gathered since the last block, if anything."""
        if not self._parts and not self._quarantined:
            return
        if self._parts:
            arrays = [_one_array(parts) for parts in zip(*self._parts, strict=True)]
        else:
            arrays = [pa.array([], field.type) for field in self._schema]
        batch = pa.RecordBatch.from_arrays(arrays, schema=self._schema)
        done = Block(batch=batch, quarantined=tuple(self._quarantined))
        self._restart()
        yield done


def _one_array(parts: Sequence[pa.Array]) -> pa.Array:
    # one part may be a record of hundreds of megabytes, which is not worth a copy; but kernels
    # that look at the buffers of a block find its first value at their beginning
    if len(parts) == 1 and parts[0].offset == 0:
        return parts[0]
    return pa.concat_arrays(list(parts))


def quarantined(row: int | None, fault: Fault) -> Quarantined:
    """`fault` at its place in the file."""
    return Quarantined(
        row=row, reason=fault.reason, extent=fault.extent, digest=fault.digest, bytes=fault.bytes
    )


def only(columns: Sequence[str], fault: Fault) -> Iterator[Block]:
    """The one block of a file that holds no records, but `fault`."""
    gathering = Gathering(columns)
    yield from gathering.quarantine(None, fault)
    yield from gathering.rest()
