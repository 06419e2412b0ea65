"""What a search for questions inside texts is carried out with, and what it leaves on record.

The result for some files and one evaluation set depends on their content alone, so it is kept under
digests of both: a file that did not change is not searched again for questions that did not change,
and a new evaluation set costs the search for its own questions.
"""

import hashlib
import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.kernels.inside import INSIDE_SCHEME
from pipelines.kernels.normalise import NORMAL_SCHEME
from pipelines.ownership import temporary_name
from pipelines.settings import Settings
from pipelines.stages.shard_files import write_whole
from pipelines.stages.shard_plan import Batch, Plan, Shard, read_plan
from pipelines.store.codec import to_json

PASSAGES = pa.schema(
    [
        ("shard", pa.int64()),  # the place of the file among those searched together
        ("row", pa.int64()),
        ("ordinal", pa.int64()),  # of a file of the evaluation set, and the row of a question in it
        ("question", pa.int64()),
        ("share", pa.float64()),  # of its shingles, in the passage that holds most of them
        ("leads", pa.string()),  # record: to the question it holds most of; question: to a record
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFiles:
    """Files of an evaluation set that are read alike."""

    plan: Path
    shards: tuple[Shard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedSet:
    """The questions of an evaluation set: where they are read, and how much of one is enough."""

    files: tuple[AskedFiles, ...]
    threshold: str
    """As Python writes the float."""
    version: str
    """VERSION of the stage that asks: raised when another result may come out."""

    def key(self) -> str:
        """64 hex digits over everything that decides what is looked for."""
        decided = {
            "version": [self.version, INSIDE_SCHEME, NORMAL_SCHEME, self.threshold],
            "files": sorted(
                [shard.ordinal, *_content(shard, read_plan(files.plan))]
                for files in self.files
                for shard in files.shards
            ),
        }
        return _digest(decided)


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Files to search, and the evaluation sets to search them for; what travels to a worker."""

    batch: Batch
    sets: tuple[str, ...]
    """Paths of AskedSets."""
    keys: tuple[str, ...]
    """Under which the result for each set is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a search says beside what it found."""

    short: int = 0
    """Questions that are too short to be looked for inside texts."""
    unsearched: int = 0
    """Further ones that could not be: too long, or made of phrases that many questions have."""
    crowded: int = 0
    """Records in which not every passage could be looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What the search of some files for one set found."""

    counts: Counts
    passages: pa.Table
    """PASSAGES."""


def result_key(batch: Batch, asked_key: str) -> str:
    """Under which the result for the files of `batch` and a set is kept."""
    plan = read_plan(batch.plan)
    return _digest([asked_key, [_content(shard, plan) for shard in batch.shards]])


def _content(shard: Shard, plan: Plan) -> list[object]:
    """What decides the texts of a file."""
    read = [plan.split, plan.encoding, plan.max_record_bytes, to_json(plan.record)]
    return [shard.digest, shard.format, *read]


def _digest(decided: object) -> str:
    return hashlib.sha256(json.dumps(decided, sort_keys=True).encode()).hexdigest()


def keep(key: str, left: Left, settings: Settings) -> None:
    """`left` is on record under `key`: its table first, then what names it."""
    folder = settings.passages
    folder.mkdir(parents=True, exist_ok=True)
    table = None
    if left.passages.num_rows:
        content = io.BytesIO()
        pq.write_table(left.passages, content, compression="zstd")
        table = hashlib.sha256(content.getbuffer()).hexdigest()
        temporary = folder / temporary_name()
        temporary.write_bytes(content.getbuffer())
        temporary.replace(folder / f"{table}.parquet")
    write_whole(folder / f"{key}.json", json.dumps({**asdict(left.counts), "table": table}))


def recall(key: str, settings: Settings) -> Left | None:
    """What is on record under `key`; None where nothing is, or not as it was written."""
    folder = settings.passages
    try:
        held = json.loads((folder / f"{key}.json").read_text(encoding="ascii"))
        name = held.pop("table")
        counts = Counts(**held)
        if name is None:
            return Left(counts=counts, passages=PASSAGES.empty_table())
        content = (folder / f"{name}.parquet").read_bytes()
        if hashlib.sha256(content).hexdigest() != name:
            return None
        table = pq.read_table(pa.BufferReader(content))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, pa.ArrowException):
        return None
    return Left(counts=counts, passages=table) if table.schema.equals(PASSAGES) else None
