"""Audit runs: how they start, what their stages left, and what came out."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from pipelines.model.audit import ControlResult, GateDecision
from pipelines.model.dataset import Dataset
from pipelines.model.errors import ConfigError
from pipelines.model.ids import DatasetId, Digest, RunId
from pipelines.model.message import msg
from pipelines.model.run import AuditRun
from pipelines.ownership import kept_owner
from pipelines.store.codec import from_json, to_json
from pipelines.store.database import Store, writing
from pipelines.store.inserting import insert_new, insert_once
from pipelines.store.registrations import dataset_at
from pipelines.store.stage_results import stage_summary as stage_summary
from pipelines.store.stage_results import stage_tables as stage_tables
from pipelines.store.tables import control_results, gates, runs, versions

RUNNING, SEALED, ABANDONED = "running", "sealed", "abandoned"


def start(
    store: Store,
    *,
    dataset: DatasetId,
    registration: int,
    policy: str,
    policy_digest: Digest,
    code_version: str,
    at: datetime,
    owner: str,
) -> RunId:
    """A new run over `registration`; its id follows from what it audits, with what, and when."""
    with writing(store.engine) as connection:
        same = (
            sa.select(sa.func.count())
            .select_from(runs)
            .where(runs.c.dataset == dataset, runs.c.at == at)
        )
        number = int(connection.execute(same).scalar_one())
        row: dict[str, object] = {
            "dataset": dataset,
            "registration": registration,
            "at": at,
            "policy": policy,
            "policy_digest": policy_digest,
            "code_version": code_version,
            "state": RUNNING,
            "owner": kept_owner(owner),
            "attempt": 1,
            "recorded_at": at,
        }
        # another process may have counted the same: whoever finds the id taken counts on
        while True:
            identity = f"{dataset}\n{registration}\n{policy_digest}\n{at.isoformat()}\n{number}"
            short = hashlib.sha256(identity.encode()).hexdigest()[:8]
            run_id = RunId(f"run-{at:%Y%m%d-%H%M}-{short}")
            if insert_new(connection, runs, {"id": run_id, **row}):
                return run_id
            number += 1


def unfinished(
    store: Store, *, dataset: DatasetId, registration: int, policy_digest: Digest, code_version: str
) -> list[AuditRun]:
    """Runs over the same registration, policy and code that have not been sealed, newest first."""
    query = (
        sa.select(runs)
        .where(
            runs.c.dataset == dataset,
            runs.c.registration == registration,
            runs.c.policy_digest == policy_digest,
            runs.c.code_version == code_version,
            runs.c.state == RUNNING,
        )
        .order_by(runs.c.recorded_at.desc(), runs.c.id)
    )
    with store.engine.connect() as connection:
        return [_as_run(row) for row in connection.execute(query)]


def take_over(store: Store, found: AuditRun, *, owner: str) -> bool:
    """`found` now belongs to `owner`, one attempt on; False if it had moved on."""
    with writing(store.engine) as connection:
        changed = connection.execute(
            runs.update()
            .where(
                runs.c.id == found.id,
                runs.c.attempt == found.attempt,
                runs.c.state == RUNNING,
            )
            .values(owner=kept_owner(owner), attempt=found.attempt + 1)
        )
        return changed.rowcount == 1


def finish(store: Store, run_id: RunId) -> None:
    """The run is sealed: it is never resumed again."""
    with writing(store.engine) as connection:
        connection.execute(runs.update().where(runs.c.id == run_id).values(state=SEALED))


def abandon(store: Store, run_id: RunId) -> None:
    """The run cannot be finished and is never resumed; the next audit starts a new one."""
    with writing(store.engine) as connection:
        connection.execute(runs.update().where(runs.c.id == run_id).values(state=ABANDONED))


def run(store: Store, run_id: RunId) -> AuditRun:
    """The run called `run_id`.

    Raises:
        ConfigError: there is no such run.
    """
    with store.engine.connect() as connection:
        row = connection.execute(sa.select(runs).where(runs.c.id == run_id)).first()
    if row is None:
        raise ConfigError(
            msg("there is no run {run} in this store", run=run_id),
            advice=msg("list the runs of a dataset with tda trend DATASET, and check TDA_HOME"),
        )
    return _as_run(row)


def all_runs(store: Store) -> list[AuditRun]:
    """Every run of the store, oldest first."""
    query = sa.select(runs).order_by(runs.c.recorded_at, runs.c.id)
    with store.engine.connect() as connection:
        return [_as_run(row) for row in connection.execute(query)]


def owned_by(store: Store, owner: str) -> list[AuditRun]:
    """The runs that belong to `owner`, oldest first."""
    kept = kept_owner(owner)
    query = sa.select(runs).where(runs.c.owner == kept).order_by(runs.c.recorded_at, runs.c.id)
    with store.engine.connect() as connection:
        return [_as_run(row) for row in connection.execute(query)]


def latest(store: Store, dataset: str, *, version: str | None = None) -> AuditRun | None:
    """The newest sealed run of `dataset`, of its `version` where one is named."""
    query = sa.select(runs).where(runs.c.dataset == dataset, runs.c.state == SEALED)
    if version is not None:
        query = query.where(runs.c.version == version)
    query = query.order_by(runs.c.at.desc(), runs.c.recorded_at.desc(), runs.c.id.desc()).limit(1)
    with store.engine.connect() as connection:
        row = connection.execute(query).first()
    return None if row is None else _as_run(row)


def dataset_of(store: Store, run_id: RunId) -> Dataset:
    """The dataset as it was registered for the run."""
    return dataset_at(store, run(store, run_id).registration)


def policy_text(store: Store, run_id: RunId) -> str:
    """The policy of the run, as JSON."""
    with store.engine.connect() as connection:
        return str(
            connection.execute(sa.select(runs.c.policy).where(runs.c.id == run_id)).scalar_one()
        )


def name_version(
    store: Store, run_id: RunId, *, version: Digest, files: int, size: int, at: datetime
) -> None:
    """The run audits `version`, which is on record."""
    audited = run(store, run_id)
    with writing(store.engine) as connection:
        row = {
            "digest": version,
            "dataset": audited.dataset,
            "files": files,
            "bytes": size,
            "recorded_at": at,
        }
        insert_once(connection, versions, [row])
        connection.execute(runs.update().where(runs.c.id == run_id).values(version=version))


def record_results(store: Store, run_id: RunId, results: Sequence[ControlResult]) -> None:
    """The results of the run's controls are on record, once."""
    rows = [
        {
            "run": run_id,
            "control": result.control,
            "position": position,
            "outcome": result.outcome.value,
            "severity": result.severity.value,
            "content": to_json(result),
        }
        for position, result in enumerate(results)
    ]
    with writing(store.engine) as connection:
        insert_once(connection, control_results, rows)


def findings_of(store: Store, run_id: RunId) -> tuple[ControlResult, ...]:
    """The result of every control, in catalogue order."""
    query = (
        sa.select(control_results.c.content)
        .where(control_results.c.run == run_id)
        .order_by(control_results.c.position)
    )
    with store.engine.connect() as connection:
        return tuple(
            from_json(ControlResult, str(row.content)) for row in connection.execute(query)
        )


def record_gate(store: Store, run_id: RunId, decision: GateDecision, *, at: datetime) -> None:
    """The gate of the run is on record, once."""
    row = {
        "run": run_id,
        "gate": decision.gate.value,
        "content": to_json(decision),
        "recorded_at": at,
    }
    with writing(store.engine) as connection:
        insert_once(connection, gates, [row])


def gate_of(store: Store, run_id: RunId) -> GateDecision:
    """The gate the run reached.

    Raises:
        ConfigError: there is no such run, or it has not reached a gate.
    """
    with store.engine.connect() as connection:
        content = connection.execute(
            sa.select(gates.c.content).where(gates.c.run == run_id)
        ).scalar()
    if content is None:
        run(store, run_id)  # an unknown run was not interrupted: auditing again would not make it
        raise ConfigError(
            msg("run {run} has not reached a gate", run=run_id),
            advice=msg("run the audit again; it goes on where it stopped"),
        )
    return from_json(GateDecision, str(content))


def _as_run(row: sa.Row[tuple[object, ...]]) -> AuditRun:
    return AuditRun(
        id=RunId(row.id),
        dataset=DatasetId(row.dataset),
        registration=row.registration,
        version=None if row.version is None else Digest(row.version),
        at=row.at,
        policy_digest=Digest(row.policy_digest),
        code_version=row.code_version,
        state=row.state,
        owner=row.owner,
        attempt=row.attempt,
    )
