"""What the audit asks of the place it runs on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

import pyarrow as pa

Summary = Mapping[str, object]


class Engine(Protocol):
    """A function per shard, one SQL text, and a bounded way back."""

    def map(self, fn: Callable[[str], Summary], items: Sequence[str]) -> Iterator[Summary]:
        """`fn` of each item, in any order; `fn` is idempotent and an error is a Summary."""
        ...

    def sql(self, query: str, tables: Mapping[str, str | Sequence[str]], out: str) -> None:
        """Run `query` over Parquet `tables` (name to paths) into the Parquet file `out`."""
        ...

    def fetch(self, uri: str, limit: int) -> pa.Table:
        """The table at `uri`; EvidenceError when it has more than `limit` rows."""
        ...
