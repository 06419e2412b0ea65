"""`tda gate check DATASET@DIGEST`: what a training job asks before it reads a dataset."""

import json
import re
from typing import Annotated

import typer

from pipelines.cli.help_command import GroupLang

CODES = {"pass": 0, "fail": 1, "incomplete": 3, "conditional": 4}
NOTHING_ON_RECORD = 3
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    group = typer.Typer(no_args_is_help=True)
    group.callback()(_group)
    group.command("check")(check)
    app.add_typer(group, name="gate")


def _group(lang: GroupLang = None) -> None:
    """Ask for the gate of a dataset version."""


def check(
    version: Annotated[
        str, typer.Argument(metavar="DATASET@DIGEST", help="Dataset and digest of the version.")
    ],
    purpose: Annotated[
        str | None, typer.Option(help="pretrain, fine_tune, alignment or evaluation.")
    ] = None,
    accept_conditional: Annotated[
        bool, typer.Option("--accept-conditional", help="A conditional gate exits 0.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    lang: Annotated[str | None, typer.Option(help="zh or en; default: the locale.")] = None,
) -> int:
    """The gate on record for a version: exit 0 pass, 1 fail, 3 incomplete or none, 4 conditional.

    Example: tda gate check support-dialogues@sha256:9c41… --purpose fine_tune
    """
    import os

    from pipelines.cli.choosing import one_of
    from pipelines.language.catalogue import translate
    from pipelines.language.choice import choose_language
    from pipelines.model.dataset import Purpose
    from pipelines.model.errors import ConfigError
    from pipelines.model.message import msg
    from pipelines.settings import read_settings
    from pipelines.store import runs
    from pipelines.store.database import open_store

    language = choose_language(lang, os.environ)
    if purpose is not None:
        one_of("--purpose", purpose, list(Purpose))
    dataset, _, digest = version.partition("@")
    if not dataset or DIGEST.fullmatch(digest) is None:
        raise ConfigError(
            msg("{version} does not name a dataset version", version=version),
            advice=msg("write DATASET@sha256:… as tda audit printed it"),
        )
    store = open_store(read_settings())
    found = runs.latest(store, dataset, version=digest)
    usable = found is not None and (
        purpose is None or runs.dataset_of(store, found.id).purpose == purpose
    )
    gate = runs.gate_of(store, found.id).gate.value if found is not None and usable else None
    if as_json:
        run_id = found.id if found is not None and usable else None
        document = {"dataset": dataset, "version": digest, "purpose": purpose, "gate": gate}
        typer.echo(json.dumps({**document, "run_id": run_id}, ensure_ascii=False))
    elif gate is None:
        nothing = msg("no audit of this version for this purpose is on record")
        typer.echo(translate(nothing, language))
    else:
        typer.echo(gate)
    if gate is None:
        return NOTHING_ON_RECORD
    return 0 if gate == "conditional" and accept_conditional else CODES[gate]
