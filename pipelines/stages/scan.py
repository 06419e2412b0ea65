"""scan: one pass over each file gives the facts, digests, sketches and hits of its records."""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence

from connectors.source_files import source_of_files
from pipelines.engine.base import Engine
from pipelines.model.dataset import Dataset, Format
from pipelines.model.errors import EvidenceError
from pipelines.model.evidence import TableRef
from pipelines.model.ids import RunId
from pipelines.model.message import msg
from pipelines.settings import Settings
from pipelines.stages.base import Progress, StageOutput
from pipelines.stages.shard import scan_file
from pipelines.stages.shard_plan import SCHEMES, Plan, Shard, ShardResult, keep_plan
from pipelines.store import runs
from pipelines.store.codec import from_json, to_json
from pipelines.store.database import Store
from pipelines.store.keys import identifier_key

VERSION = "1"
POLICY: tuple[str, ...] = ()
NAMED = 5
"""Files an error names; it counts the others."""

logger = logging.getLogger(__name__)


def inputs(run_id: RunId, store: Store) -> Mapping[str, object]:
    """The files by digest, how they are read, where their records come from, and the schemes."""
    dataset = runs.dataset_of(store, run_id)
    origins = json.dumps([source_of_files(dataset), _declared(dataset)], sort_keys=True)
    return {
        "files": [table.digest for table in _files(run_id, store)],
        "record": to_json(dataset.record),
        "split": dataset.split.value,
        "encoding": dataset.encoding,
        "origins": hashlib.sha256(origins.encode()).hexdigest(),
        "max_record_bytes": store.settings.max_record_bytes,
        "schemes": SCHEMES,
        "key": identifier_key(store.settings)[1],
    }


def scan(
    run_id: RunId, *, settings: Settings, store: Store, engine: Engine, progress: Progress
) -> StageOutput:
    """Records, hits and quarantine tables of every file, in the order of the files.

    Raises:
        EvidenceError: a file could not be scanned; the others were, and are not scanned again.
    """
    dataset = runs.dataset_of(store, run_id)
    shards = _shards(dataset, run_id, settings, store)
    sizes = {shard.ordinal: shard.bytes for shard in shards}
    progress.start("scan", sum(sizes.values()))
    results: list[ShardResult] = []
    errors: list[tuple[str, str]] = []
    for summary in engine.map(scan_file, [to_json(shard) for shard in shards]):
        if summary["error"] is None:
            result = from_json(ShardResult, str(summary["result"]))
            results.append(result)
            progress.advance(sizes[result.ordinal])
        else:
            failed = from_json(Shard, str(summary["item"]))
            errors.append((failed.file, str(summary["error"])))
    if errors:
        raise _failed(sorted(errors))
    progress.done("scan")
    results.sort(key=lambda result: result.ordinal)
    return StageOutput(
        summary=_summary(results, identifier_key(settings)[1]),
        tables=_tables(results, store),
    )


def _shards(dataset: Dataset, run_id: RunId, settings: Settings, store: Store) -> list[Shard]:
    """The files of the version, the largest first: the workers end together."""
    plan = keep_plan(
        Plan(
            root=dataset.root,
            home=settings.home,
            version=VERSION,
            record=dataset.record,
            split=dataset.split,
            encoding=dataset.encoding,
            max_record_bytes=settings.max_record_bytes,
            sources=_declared(dataset),
        )
    )
    origins = source_of_files(dataset)
    rows = [
        row for table in _files(run_id, store) for row in store.evidence.read(table).to_pylist()
    ]
    return [
        Shard(
            plan=plan,
            file=row["file"],
            ordinal=row["ordinal"],
            digest=row["digest"],
            bytes=row["bytes"],
            format=Format(row["format"]),
            source=origins.get(row["file"]),
        )
        for row in sorted(rows, key=lambda row: (-row["bytes"], row["ordinal"]))
    ]


def _declared(dataset: Dataset) -> tuple[str, ...]:
    """Ids a column may name, sorted; none where no column names the source."""
    if dataset.record.source is None:
        return ()
    return tuple(sorted(source.id for source in dataset.sources))


def _files(run_id: RunId, store: Store) -> list[TableRef]:
    return [table for table in runs.stage_tables(store, run_id, "ingest") if table.kind == "files"]


def _failed(errors: Sequence[tuple[str, str]]) -> EvidenceError:
    named = "; ".join(f"{file} ({error})" for file, error in errors[:NAMED])
    return EvidenceError(
        msg("{count} files could not be scanned: {files}", count=len(errors), files=named),
        advice=msg("see the reason beside each file, then audit again: scanned files are kept"),
    )


def _summary(results: Sequence[ShardResult], key_id: str) -> dict[str, object]:
    def total(name: str) -> int:
        return sum(getattr(result, name) for result in results)

    counts = {
        name: total(name) for name in ("records", "empty", "quarantined", "hits", "valid_hits")
    }
    logger.info("scan: files=%d %s", len(results), counts)
    return {"files": len(results), **counts, "schemes": SCHEMES, "identifier_key": key_id}


def _tables(results: Sequence[ShardResult], store: Store) -> tuple[TableRef, ...]:
    """The parts in the order of the files; a kind nobody filled is one table without rows."""
    parts = [part for result in results for part in result.parts]
    kinds = {part.kind for part in parts}
    empty = [store.evidence.empty(k) for k in ("records", "hits", "quarantine") if k not in kinds]
    return (*parts, *empty)
