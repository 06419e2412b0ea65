"""One execution of the catalogue over one version."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pipelines.model.ids import DatasetId, Digest, RunId


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRun:
    """What a run audits and with what; fixed when the run is registered."""

    id: RunId
    dataset: DatasetId
    registration: int
    """Row of the registration (manifest as read) this run audits."""
    version: Digest | None
    """The dataset version, known once ingest has named it."""
    at: datetime
    """The clock of the run: consents, licences and qualifications are judged at this moment."""
    policy_digest: Digest
    code_version: str
    state: str
    """`running`, `sealed`, `abandoned`."""
    owner: str
    attempt: int


StageSummary = Mapping[str, object]
"""JSON a stage leaves: ids, digests, counts. Never record text, names or addresses."""
