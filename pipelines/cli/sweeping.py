"""Carrying out `tda nightly`: sweep, audit what changed, close the night, tell."""

import os
import sys
import time
from dataclasses import replace

import typer

from pipelines.cli.choosing import one_of
from pipelines.clock import moment
from pipelines.engine.opening import open_engine
from pipelines.language.catalogue import translate
from pipelines.language.choice import choose_language
from pipelines.language.visible import visible_json
from pipelines.model.errors import ConfigError
from pipelines.model.message import Message, msg
from pipelines.model.nightly import Attempt
from pipelines.nightly.auditing import audit_changed, sweep
from pipelines.nightly.closing import close
from pipelines.nightly.text import digest_json, digest_text
from pipelines.ownership import this_process
from pipelines.settings import ENGINES, read_settings
from pipelines.store import registry
from pipelines.store.database import open_store

NOT_ALL = 3


def sweep_and_tell(
    *, at: str | None, workers: int | None, engine: str | None, as_json: bool, lang: str | None
) -> int:
    """Do the whole night; 0 when every dataset has a current gate, else 3.

    Raises:
        ConfigError: nothing is registered.
    """
    language = choose_language(lang, os.environ)
    settings = read_settings()
    if workers is not None:
        settings = replace(settings, workers=workers)
    if engine is not None:
        settings = replace(settings, engine=one_of("--engine", engine, ENGINES))
    clock, owner, began = moment(at), this_process(), time.monotonic()
    store = open_store(settings)
    if not registry.registered(store):
        raise ConfigError(
            msg("no dataset is registered"),
            advice=msg("register one with tda register path/to/dataset.yaml"),
        )

    def say(message: Message) -> None:
        typer.echo(f"{time.monotonic() - began:7.1f} s  {translate(message, language)}", err=True)

    def told(attempt: Attempt) -> None:
        name = attempt.dataset
        if attempt.reused:
            say(msg("{dataset}: reused, another audit of it has just ended", dataset=name))
        elif attempt.problem is None:
            say(msg("{dataset}: audited", dataset=name))
        else:
            say(msg("{dataset}: not audited: {problem}", dataset=name, problem=attempt.problem))

    plan = sweep(owner=owner, at=clock, settings=settings, store=store)
    changed = plan.changed()
    say(msg("{known} known, {changed} to audit", known=len(plan.datasets), changed=len(changed)))
    with open_engine(settings) as running:
        audit_changed(
            plan, changed, owner=owner, settings=settings, store=store, engine=running, told=told
        )
    night = close(plan, settings=settings, store=store)
    sys.stdout.write(visible_json(digest_json(night)) if as_json else digest_text(night, language))
    return 0 if night.complete else NOT_ALL
