"""The one order of the stages, and how a run goes through them.

The command line carries out all of them in one process; the DAGs run the same functions as tasks.
A stage whose key is on record is reused: the key is a digest of what goes into the stage, of its
VERSION, and of the part of the policy it reads.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType

from connectors.manifest import read_manifest
from expectations.policy import Policy, load_policy
from pipelines.engine.base import Engine
from pipelines.model.dataset import Dataset
from pipelines.model.errors import LedgerBusyError, LedgerError
from pipelines.model.ids import RunId
from pipelines.ownership import is_gone, kept_owner
from pipelines.settings import Settings, code_version
from pipelines.stages import seal
from pipelines.stages.base import Progress, Shards, StageOutput, policy_of
from pipelines.stages.keywords import check_library, keep_library
from pipelines.stages.order import ORDER
from pipelines.store import registrations, runs, stage_results, temporaries, workspace
from pipelines.store.database import Store


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage, named as the module that holds its function, inputs, VERSION and POLICY."""

    name: str

    @property
    def module(self) -> ModuleType:
        """That module, imported by the first process that carries out the stage or needs its key.

        A task carries out one stage; importing all of them would double what it costs to start.
        """
        return import_module(f"pipelines.stages.{self.name}")

    @property
    def carry_out(self) -> Callable[..., StageOutput]:
        """The function of the stage."""
        function: Callable[..., StageOutput] = getattr(self.module, self.name)
        return function


STAGES = tuple(Stage(name) for name in ORDER)


@dataclass(frozen=True, slots=True)
class Done:
    """A stage that is done, and whether its result was on record already."""

    stage: str
    reused: bool
    shards: Shards | None = None
    """Of the scan, where this process carried it out or found it."""


def check(manifest: Path, *, policy: Path | None, settings: Settings) -> Dataset:
    """The dataset `manifest` describes, nothing recorded.

    Raises:
        ConfigError: the manifest or the policy cannot be followed.
    """
    check_library(policy, load_policy(policy))
    return read_manifest(manifest, roots=settings.roots)


def begin(
    manifest: Path,
    *,
    policy: Path | None,
    at: datetime,
    owner: str,
    settings: Settings,
    store: Store,
) -> RunId:
    """The run that audits `manifest`: an interrupted one where there is one, else a new one.

    An interrupted run keeps its id and its clock, so that it ends with the figures it would have
    had. It is taken up again by the owner it belongs to (a retried DAG run), or when its process is
    gone.
    """
    dataset = read_manifest(manifest, roots=settings.roots)
    rules = load_policy(policy)
    library = check_library(policy, rules)
    workspace.claim(store)
    temporaries.sweep(settings)
    if library is not None:
        keep_library(library, rules, store.evidence)
    registration = registrations.register(store, dataset, at=at)
    resumed = _resume(store, dataset, registration, rules, owner)
    if resumed is not None:
        return resumed
    run_id = runs.start(
        store,
        dataset=dataset.id,
        registration=registration,
        policy=rules.to_json(),
        policy_digest=rules.digest,
        code_version=code_version(),
        at=at,
        owner=owner,
    )
    seal.record_start(store, runs.run(store, run_id))
    return run_id


def _resume(
    store: Store, dataset: Dataset, registration: int, rules: Policy, owner: str
) -> RunId | None:
    for found in runs.unfinished(
        store,
        dataset=dataset.id,
        registration=registration,
        policy_digest=rules.digest,
        code_version=code_version(),
    ):
        if not (found.owner == kept_owner(owner) or is_gone(found.owner)):
            continue
        if runs.take_over(store, found, owner=owner):
            seal.record_interruption(store, found)
            seal.record_start(store, runs.run(store, found.id))
            return found.id
    return None


def carry_out(
    run_id: RunId, *, settings: Settings, store: Store, engine: Engine, progress: Progress
) -> Iterator[Done]:
    """Every stage of the run in order, each yielded when it is done."""
    for name in ORDER:
        yield run_stage(
            name, run_id, settings=settings, store=store, engine=engine, progress=progress
        )


def run_stage(
    name: str,
    run_id: RunId,
    *,
    settings: Settings,
    store: Store,
    engine: Engine,
    progress: Progress,
) -> Done:
    """The stage `name` of the run is done: found on record, or carried out and recorded.

    Raises:
        ConfigError: `$TDA_HOME` here is not the workspace of the database (a worker apart).
    """
    workspace.require(store)
    position = ORDER.index(name)
    stage = STAGES[position]
    audited = runs.run(store, run_id)
    key = stage_key(stage, run_id, store)
    known = stage_results.find(store, key)
    if known is None:
        try:
            output = stage.carry_out(
                run_id, settings=settings, store=store, engine=engine, progress=progress
            )
        except LedgerBusyError:
            raise  # nothing is wrong with the run: it goes on when it is started again
        except LedgerError:
            # what was sealed of this run is not what it would say now: it can never be finished
            runs.abandon(store, run_id)
            raise
        summary, tables, shards = output.summary, output.tables, output.shards
    else:
        summary, tables = known
        shards = _all_reused(summary) if name == "scan" else None
        progress.start(name, 0)
        progress.done(name)
    stage_results.record(
        store,
        run_id,
        name,
        key,
        position=position,
        version=stage.module.VERSION,
        summary=json.dumps(summary, sort_keys=True, ensure_ascii=True),
        tables=tables,
        reused=known is not None,
        at=audited.at,
    )
    if name == ORDER[-1]:
        runs.finish(store, run_id)
    return Done(name, known is not None, shards)


def _all_reused(scanned: Mapping[str, object]) -> Shards:
    return Shards(scanned=0, reused=int(str(scanned["files"])))


def stage_key(stage: Stage, run_id: RunId, store: Store) -> str:
    """The key of the result of `stage` for this run."""
    what: Mapping[str, object] = {
        "stage": stage.name,
        "version": stage.module.VERSION,
        "inputs": stage.module.inputs(run_id, store),
        "policy": policy_of(run_id, store).part(stage.module.POLICY),
    }
    text = json.dumps(what, sort_keys=True, ensure_ascii=True)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
