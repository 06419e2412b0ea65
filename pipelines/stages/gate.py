"""gate: the findings of the run, the policy and its waivers become one proposed gate."""

from collections.abc import Mapping

from expectations.gate import decide
from pipelines.engine.base import Engine
from pipelines.model.ids import RunId
from pipelines.settings import Settings
from pipelines.stages.base import Progress, StageOutput, policy_of
from pipelines.stages.profile import profile_of
from pipelines.store import runs
from pipelines.store.database import Store

VERSION = "1"
POLICY: tuple[str, ...] = ()


def inputs(run_id: RunId, store: Store) -> Mapping[str, object]:
    """The run itself: a waiver is in force at a moment, not for a content."""
    return {"run": run_id}


def gate(
    run_id: RunId, *, settings: Settings, store: Store, engine: Engine, progress: Progress
) -> StageOutput:
    """The gate of the run is on record."""
    progress.start("gate", None)
    audited = runs.run(store, run_id)
    decision = decide(
        runs.findings_of(store, run_id),
        policy=policy_of(run_id, store),
        quarantined=profile_of(run_id, store).quarantined,
        at=audited.at,
    )
    runs.record_gate(store, run_id, decision, at=audited.at)
    progress.done("gate")
    summary = {
        "gate": decision.gate.value,
        "after_repair": decision.after_repair.value,
        "applied": decision.applied,
        "catalogue": decision.catalogue,
        "reasons": len(decision.reasons),
    }
    return StageOutput(summary=summary)
