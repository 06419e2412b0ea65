"""What earlier scans left on record: a small file for each batch, the tables by digest."""

from dataclasses import replace
from pathlib import Path

from pipelines.stages.shard_plan import Batch, BatchResult, Plan
from pipelines.store.codec import from_json
from pipelines.store.evidence import EvidenceStore


def marker_of(batch: Batch, plan: Plan, key_id: str) -> Path:
    """Where the result of the scan of `batch` is kept; written when all of its tables are."""
    return plan.settings.evidence / "shards" / f"{batch.key(plan, key_id)}.json"


def kept_result(batch: Batch, plan: Plan, key_id: str) -> BatchResult | None:
    """The result of an earlier scan of `batch`, if all of its tables are still there."""
    marker = marker_of(batch, plan, key_id)
    if not marker.exists():
        return None
    kept = from_json(BatchResult, marker.read_text(encoding="ascii"))
    store = EvidenceStore(plan.settings.evidence)
    if not all(store.use(part) for part in kept.parts):
        return None
    parts = tuple(store.here(part) for part in kept.parts)
    return replace(kept, ordinal=batch.shards[0].ordinal, parts=parts)
