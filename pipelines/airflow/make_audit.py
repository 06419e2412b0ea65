"""`make audit`: the examples, or one manifest, through the DAG audit_dataset of an own Airflow.

Exits 0 whenever every dataset reached a gate, whatever the gate; Airflow's log goes to a file.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from pipelines import flow
from pipelines.airflow.environment import isolated_environment
from pipelines.language.catalogue import translate
from pipelines.language.choice import choose_language
from pipelines.model.errors import AuditError
from pipelines.model.ids import RunId
from pipelines.model.message import Message, msg
from pipelines.settings import Settings, read_settings
from pipelines.store import runs
from pipelines.store.database import Store, open_store
from pipelines.store.stage_results import stages_of
from pipelines.summary import summarise
from pipelines.summary_text import print_outcome

POLL_SECONDS = 0.5


def main() -> int:
    """Audit what the command line names; 0 when every dataset reached a gate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dags", type=Path, required=True)
    parser.add_argument("--lang", default=None)
    parser.add_argument("manifests", nargs="+", type=Path)
    given = parser.parse_args()
    settings = read_settings()
    try:
        lang = choose_language(given.lang, os.environ)
        for manifest in given.manifests:
            flow.check(manifest, policy=None, settings=settings)
        store = open_store(settings)
    except AuditError as error:
        fallback = choose_language("en", {})
        sys.stderr.write(f"{translate(error.message, fallback)}\n")
        sys.stderr.write(f"{translate(error.advice, fallback)}\n")
        return 2
    return _audit([str(m.absolute()) for m in given.manifests], given.dags, settings, store, lang)


def _audit(manifests: list[str], dags: Path, settings: Settings, store: Store, lang: str) -> int:
    folder = settings.home / "airflow"
    folder.mkdir(parents=True, exist_ok=True)
    log, result = folder / "make-audit.log", folder / "make-audit.json"
    result.unlink(missing_ok=True)
    _say(msg("starting Airflow; its log: {log}", log=str(log)), lang)
    began = time.monotonic()
    command = [sys.executable, "-m", "pipelines.airflow.dag_runs"]
    command += [str(result), str(dags.absolute())]
    known = {run.id for run in runs.all_runs(store)}
    with log.open("wb") as output:
        child = subprocess.Popen(  # noqa: S603  our own module, arguments as a list
            [*command, *manifests],
            env=isolated_environment(settings.home, dags.absolute()) | _roots(manifests, settings),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _follow(child, store, known, began, lang)
    return _conclude(result, len(manifests), log, settings, store, lang)


def _roots(manifests: list[str], settings: Settings) -> dict[str, str]:
    """TDA_ROOTS with the folders of `manifests`: whoever calls `make audit` may name any."""
    if not settings.roots:
        return {}
    folders = [*settings.roots, *(Path(manifest).parent for manifest in manifests)]
    return {"TDA_ROOTS": ":".join(str(folder) for folder in folders)}


def _follow(
    child: "subprocess.Popen[bytes]", store: Store, known: set[RunId], began: float, lang: str
) -> None:
    """Say each stage as it is done, until Airflow ends; end Airflow when we are interrupted."""
    said: set[tuple[str, str]] = set()
    try:
        while True:
            ended = child.poll() is not None
            for run in runs.all_runs(store):
                if run.id in known:
                    continue
                for stage in stages_of(store, run.id):
                    if (run.id, stage.stage) not in said:
                        said.add((run.id, stage.stage))
                        line = f"{run.dataset}: {stage.stage}{' (reused)' if stage.reused else ''}"
                        print(f"  {time.monotonic() - began:6.1f} s  {line}", flush=True)  # noqa: T201
            if ended:
                return
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        child.terminate()
        child.wait()
        raise


def _conclude(
    result: Path, expected: int, log: Path, settings: Settings, store: Store, lang: str
) -> int:
    outcomes = json.loads(result.read_text(encoding="utf-8")) if result.exists() else []
    reached = 0
    for outcome in outcomes:
        if outcome["state"] != "success":
            message = msg(
                "the DAG run for {manifest} ended as {state}",
                manifest=outcome["manifest"],
                state=outcome["state"],
            )
            _say(message, lang)
            continue
        reached += 1
        run_id = RunId(outcome["run_id"])
        done = [flow.Done(stage.stage, stage.reused) for stage in stages_of(store, run_id)]
        summary = summarise(
            run_id,
            settings=settings,
            store=store,
            done=done,
            seconds=outcome["seconds"],
            lang=lang,
        )
        print_outcome(summary, store, lang)
    if reached < expected:
        _say(msg("not every dataset reached a gate; see {log}", log=str(log)), lang)
        return 3
    return 0


def _say(message: Message, lang: str) -> None:
    print(translate(message, lang), flush=True)  # noqa: T201  this module is a command


if __name__ == "__main__":
    sys.exit(main())
