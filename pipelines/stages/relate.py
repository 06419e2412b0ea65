"""relate: which records repeat or nearly repeat an earlier one, as a ledger of pairs."""

import json
import logging
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from connectors.location import locate
from pipelines.engine.base import Engine
from pipelines.engine.failure import reason_of
from pipelines.kernels.sketch_spec import DEFAULT, require_same
from pipelines.model.dataset import Dataset
from pipelines.model.errors import EvidenceError
from pipelines.model.evidence import TableRef
from pipelines.model.ids import RunId, digest_of
from pipelines.model.message import msg
from pipelines.settings import Settings
from pipelines.stages.audited_files import digests_by_name, requests_of, tables_of
from pipelines.stages.base import Progress, StageOutput, policy_of
from pipelines.stages.candidate_texts import CandidateTexts
from pipelines.stages.duplicates import judge_candidates, summary_of
from pipelines.stages.index import Sketched, opened
from pipelines.stages.index_state import Unit
from pipelines.stages.placing import files_of, flatten
from pipelines.stages.preference import arranged
from pipelines.stages.preferring import preference_of, stated
from pipelines.stages.rereading import Rereader
from pipelines.stages.shared import NOTHING_SHARED, moved
from pipelines.store import runs
from pipelines.store.codec import to_json
from pipelines.store.database import Store

VERSION = "3"
POLICY: tuple[str, ...] = ("duplicates",)
AT_ONCE = 16
"""Records tables in one item of work (a million records at most): fewer are not worth a pool."""

logger = logging.getLogger(__name__)


def inputs(run_id: RunId, store: Store) -> Mapping[str, object]:
    """The records tables, the files in their order, how texts are read, and which are preferred."""
    tables = [
        *tables_of(run_id, store, "scan", "records"),
        *tables_of(run_id, store, "ingest", "files"),
    ]
    dataset = runs.dataset_of(store, run_id)
    return {
        "tables": sorted(f"{table.kind} {table.digest}" for table in tables),
        "layouts": digest_of(to_json(dataset.layouts).encode()),
        "sketch": DEFAULT.name,
        "preference": stated(policy_of(run_id, store).duplicates, dataset.sources),
    }


def relate(
    run_id: RunId, *, settings: Settings, store: Store, engine: Engine, progress: Progress
) -> StageOutput:
    """The `pairs` tables of the version, and the counts that follow from them.

    Raises:
        EvidenceError: The scan left another sketch, a table cannot be read, or a file was changed
            since the scan.
    """
    require_same(DEFAULT.name, _scanned_with(run_id, store))
    rule = policy_of(run_id, store).duplicates
    dataset = runs.dataset_of(store, run_id)
    files = list(digests_by_name(run_id, store))
    scanned = {str(table.digest): table for table in tables_of(run_id, store, "scan", "records")}
    progress.start("relate", len(scanned) + 1)
    temporary = settings.home / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    ordinals = {name: ordinal for ordinal, name in enumerate(files)}
    with opened(settings.indexes / dataset.id, temporary) as (index, folder):
        common = index.update(
            {digest: partial(files_of, table.uri) for digest, table in scanned.items()},
            [source.id for source in dataset.sources],
            _Flattening(scanned, engine, folder, progress),
            engine,
        )
        preference = preference_of(rule, dataset.sources, index.state.sources)
        if common is not None:
            common = moved(common, index.ordinals(lambda _, name: ordinals[name]))
        candidates = arranged(common or NOTHING_SHARED, preference)
        del common  # of many texts, the largest thing in memory
        found, verdicts = judge_candidates(
            candidates,
            CandidateTexts(candidates, _rereader(dataset, files, settings), folder),
            float(rule.threshold),
            known=index.known(),
        )
        pairs = tuple(store.evidence.write("pairs", table) for table in found.tables(files))
        counts = [unit.counts for unit in index.state.units.values()]
        index.keep(verdicts)
    progress.done("relate")
    logger.info(
        "relate: run=%s tables=%d arrived=%d candidates=%d judged=%d",
        run_id,
        len(scanned),
        index.arrived,
        found.candidates,
        found.judged,
    )
    summary = {
        "records": sum(count["records"] for count in counts),
        "empty": sum(count["empty"] for count in counts),
        **summary_of(found, str(rule.threshold), preference),
    }
    return StageOutput(summary=summary, tables=pairs or (store.evidence.empty("pairs"),))


def _scanned_with(run_id: RunId, store: Store) -> str:
    """The name of the sketch the scan left its band keys under."""
    schemes = runs.stage_summary(store, run_id, "scan").get("schemes")
    return str(schemes.get("sketch")) if isinstance(schemes, dict) else "unnamed"


class _Flattening:
    """Gives the flat tables of records tables, in the numbers of an index."""

    def __init__(
        self, scanned: Mapping[str, TableRef], engine: Engine, folder: Path, progress: Progress
    ) -> None:
        self._scanned = scanned
        self._engine = engine
        self._folder = folder
        self._progress = progress

    def __call__(self, units: Mapping[str, Unit], sources: Sequence[str]) -> Sketched:
        """The flat tables of `units`, which are records tables by digest.

        Raises:
            EvidenceError: A records table cannot be read.
        """
        work = partial(flatten, sources=sources, folder=str(self._folder))
        parts = [
            [self._scanned[key].uri, {name: unit.first + n for n, name in enumerate(unit.files)}]
            for key, unit in units.items()
        ]
        items = [json.dumps(parts[at : at + AT_ONCE]) for at in range(0, len(parts), AT_ONCE)]
        flat: list[str] = []
        counts: dict[str, Mapping[str, int]] = {}
        key_of = {self._scanned[key].uri: key for key in units}
        for summary in self._engine.map(work, items):
            if "error" in summary:
                raise EvidenceError(
                    msg("a records table could not be read ({error})", error=reason_of(summary)),
                    advice=msg("free memory and disk space, then run the audit again"),
                )
            keys = [key_of[path] for path, _ in json.loads(str(summary["item"]))]
            counts.update(zip(keys, _counts(summary["counts"]), strict=True))
            if summary["out"] is not None:
                flat.append(str(summary["out"]))
            self._progress.advance(len(keys))
        return Sketched(flat=sorted(flat), counts=counts)


def _counts(given: object) -> list[Mapping[str, int]]:
    tables = given if isinstance(given, list) else []
    return [{str(name): int(count) for name, count in one.items()} for one in tables]


def _rereader(dataset: Dataset, files: Sequence[str], settings: Settings) -> Rereader:
    requests = requests_of(dataset, settings)
    located = [locate(dataset.root, name) for name in files]
    return Rereader(located, [requests[name] for name in files])
