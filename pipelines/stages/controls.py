"""controls: every control of the catalogue is judged on the evidence of the run."""

import logging
import traceback
from collections.abc import Callable, Mapping

import pyarrow as pa

from expectations.catalogue import Entry
from expectations.judging import crashed, judge_all
from pipelines.engine.base import Engine
from pipelines.model.annotation import Annotator
from pipelines.model.audit import ControlResult
from pipelines.model.evidence import KEYS
from pipelines.model.ids import RunId, digest_of
from pipelines.model.keywords import LibrarySize
from pipelines.model.profile import Agreement, SampleDraw
from pipelines.settings import Settings
from pipelines.stages.answer_sheet import answer_sheet
from pipelines.stages.base import Progress, StageOutput, policy_of
from pipelines.stages.compare import contamination_of
from pipelines.stages.consents import coverage
from pipelines.stages.keywords import size_of
from pipelines.stages.profile import of_kind, profile_of
from pipelines.store import runs
from pipelines.store.codec import from_json, to_json
from pipelines.store.database import Store
from pipelines.store.table_digest import table_digest
from pipelines.store.terms import people_of

VERSION = "1"
POLICY: tuple[str, ...] = ()
logger = logging.getLogger(__name__)


def inputs(run_id: RunId, store: Store) -> Mapping[str, object]:
    """The run itself: what holds at its clock is judged anew every time."""
    return {"run": run_id}


def controls(
    run_id: RunId, *, settings: Settings, store: Store, engine: Engine, progress: Progress
) -> StageOutput:
    """A result for each control of the catalogue is on record for the run."""
    progress.start("controls", None)
    evidence = gather(run_id, store, engine)
    digests = {name: _digest(value) for name, value in evidence.items()}
    policy = policy_of(run_id, store)

    def attempt(entry: Entry, judgement: Callable[[], ControlResult]) -> ControlResult:
        # the one broad catch of the project: a control that breaks is untested, never passed over
        try:
            return judgement()
        except Exception as error:
            # class and place only: the text of an error may quote what it stumbled over
            place = traceback.extract_tb(error.__traceback__)[-1]
            kind = type(error).__name__
            logger.error("%s broke: %s, %s:%s", entry.id, kind, place.filename, place.lineno)  # noqa: TRY400
            return crashed(entry, policy, error)

    results = judge_all(evidence, digests, policy, attempt=attempt)
    runs.record_results(store, run_id, results)
    progress.done("controls")
    outcomes: dict[str, int] = {}
    for result in results:
        outcomes[result.outcome.value] = outcomes.get(result.outcome.value, 0) + 1
    summary = {
        "outcomes": dict(sorted(outcomes.items())),
        "findings_digest": digest_of(to_json(results).encode()),
        "consents": to_json(evidence["consents"]) if evidence["consents"] is not None else None,
    }
    return StageOutput(summary=summary)


def gather(run_id: RunId, store: Store, engine: Engine) -> dict[str, object]:
    """The evidence of the run by the names controls ask for it under."""
    audited = runs.run(store, run_id)
    dataset = runs.dataset_of(store, run_id)
    figures = profile_of(run_id, store)
    sampled = runs.stage_summary(store, run_id, "sample")
    agreement = sampled.get("agreement")
    draws = sampled.get("draws")
    return {
        "at": audited.at,
        "dataset": dataset,
        "sources": dataset.sources,
        "profile": figures,
        "consents": coverage(run_id, store, engine),
        "annotation": dataset.annotation,
        "annotators": annotators_of(run_id, store),
        "rules": dataset.annotation.rules if dataset.annotation else None,
        "labels": _table(run_id, store, "labels"),
        "reviews": _table(run_id, store, "reviews"),
        "agreement": from_json(Agreement, str(agreement)) if agreement else None,
        "draws": from_json(tuple[SampleDraw, ...], str(draws)) if draws else (),
        "validation": _validation(run_id, store),
        "keyword_library": _library(run_id, store),
        "contamination": contamination_of(run_id, store),
        "files": store.evidence.read(
            of_kind(runs.stage_tables(store, run_id, "ingest"), "files")[0]
        ),
        "answer_sheet": answer_sheet(dataset, figures),
    }


def annotators_of(run_id: RunId, store: Store) -> tuple[Annotator, ...] | None:
    """The people on the register of the run's annotation project; None without a register."""
    project = runs.dataset_of(store, run_id).annotation
    if project is None or project.annotators is None:
        return None
    return people_of(store, run_id)


def _library(run_id: RunId, store: Store) -> LibrarySize | None:
    digest = policy_of(run_id, store).keywords.digest
    return None if digest is None else size_of(store.evidence.root, digest)


def _table(run_id: RunId, store: Store, kind: str) -> pa.Table | None:
    found = of_kind(runs.stage_tables(store, run_id, "register"), kind)
    return store.evidence.read(found[0]) if found else None


def _validation(run_id: RunId, store: Store) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for ref in of_kind(runs.stage_tables(store, run_id, "validate"), "validation"):
        rows.extend(store.evidence.read(ref).to_pylist())
    return rows


def _digest(value: object) -> str:
    """The digest of a piece of evidence: of its rows for a table, of its JSON otherwise."""
    if isinstance(value, pa.Table):
        kind = next(k for k in ("labels", "reviews", "files") if KEYS[k][0].equals(value.schema))
        return table_digest(kind, value)
    return digest_of(to_json(value).encode())
