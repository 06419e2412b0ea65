"""What every stage takes and gives, and the policy of a run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from expectations.policy import Policy
from pipelines.model.evidence import TableRef
from pipelines.model.ids import RunId
from pipelines.store import runs
from pipelines.store.database import Store


class Progress(Protocol):
    """Where a stage says how far it is; the CLI draws a bar, a DAG writes a log line."""

    def start(self, stage: str, total: int | None) -> None:
        """`stage` begins; `total` units of work, None when unknown."""
        ...

    def advance(self, n: int = 1) -> None:
        """`n` more units are done."""
        ...

    def done(self, stage: str) -> None:
        """`stage` has ended."""
        ...


class Silent:
    """A Progress that says nothing."""

    def start(self, stage: str, total: int | None) -> None:
        """Nothing is shown."""

    def advance(self, n: int = 1) -> None:
        """Nothing is shown."""

    def done(self, stage: str) -> None:
        """Nothing is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shards:
    """How many files a scan read, and how many it found scanned already."""

    scanned: int
    reused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StageOutput:
    """What a stage leaves: a JSON summary of ids, digests and counts, and its evidence tables."""

    summary: Mapping[str, object]
    tables: tuple[TableRef, ...] = ()
    shards: Shards | None = field(default=None, compare=False)
    """Of a scan. It tells of one attempt, where a result is the same for all: it is shown, and
    recorded nowhere."""


def policy_of(run_id: RunId, store: Store) -> Policy:
    """The policy the run was registered with."""
    return Policy.from_json(runs.policy_text(store, run_id))
