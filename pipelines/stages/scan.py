"""scan: one pass over each file gives the facts, digests, sketches and hits of its records."""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce

import pyarrow as pa

from connectors.source_files import source_of_files
from pipelines.engine.base import Engine
from pipelines.engine.failure import reason_of
from pipelines.model.dataset import Dataset, Format, Layout
from pipelines.model.errors import EvidenceError
from pipelines.model.evidence import TableRef
from pipelines.model.ids import Digest, RunId
from pipelines.model.message import Message, msg
from pipelines.settings import Settings
from pipelines.stages.base import Progress, Shards, StageOutput, policy_of
from pipelines.stages.batching import batches
from pipelines.stages.figures import merged
from pipelines.stages.shard import scan_batch
from pipelines.stages.shard_plan import (
    SCHEMES,
    Batch,
    BatchResult,
    Plan,
    Shard,
    keep_plan,
    read_plan,
)
from pipelines.stages.shard_record import kept_result
from pipelines.store import runs
from pipelines.store.codec import from_json, to_json
from pipelines.store.database import Store
from pipelines.store.keys import identifier_key

VERSION = "6"
POLICY: tuple[str, ...] = ("keywords.digest",)
NAMED = 5
"""Files an error names; it counts the others."""

logger = logging.getLogger(__name__)


def inputs(run_id: RunId, store: Store) -> Mapping[str, object]:
    """The files by digest, how they are read, where their records come from, and the schemes."""
    dataset = runs.dataset_of(store, run_id)
    origins = json.dumps([source_of_files(dataset), _declared(dataset)], sort_keys=True)
    return {
        "files": [table.digest for table in _files(run_id, store)],
        "layouts": hashlib.sha256(to_json(dataset.layouts).encode()).hexdigest(),
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
    library = policy_of(run_id, store).keywords.digest
    found = batches_of(dataset, run_id, library, store)
    progress.start("scan", sum(shard.bytes for batch in found for shard in batch.shards))
    key_id = identifier_key(settings)[1]
    results, waiting = _on_record(found, key_id, progress)
    reused = sum(result.files for result in results)
    done, failed = _carried_out(waiting, engine, progress)
    results += done
    # one bad file must not cost its batch: its neighbours are scanned, and kept, one by one
    errors = [(batch.shards[0].file, error) for batch, error in failed if len(batch.shards) == 1]
    torn = [batch for batch, _ in failed if len(batch.shards) > 1]
    if torn:
        single = [replace(batch, shards=(shard,)) for batch in torn for shard in batch.shards]
        more, failed = _carried_out(single, engine, progress)
        results += more
        errors += [(batch.shards[0].file, error) for batch, error in failed]
    if errors:
        raise _failed(sorted(errors, key=lambda error: error[0]))
    progress.done("scan")
    results.sort(key=lambda result: result.ordinal)
    # what scanning here has freed, Arrow would keep while DuckDB fills the memory it may
    pa.default_memory_pool().release_unused()
    return StageOutput(
        summary={
            **_summary(results, key_id),
            "keyword_library": library,
            "figures": _figures(results),
        },
        tables=_tables(results, store),
        shards=Shards(scanned=sum(result.files for result in results) - reused, reused=reused),
    )


def _on_record(
    found: Sequence[Batch], key_id: str, progress: Progress
) -> tuple[list[BatchResult], list[Batch]]:
    """The results of the batches that were scanned already, and the batches that were not.

    Looked up here and not by the workers: none is started for what is on record.
    """
    results: list[BatchResult] = []
    waiting: list[Batch] = []
    for batch in found:
        kept = kept_result(batch, read_plan(batch.plan), key_id)
        if kept is None:
            waiting.append(batch)
        else:
            results.append(kept)
            progress.advance(kept.bytes)
    return results, waiting


def _carried_out(
    found: Sequence[Batch], engine: Engine, progress: Progress
) -> tuple[list[BatchResult], list[tuple[Batch, Message]]]:
    """The results, and the batches that failed, each with its error."""
    results: list[BatchResult] = []
    failed: list[tuple[Batch, Message]] = []
    for summary in engine.map(scan_batch, [to_json(batch) for batch in found]):
        if summary["error"] is None:
            results.append(from_json(BatchResult, str(summary["result"])))
            progress.advance(results[-1].bytes)
        else:
            failed.append((from_json(Batch, str(summary["item"])), reason_of(summary)))
    return results, failed


def batches_of(
    dataset: Dataset, run_id: RunId, library: Digest | None, store: Store
) -> list[Batch]:
    """The files of the version in batches, the largest first: the workers end together."""
    origins = source_of_files(dataset)
    rows = [
        row for table in _files(run_id, store) for row in store.evidence.read(table).to_pylist()
    ]
    shards = {
        row["file"]: Shard(
            file=row["file"],
            ordinal=row["ordinal"],
            digest=row["digest"],
            bytes=row["bytes"],
            format=Format(row["format"]),
            source=origins.get(row["file"]),
        )
        for row in sorted(rows, key=lambda row: row["ordinal"])
    }
    together: list[Batch] = []
    for layout in dataset.layouts:
        own = set(layout.files)
        plan = keep_plan(_plan(dataset, layout, library, store.settings))
        alike = [shard for name, shard in shards.items() if name in own]
        together += [Batch(plan=plan, shards=batch) for batch in batches(alike)]
    return sorted(together, key=lambda batch: -sum(shard.bytes for shard in batch.shards))


def _plan(dataset: Dataset, layout: Layout, library: Digest | None, settings: Settings) -> Plan:
    return Plan(
        root=dataset.root,
        home=settings.home,
        version=VERSION,
        record=layout.record,
        split=layout.split,
        encoding=layout.encoding,
        max_record_bytes=settings.max_record_bytes,
        sources=_declared(dataset),
        keywords=library,
    )


def _declared(dataset: Dataset) -> tuple[str, ...]:
    """Ids a column may name, sorted; none where no column names the source."""
    if all(shape.source is None for shape in dataset.shapes):
        return ()
    return tuple(sorted(source.id for source in dataset.sources))


def _files(run_id: RunId, store: Store) -> list[TableRef]:
    return [table for table in runs.stage_tables(store, run_id, "ingest") if table.kind == "files"]


def _failed(errors: Sequence[tuple[str, Message]]) -> EvidenceError:
    named = reduce(
        lambda before, one: msg("{before}; {one}", before=before, one=one),
        [msg("{file} ({reason})", file=file, reason=reason) for file, reason in errors[:NAMED]],
    )
    return EvidenceError(
        msg("{count} files could not be scanned: {files}", count=len(errors), files=named),
        advice=msg("see the reason beside each file, then audit again: scanned files are kept"),
    )


def _summary(results: Sequence[BatchResult], key_id: str) -> dict[str, object]:
    def total(name: str) -> int:
        return sum(getattr(result, name) for result in results)

    counts = {
        name: total(name)
        for name in ("records", "empty", "quarantined", "hits", "valid_hits", "keywords")
    }
    files = total("files")
    logger.info("scan: files=%d %s", files, counts)
    return {"files": files, **counts, "schemes": SCHEMES, "identifier_key": key_id}


def _figures(results: Sequence[BatchResult]) -> str | None:
    """The figures of all batches; None where an earlier release scanned one and left none."""
    counted = [result.figures for result in results if result.figures is not None]
    return to_json(merged(counted)) if len(counted) == len(results) else None


def _tables(results: Sequence[BatchResult], store: Store) -> tuple[TableRef, ...]:
    """The parts in the order of the files; a kind nobody filled is one table without rows."""
    parts = [part for result in results for part in result.parts]
    kinds = {part.kind for part in parts}
    empty = [
        store.evidence.empty(k)
        for k in ("records", "hits", "keywords", "quarantine")
        if k not in kinds
    ]
    return (*parts, *empty)
