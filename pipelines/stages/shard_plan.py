"""What one file is scanned with: small values that travel to a worker as JSON."""

import functools
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from connectors.base import ReadRequest
from pipelines.kernels.keywords import KEYWORD_SCHEME
from pipelines.kernels.language_model import LANGUAGE_SCHEME
from pipelines.kernels.normal_table import UNIDATA_VERSION
from pipelines.kernels.normalise import NORMAL_SCHEME
from pipelines.kernels.personal_information import DETECTOR_SCHEME
from pipelines.kernels.personal_information_model import SENSITIVITY_VERSION
from pipelines.kernels.pseudonym import PSEUDONYM_SCHEME
from pipelines.kernels.sketch_spec import DEFAULT
from pipelines.kernels.text_facts import DIGEST_SCHEME
from pipelines.model.dataset import Format, RecordShape, Split
from pipelines.model.evidence import TableRef
from pipelines.model.ids import Digest
from pipelines.settings import Settings
from pipelines.stages.figures import Figures
from pipelines.stages.shard_files import write_whole
from pipelines.store.codec import from_json, to_json

SCHEMES = {
    "digest": DIGEST_SCHEME,
    "keywords": KEYWORD_SCHEME,
    "language": LANGUAGE_SCHEME,
    "normal": NORMAL_SCHEME,
    "personal_information": DETECTOR_SCHEME,
    "pseudonym": PSEUDONYM_SCHEME,
    "sensitivity": SENSITIVITY_VERSION,
    "sketch": DEFAULT.name,
    "unidata_version": UNIDATA_VERSION,
}
"""Names of everything that decides what a record comes out as; figures compare under equal ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What all files of a dataset have in common; kept once as a file, not in every item."""

    root: Path
    home: Path
    """Of the workspace; the identifier key is read there and travels nowhere."""
    version: str
    """VERSION of the scan stage."""
    record: RecordShape
    split: Split
    encoding: str | None
    max_record_bytes: int
    sources: tuple[str, ...]
    """Declared source ids, sorted; empty unless a column names the source of each record."""
    keywords: Digest | None = None
    """Of the keyword library, which is kept as evidence."""

    @property
    def settings(self) -> Settings:
        """Where evidence and keys are; a worker has no database."""
        return Settings(home=self.home, database_url="", workers=1)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every declared column, each once, those of the text first."""
        shape = self.record
        named = (*shape.text, shape.id, shape.source, shape.subject, shape.contact)
        return tuple(dict.fromkeys(column for column in named if column is not None))

    @property
    def inspected(self) -> tuple[str, ...]:
        """Columns that are searched for personal information."""
        contact = self.record.contact
        return tuple(dict.fromkeys((*self.record.text, *((contact,) if contact else ()))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """One file to scan."""

    file: str
    ordinal: int
    digest: str
    bytes: int
    format: Format
    source: str | None
    """Source of its records where no column says."""

    def request(self, plan: Plan) -> ReadRequest:
        """How its records are read."""
        return ReadRequest(
            columns=plan.columns,
            optional=frozenset(plan.record.optional),
            format=self.format,
            split=plan.split,
            encoding=plan.encoding,
            max_record_bytes=plan.max_record_bytes,
        )

    def key(self, plan: Plan, key_id: str) -> str:
        """64 hex digits over everything the tables of this file depend on."""
        decided = {
            "shard": [self.file, self.digest, self.format, self.source],
            "plan": [plan.version, plan.split, plan.encoding, plan.max_record_bytes],
            "record": to_json(plan.record),
            "sources": plan.sources,
            "keywords": plan.keywords,
            "schemes": SCHEMES,
            "key": key_id,
        }
        return hashlib.sha256(json.dumps(decided, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Files that are scanned together, in their order; what travels to a worker."""

    plan: Path
    shards: tuple[Shard, ...]

    def key(self, plan: Plan, key_id: str) -> str:
        """64 hex digits over everything the tables of these files depend on."""
        keys = "".join(shard.key(plan, key_id) for shard in self.shards)
        return hashlib.sha256(keys.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchResult:
    """What the scan of the files of one batch left."""

    ordinal: int
    """Of the first file."""
    files: int
    bytes: int
    records: int
    empty: int
    quarantined: int
    hits: int
    valid_hits: int
    keywords: int
    """Rows of the keywords tables."""
    parts: tuple[TableRef, ...]
    figures: Figures | None = None
    """What the tables come to; None where an earlier release wrote them."""


def keep_plan(plan: Plan) -> Path:
    """Where `plan` has been written, under a name that is a digest of its content."""
    text = to_json(plan)
    name = hashlib.sha256(text.encode()).hexdigest()
    path = plan.settings.evidence / "shards" / "plans" / f"{name}.json"
    if not path.exists():
        write_whole(path, text)
    return path


@functools.lru_cache(maxsize=4)
def read_plan(path: Path) -> Plan:
    """The plan kept at `path`."""
    return from_json(Plan, path.read_text(encoding="ascii"))
