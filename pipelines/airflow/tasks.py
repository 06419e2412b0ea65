"""What the tasks of a DAG do: the stages of the flow, by id, with the settings of the worker."""

import logging
import time
from collections.abc import Mapping
from typing import Any

from pipelines import flow
from pipelines.airflow.asked import read_asked
from pipelines.airflow.connections import object_store_access
from pipelines.airflow.misuse import misuse_is_not_retried
from pipelines.clock import moment
from pipelines.engine.opening import open_engine
from pipelines.model.ids import RunId
from pipelines.registry_file import read_registry, registry_path
from pipelines.settings import read_settings
from pipelines.stages.base import Silent
from pipelines.store.database import open_store

logger = logging.getLogger(__name__)


def begin_run(params: Mapping[str, Any], dag_run: str) -> str:
    """The id of the audit run for this DAG run; a retried or resumed DAG run gets its own again.

    Args:
        params: `dataset` or `manifest`, and `purpose`, `policy` and `at` where they matter.
        dag_run: `<dag id>/<run id>`, the owner of the audit run.
    """
    with misuse_is_not_retried(), object_store_access():
        settings = read_settings()
        registered = read_registry(registry_path(settings.home))
        asked = read_asked(params, registered=registered, settings=settings)
        return flow.begin(
            asked.manifest,
            policy=asked.policy,
            at=moment(params.get("at") or None),
            owner=f"airflow:{dag_run}",
            settings=settings,
            store=open_store(settings),
        )


def carry_out_stage(name: str, run_id: str) -> str:
    """`done` or `reused`, once the stage `name` of the run is."""
    began = time.monotonic()
    with misuse_is_not_retried(), object_store_access():
        settings = read_settings()
        with open_engine(settings) as engine:
            done = flow.run_stage(
                name,
                RunId(run_id),
                settings=settings,
                store=open_store(settings),
                engine=engine,
                progress=Silent(),
            )
    word = "reused" if done.reused else "done"
    logger.info("%s of %s %s in %.1f s", name, run_id, word, time.monotonic() - began)
    return word
