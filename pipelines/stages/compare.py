"""compare: which records hold a question of an evaluation set, as a ledger of pairs.

An evaluation set is compared as its last sealed audit left it: by the text hashes and band keys of
its records tables. Its files are read for two things only, the texts of its candidates and the
questions to look for inside longer texts, and only while they are what was audited.
"""

import logging
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from connectors.location import locate
from pipelines.engine.base import Engine
from pipelines.kernels.sketch_spec import DEFAULT
from pipelines.model.contamination import Contamination, SetOverlap, SetState
from pipelines.model.dataset import Dataset
from pipelines.model.evidence import TableRef
from pipelines.model.ids import RunId, digest_of
from pipelines.ownership import stamp
from pipelines.settings import Settings
from pipelines.stages.audited_files import digests_by_name, requests_of, tables_of
from pipelines.stages.base import Progress, StageOutput, policy_of
from pipelines.stages.duplicates import expected_recall
from pipelines.stages.evaluation_sets import EvaluationSet, evaluation_sets
from pipelines.stages.overlapping import (
    Side,
    facing,
    figures_of,
    overlap,
    tables_with,
    with_inside,
)
from pipelines.stages.questions import meet
from pipelines.stages.searching import questions_inside
from pipelines.store import runs
from pipelines.store.codec import from_json, to_json
from pipelines.store.database import Store
from pipelines.store.stage_results import stages_of

VERSION = "2"
POLICY: tuple[str, ...] = ("contamination",)

logger = logging.getLogger(__name__)


def inputs(run_id: RunId, store: Store) -> Mapping[str, object]:
    """The evaluation sets, and the data that is compared with them, unless there are none."""
    dataset = runs.dataset_of(store, run_id)
    sets = evaluation_sets(dataset, policy_of(run_id, store), store)
    if not sets:
        return {"dataset": dataset.id, "sketch": DEFAULT.name, "evaluation_sets": []}
    tables = [
        *tables_of(run_id, store, "scan", "records"),
        *tables_of(run_id, store, "ingest", "files"),
    ]
    return {
        "tables": sorted(f"{table.kind} {table.digest}" for table in tables),
        "layouts": digest_of(to_json(dataset.layouts).encode()),
        "sketch": DEFAULT.name,
        "evaluation_sets": [one.inputs() for one in sets],
    }


def compare(
    run_id: RunId, *, settings: Settings, store: Store, engine: Engine, progress: Progress
) -> StageOutput:
    """The `overlaps` tables of the version, and the figures that follow from them.

    Raises:
        EvidenceError: A records table cannot be read, or a file was changed since the scan.
    """
    dataset = runs.dataset_of(store, run_id)
    rule = policy_of(run_id, store).contamination
    sets = evaluation_sets(dataset, policy_of(run_id, store), store)
    comparable = [one for one in sets if one.state is SetState.COMPARED]
    ours = _side(dataset, list(digests_by_name(run_id, store)), 0, settings)
    sides = _sides(comparable, len(ours.names), settings)
    files = len(ours.names) + sum(len(side.names) for side in sides)
    threshold, threshold_inside = float(rule.threshold), float(rule.inside_threshold)
    temporary = settings.home / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=temporary, prefix=f"compare-{stamp()}-") as work:
        inside = questions_inside(
            (dataset, run_id, ours),
            list(zip(comparable, sides, strict=True)),
            threshold_inside,
            version=VERSION,
            store=store,
            engine=engine,
            progress=progress,
            folder=Path(work),
        )
        met = meet(
            (ours, tables_of(run_id, store, "scan", "records")),
            [(side, one.records) for side, one in zip(sides, comparable, strict=True)],
            engine=engine,
            folder=Path(work),
        )
    found: dict[str, SetOverlap] = {}
    tables: list[TableRef] = []
    for place, (one, theirs) in enumerate(zip(comparable, sides, strict=True)):
        both, passages = facing(met.shared, ours, theirs, files=files), inside[place]
        if passages is not None:
            pairs = with_inside(overlap(both, threshold), passages)
            asked = met.questions[place]
            found[one.dataset] = figures_of(pairs, one, asked, ours, passages.counts)
            written = tables_with(pairs, one, ours, theirs)
            tables += [store.evidence.write("overlaps", table) for table in written]
        else:
            found[one.dataset] = _no_figures(one, SetState.CHANGED)
        progress.advance()
    progress.done("compare")
    outcome = Contamination(
        sets=tuple(found.get(one.dataset) or _no_figures(one, one.state) for one in sets),
        threshold=str(rule.threshold),
        recall_at_threshold=f"{expected_recall(threshold):.4f}",
        sketch=DEFAULT.name,
        inside_threshold=str(rule.inside_threshold),
    )
    logger.info(
        "compare: run=%s sets=%d compared=%d pairs=%d",
        run_id,
        len(sets),
        len(outcome.compared),
        sum(table.rows for table in tables),
    )
    return StageOutput(
        summary={"contamination": to_json(outcome)},
        tables=tuple(tables) or (store.evidence.empty("overlaps"),),
    )


def contamination_of(run_id: RunId, store: Store) -> Contamination | None:
    """The figures the stage left for the run; None for a run from before there was the stage."""
    for stage in stages_of(store, run_id):
        if stage.stage == "compare":
            return from_json(Contamination, str(stage.summary["contamination"]))
    return None


def _side(dataset: Dataset, names: Sequence[str], first: int, settings: Settings) -> Side:
    requests = requests_of(dataset, settings)
    return Side(
        names=names,
        located=[locate(dataset.root, name) for name in names],
        requests=[requests[name] for name in names],
        first=first,
    )


def _sides(sets: Sequence[EvaluationSet], first: int, settings: Settings) -> list[Side]:
    """The files of each set, numbered from `first` on."""
    sides = []
    for one in sets:
        assert one.registered is not None  # noqa: S101  it was audited
        sides.append(_side(one.registered, list(one.files), first, settings))
        first += len(one.files)
    return sides


def _no_figures(one: EvaluationSet, state: SetState) -> SetOverlap:
    return SetOverlap(dataset=one.dataset, state=state, version=one.version)
