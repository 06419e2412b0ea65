"""What is wrong with a workspace, and how to mend it. Looks only: nothing is changed."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import chain

from pipelines.kernels.native.build import LIBRARIES, levels
from pipelines.kernels.native.library import cache_folder
from pipelines.model.errors import AuditError
from pipelines.model.message import msg
from pipelines.ownership import is_gone
from pipelines.settings import Settings
from pipelines.store import runs, workspace
from pipelines.store.database import Store
from pipelines.store.temporaries import orphans
from pipelines.upkeep import machine
from pipelines.upkeep.database import address_lines, database_lines
from pipelines.upkeep.evidence import evidence_lines
from pipelines.upkeep.keys import key_lines
from pipelines.upkeep.ledger import ledger_lines
from pipelines.upkeep.line import Line, failed, note, ok, wrong
from pipelines.upkeep.rules import read_rules

OTHER_SETTINGS: Mapping[str, Callable[[Mapping[str, str]], object]] = {
    "TDA_KEEP_EVIDENCE_DAYS": read_rules
}
"""Readers of settings that are not in `Settings`."""
NAMED = 10


def examine(environ: Mapping[str, str], *, now: datetime, deep: bool) -> list[Line]:
    """A line for each thing looked at; every digest and entry is computed again with `deep`."""
    lines, settings = machine.settings_lines(environ, OTHER_SETTINGS)
    odd = machine.odd_home_line(environ, settings)
    lines += [odd] if odd else []
    lines += machine.version_lines()
    lines.append(machine.kernels_line(levels(), (LIBRARIES, cache_folder())))
    if not settings.home.is_dir():
        nothing = msg("there is no workspace at {home}", home=str(settings.home))
        lines.append(wrong("workspace", nothing, msg("set TDA_HOME, or begin: tda audit MANIFEST")))
        lines += address_lines(settings)
        return lines
    lines.append(machine.disk_line(settings))
    found, store = database_lines(settings)
    lines += found
    lines += key_lines(settings, store)
    if store is not None:
        lines += chain(
            _of("workspace", workspace_lines(store)),
            _of("runs", run_lines(store)),
            _of("evidence", evidence_lines(store, deep=deep)),
            ledger_lines(store, deep=deep),
        )
    lines.append(orphan_line(settings, now))
    return lines


def workspace_lines(store: Store) -> Iterator[Line]:
    """Whether `$TDA_HOME` is the workspace of the database, for this worker as for all others."""
    if workspace.recorded(store) is None and workspace.marked(store.settings) is None:
        yield note("workspace", msg("no run has claimed this workspace yet"))
        return
    found = workspace.require(store)
    yield ok("workspace", msg("folder and database both belong to workspace {id}", id=found[:8]))


def run_lines(store: Store) -> Iterator[Line]:
    """Runs that were begun and not sealed, unless a later run of their dataset was."""
    everything = runs.all_runs(store)
    sealed = {run.dataset: run for run in everything if run.state == runs.SEALED}
    pending = [
        run
        for run in everything
        if run.state == runs.RUNNING
        and (run.dataset not in sealed or sealed[run.dataset].at < run.at)
    ]
    interrupted = [run for run in pending if is_gone(run.owner)]
    for run in interrupted[:NAMED]:
        yield wrong(
            "runs",
            msg("run {run} of dataset {dataset} was interrupted", run=run.id, dataset=run.dataset),
            msg("audit the same manifest again: it goes on where it stopped"),
        )
    for run in [run for run in pending if run not in interrupted][:NAMED]:
        yield note(
            "runs",
            msg("run {run} has not ended; it belongs to {owner}", run=run.id, owner=run.owner),
            msg("if nothing carries it out any more, audit the same manifest again"),
        )
    if not pending:
        yield ok("runs", msg("none of {count} runs was left unfinished", count=len(everything)))


def orphan_line(settings: Settings, now: datetime) -> Line:
    """Temporaries of processes that are gone."""
    found = orphans(settings, now=now)
    if not found:
        return ok("temporaries", msg("no temporary file was left behind"))
    return wrong(
        "temporaries",
        msg(
            "{count} temporaries of processes that are gone, {bytes} bytes",
            count=len(found),
            bytes=sum(orphan.bytes for orphan in found),
        ),
        msg("remove them: tda doctor --sweep"),
    )


def _of(check: str, lines: Iterator[Line]) -> Iterator[Line]:
    try:
        yield from lines
    except AuditError as error:
        yield failed(check, error)
