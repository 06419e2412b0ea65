"""Carrying out `tda overlaps`: read the tables of a run, print the pairs, then the figures."""

import json
import os
import sys
from collections.abc import Iterator

import typer

from pipelines.language.catalogue import translate
from pipelines.language.choice import choose_language
from pipelines.language.visible import visible_json
from pipelines.model.contamination import Contamination, SetState
from pipelines.model.errors import ConfigError
from pipelines.model.ids import RunId
from pipelines.model.message import Message, msg
from pipelines.report.json import plain
from pipelines.report.words import SET_STATES
from pipelines.settings import read_settings
from pipelines.stages.audited_files import tables_of
from pipelines.stages.compare import contamination_of
from pipelines.store import runs
from pipelines.store.database import Store, open_store


def list_overlaps(name: str, *, evaluation: str | None, as_json: bool, lang: str | None) -> None:
    """The pairs of the run `name`, or of the last run of that dataset, on stdout.

    Raises:
        ConfigError: there is no such run, it compared nothing, or not with the set `evaluation`.
        EvidenceError: a table is gone.
    """
    language = choose_language(lang, os.environ)
    store = open_store(read_settings())
    run = runs.latest(store, name) or runs.run(store, RunId(name))
    found = contamination_of(run.id, store)
    if found is None or not found.sets:
        raise ConfigError(
            msg("run {run} was compared with no evaluation set", run=run.id),
            advice=msg(
                "register an evaluation set (purpose: evaluation), audit it, then audit the "
                "dataset again"
            ),
        )
    if evaluation is not None and evaluation not in {one.dataset for one in found.sets}:
        raise ConfigError(
            msg("run {run} knows no evaluation set {set}", run=run.id, set=evaluation[:100]),
            advice=msg("one of {known}", known=", ".join(one.dataset for one in found.sets)),
        )
    for line in _lines(run.id, store, evaluation):
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
    if as_json:
        document = {"run": run.id, **_document(found)}
        typer.echo(visible_json(json.dumps(document, ensure_ascii=False, indent=1)), err=True)
        return
    for said in _said(found):
        typer.echo(translate(said, language), err=True)


def _lines(run_id: RunId, store: Store, evaluation: str | None) -> Iterator[str]:
    for table in tables_of(run_id, store, "compare", "overlaps"):
        for batch in store.evidence.read(table).to_batches(max_chunksize=10_000):
            for row in batch.to_pylist():
                if evaluation in (None, row["evaluation"]):
                    yield json.dumps(row)


def _document(found: Contamination) -> dict[str, object]:
    held = plain(found)
    return held if isinstance(held, dict) else {}


def _said(found: Contamination) -> Iterator[Message]:
    for one in found.sets:
        if one.state is not SetState.COMPARED:
            why = SET_STATES[one.state]
            yield msg("{set}: not compared: {why}", set=one.dataset, why=why)
            continue
        yield msg(
            "{set}: {count} of {all} questions are in {records} records of the data, {exact} "
            "exactly, {near} nearly (Jaccard {threshold} or more) and {inside} inside longer texts "
            "({passage} of a question or more; {unsearched} questions were not looked for there)",
            set=one.dataset,
            count=one.overlapping,
            all=one.questions,
            records=one.records,
            exact=one.questions_exact,
            near=one.questions_near,
            inside=one.questions_inside,
            passage=found.inside_threshold or "–",
            unsearched=one.questions - one.looked_for_inside
            if found.inside_threshold
            else one.questions,
            threshold=found.threshold,
        )
