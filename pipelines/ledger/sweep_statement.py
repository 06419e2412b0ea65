"""What the ledger says of a sweep: which datasets there were, and what became of each."""

from pipelines.ledger.canonical import Json, timestamp
from pipelines.ledger.statement import Predicate, Statement, Subject, statement
from pipelines.model.ids import Digest
from pipelines.model.nightly import DatasetNight, Night


def sweep_ended(night: Night, *, digest: Digest, code_version: str) -> Statement:
    """The sweep came to `night`, whose canonical JSON has `digest`."""
    ran, reused, undone = night.stages()
    return statement(
        Predicate.SWEEP,
        key=f"{night.sweep}/sweep",
        at=night.at,
        subjects=[Subject("night", digest)],
        body={
            "sweep": night.sweep,
            "previous": night.previous,
            "code_version": code_version,
            "stages": {"ran": ran, "reused": reused, "undone": undone},
            "datasets": [_dataset(found) for found in night.datasets],
        },
    )


def _dataset(found: DatasetNight) -> Json:
    stale = found.stale_since
    return {
        "dataset": found.dataset,
        "state": found.state.value,
        "run": found.run,
        "gate": None if found.gate is None else found.gate.value,
        "stale_since": None if stale is None else timestamp(stale),
    }
