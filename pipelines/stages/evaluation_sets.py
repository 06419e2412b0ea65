"""The evaluation sets a dataset is compared with, as their last sealed audits left them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.location import File
from connectors.object_store import StoredObject
from expectations.policy import Policy
from pipelines.model.contamination import SetState
from pipelines.model.dataset import Dataset, Purpose
from pipelines.model.errors import AuditError, EvidenceError
from pipelines.model.evidence import TableRef
from pipelines.model.ids import Digest, RunId, digest_of
from pipelines.model.run import AuditRun
from pipelines.stages.audited_files import digests_by_name, tables_of
from pipelines.stages.base import Silent
from pipelines.stages.ingest import hashed, listing_digest
from pipelines.stages.shard_plan import SCHEMES
from pipelines.store import registrations, runs
from pipelines.store.codec import to_json
from pipelines.store.database import Store

DECIDING = ("digest", "normal", "sketch")
"""Schemes under which text hashes and band keys are comparable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationSet:
    """An evaluation set, and what its last sealed audit left; nothing but a name without one."""

    dataset: str
    state: SetState
    version: Digest | None = None
    registered: Dataset | None = None
    """As it was audited, which says where its files are and how they are read."""
    run: RunId | None = None
    """That audit."""
    files: Mapping[str, str] = field(default_factory=dict)
    """The digest of each by its name, in the order of the ordinals."""
    records: tuple[TableRef, ...] = ()

    def inputs(self) -> dict[str, object]:
        """What decides the comparison with it; the id of the run does not.

        The listing stands for the files themselves: texts of candidates are read from them again.
        """
        said: dict[str, object] = {"dataset": self.dataset, "state": self.state.value}
        if self.registered is not None:
            said |= {
                "version": self.version,
                "records": [table.digest for table in self.records],
                "layouts": digest_of(to_json(self.registered.layouts).encode()),
                "listing": _listing(self.registered),
            }
        return said


def evaluation_sets(dataset: Dataset, policy: Policy, store: Store) -> tuple[EvaluationSet, ...]:
    """Those the policy asks for, by name: by default, every dataset registered for evaluation.

    An evaluation set is compared with none.
    """
    if dataset.purpose is Purpose.EVALUATION:
        return ()
    wanted = policy.contamination.evaluation_sets
    if wanted is None:
        wanted = tuple(registrations.datasets_for(store, Purpose.EVALUATION))
    return tuple(_as_audited(name, store) for name in sorted(wanted) if name != dataset.id)


def _as_audited(name: str, store: Store) -> EvaluationSet:
    run = runs.latest(store, name)
    if run is None:
        known = registrations.newest_registration(store, name) is not None
        state = SetState.NEVER_AUDITED if known else SetState.UNKNOWN
        return EvaluationSet(dataset=name, state=state)
    try:
        return _left_by(run, store)
    except EvidenceError:
        return EvaluationSet(dataset=name, state=SetState.EVIDENCE_GONE, version=run.version)


def _left_by(run: AuditRun, store: Store) -> EvaluationSet:
    """What `run` left.

    Raises:
        EvidenceError: a table of files cannot be read.
    """
    schemes = runs.stage_summary(store, run.id, "scan").get("schemes")
    held = schemes if isinstance(schemes, Mapping) else {}
    records = tuple(tables_of(run.id, store, "scan", "records"))
    state = SetState.COMPARED
    if any(held.get(name) != SCHEMES[name] for name in DECIDING):
        state = SetState.OTHER_SKETCH
    elif not all(store.evidence.use(table) for table in records):
        # whole, but with the columns of an earlier release
        old = all(store.evidence.sound(table) for table in records)
        state = SetState.OTHER_SKETCH if old else SetState.EVIDENCE_GONE
    return EvaluationSet(
        dataset=run.dataset,
        state=state,
        version=run.version,
        registered=runs.dataset_of(store, run.id),
        run=run.id,
        files=digests_by_name(run.id, store),
        records=records,
    )


def _listing(dataset: Dataset) -> str:
    try:
        return listing_digest(dataset)
    except AuditError:
        return "out of reach"


def is_as_audited(file: File, digest: str) -> bool:
    """Whether `file` can be read, and has the content with `digest`."""
    try:
        if isinstance(file, StoredObject):
            return StoredObject(file.uri, file.access).digest() == digest
        return hashed(file, Silent())[0] == digest
    except AuditError:
        return False
