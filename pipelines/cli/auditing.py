"""Carrying out `tda audit`: every manifest in turn, then what came out."""

import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import typer

from pipelines import flow
from pipelines.cli.choosing import one_of
from pipelines.cli.progress import StageBars
from pipelines.clock import moment
from pipelines.engine.base import Engine
from pipelines.engine.opening import open_engine
from pipelines.language.catalogue import translate
from pipelines.language.choice import choose_language
from pipelines.language.visible import visible, visible_json
from pipelines.model.errors import AuditError, ConfigError
from pipelines.ownership import this_process
from pipelines.settings import ENGINES, Settings, read_settings
from pipelines.store.database import Store, open_store
from pipelines.summary import exit_code, summarise
from pipelines.summary_text import print_outcome

UNFINISHED = 3


def audit_manifests(
    manifests: Sequence[Path],
    *,
    policy: Path | None,
    at: str | None,
    workers: int | None,
    engine: str | None,
    rehash: bool,
    as_json: bool,
    lang: str | None,
) -> int:
    """Audit each manifest; the exit code is that of the worst gate, 3 where one broke off.

    Raises:
        ConfigError: a manifest or the policy cannot be followed; nothing was audited.
    """
    language = choose_language(lang, os.environ)
    settings = read_settings()
    if workers is not None:
        settings = replace(settings, workers=workers)
    if engine is not None:
        settings = replace(settings, engine=one_of("--engine", engine, ENGINES))
    if rehash:
        settings = replace(settings, rehash=True)
    clock = moment(at)
    for manifest in manifests:
        flow.check(manifest, policy=policy, settings=settings)
    store = open_store(settings)
    with open_engine(settings) as running:
        audits = [
            _audit_or_tell(
                manifest, policy, clock, settings, store, running, language, quiet=as_json
            )
            for manifest in manifests
        ]
    outcomes = [outcome for outcome in audits if outcome is not None]
    if as_json:
        document: object = outcomes[0] if len(manifests) == 1 and outcomes else outcomes
        sys.stdout.write(visible_json(json.dumps(document, ensure_ascii=False, indent=1)) + "\n")
    code = exit_code([outcome["gate"] for outcome in outcomes])
    return UNFINISHED if None in audits and code != 1 else code


def _audit_or_tell(
    manifest: Path,
    policy: Path | None,
    at: datetime,
    settings: Settings,
    store: Store,
    engine: Engine,
    lang: str,
    *,
    quiet: bool,
) -> dict[str, Any] | None:
    """What came out of one manifest, printed unless `quiet`; None where it broke off, and why."""
    try:
        with StageBars(lang) as bars:
            outcome = _audit(manifest, policy, at, settings, store, engine, bars, lang)
    except ConfigError:
        raise
    except AuditError as error:
        typer.echo(f"tda: {visible(str(manifest))}: {translate(error.message, lang)}", err=True)
        typer.echo(f"     {translate(error.advice, lang)}", err=True)
        return None
    if not quiet:
        print_outcome(outcome, store, lang)
    return outcome


def _audit(
    manifest: Path,
    policy: Path | None,
    at: datetime,
    settings: Settings,
    store: Store,
    engine: Engine,
    bars: StageBars,
    lang: str,
) -> dict[str, Any]:
    began = time.monotonic()
    run_id = flow.begin(
        manifest, policy=policy, at=at, owner=this_process(), settings=settings, store=store
    )
    done = list(
        flow.carry_out(run_id, settings=settings, store=store, engine=engine, progress=bars)
    )
    return summarise(
        run_id,
        settings=settings,
        store=store,
        done=done,
        seconds=time.monotonic() - began,
        lang=lang,
    )
