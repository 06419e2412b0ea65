"""JSON Lines: one JSON object a line, UTF-8, blank lines between them allowed."""

from collections.abc import Iterator

from connectors.base import Block, Location, ReadRequest
from connectors.compression import CHUNK_BYTES, chunks
from connectors.framing import Lines, frames, without_blanks, without_mark
from connectors.json_values import JsonColumns
from connectors.records import Rows, blocks


def read_jsonl(
    path: Location,
    request: ReadRequest,
    *,
    wanted: Rows | None = None,
    chunk_bytes: int = CHUNK_BYTES,
) -> Iterator[Block]:
    """The records of a JSON Lines file; a line that is no JSON object is quarantined.

    Strict JSON (RFC 8259): NaN, Infinity and unescaped control characters are malformed.
    """
    content = without_mark(chunks(path, chunk_bytes))
    framed = without_blanks(frames(content, Lines(), request.max_record_bytes))
    return blocks(
        framed, JsonColumns(request.columns, request.optional), request.columns, wanted=wanted
    )
