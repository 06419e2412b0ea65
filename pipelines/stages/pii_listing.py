"""Personal information in files that belong to no dataset: what `tda pii` prints."""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from connectors.base import Block, ReadRequest, Reason
from connectors.location import File, fresh
from connectors.reading import guess_format, read
from connectors.text import COLUMN
from pipelines.kernels.personal_information import Hit, find_block
from pipelines.model.dataset import Format
from pipelines.model.errors import ConfigError
from pipelines.model.message import msg


@dataclass(slots=True)
class Tally:
    """Counts over all files, complete when the listing has ended."""

    records: int = 0
    quarantined: int = 0
    hits: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(type, tier) -> hits."""


Line = Mapping[str, str | int | bool]
"""One hit: file, row, column, start, end, type, tier, sensitive."""


def list_hits(
    paths: Sequence[File], request: ReadRequest, tally: Tally
) -> Iterator[tuple[File, list[Line]]]:
    """Each file block by block with its hits, in the order of files, rows, columns and places.

    `request.columns` may be empty when every file is plain text.

    Raises:
        ConfigError: no column is named for a file that needs one, or no record has a column.
    """
    requests = {path: _request_of(path, request) for path in paths}
    reasons: Counter[str] = Counter()
    for path, asked in requests.items():
        for block in read(fresh(path), asked):
            tally.records += block.batch.num_rows
            tally.quarantined += len(block.quarantined)
            reasons.update(item.reason for item in block.quarantined)
            for lines in _lines(path, block, asked.columns):
                tally.hits.update((str(line["type"]), str(line["tier"])) for line in lines)
                yield path, lines
    if tally.records == 0 and reasons[Reason.COLUMN_ABSENT]:
        _refuse_absent(requests)


def _request_of(path: File, request: ReadRequest) -> ReadRequest:
    chosen = request.format or guess_format(fresh(path))
    if chosen is Format.TEXT:
        return replace(request, format=chosen, columns=(COLUMN,))
    if not request.columns:
        raise ConfigError(
            msg("{file} has columns, and none is named", file=str(path)),
            advice=msg("name those that hold text, for example --text instruction,output"),
        )
    return replace(request, format=chosen)


def _lines(path: File, block: Block, columns: Sequence[str]) -> Iterator[list[Line]]:
    """The hits of the block in order; those of one very long record a piece at a time."""
    rows = block.batch.column("row").to_pylist()
    parts: Iterator[list[tuple[int, int, Hit]]] = (
        [(rows[index], position, hit) for index, hit in found.hits()]
        for position, column in enumerate(columns)
        for found in find_block(block.batch.column(column))
    )
    if len(rows) > 1:
        parts = iter([list(itertools.chain.from_iterable(parts))])
    for places in parts:
        places.sort(key=lambda place: (place[0], place[1], place[2].start))
        yield [_line(path, row, columns[position], hit) for row, position, hit in places]
    yield []  # so that a file without hits is told of as well


def _line(path: File, row: int, column: str, hit: Hit) -> Line:
    return {
        "file": str(path),
        "row": row,
        "column": column,
        "start": hit.start,
        "end": hit.end,
        "type": hit.type.value,
        "tier": hit.tier.value,
        "sensitive": hit.sensitive,
    }


def _refuse_absent(requests: Mapping[File, ReadRequest]) -> None:
    """Refuses a column that no record of any file has; every record lacking *some* is data."""
    for column in dict.fromkeys(c for asked in requests.values() for c in asked.columns):
        holders = (
            block.batch.num_rows
            for path, asked in requests.items()
            if column in asked.columns
            for block in read(fresh(path), replace(asked, columns=(column,)))
        )
        if not any(holders):
            raise ConfigError(
                msg("no record has the column {column}", column=column),
                advice=msg("check the spelling of --text against the names in the files"),
            )
