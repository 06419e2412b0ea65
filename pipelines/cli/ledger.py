"""`tda ledger head | verify | prove`: the signed head, the whole recomputed, one entry proved."""

import json
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.help_command import GroupLang

AS_JSON = typer.Option("--json", help="One JSON document on stdout.")
LANG = typer.Option(help="zh or en; default: the locale.")

MAX_FILE_BYTES = 1024 * 1024


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    group = typer.Typer(no_args_is_help=True)
    group.callback()(_group)
    group.command("head")(head)
    group.command("verify")(verify)
    group.command("prove")(prove)
    app.add_typer(group, name="ledger")


def _group(lang: GroupLang = None) -> None:
    """Show, verify and prove the ledger."""


def head(
    as_json: Annotated[bool, AS_JSON] = False, lang: Annotated[str | None, LANG] = None
) -> int:
    """The newest signed head: size, root, key, time and signature. Keep it somewhere else.

    Example: tda ledger head --json > anchor.json
    """
    import os

    from pipelines.cli.ledger_text import head_document, head_lines
    from pipelines.language.choice import choose_language
    from pipelines.settings import read_settings
    from pipelines.stages.ledger_view import newest_head
    from pipelines.store.database import open_store

    language = choose_language(lang, os.environ)
    signed = newest_head(open_store(read_settings()))
    if as_json:
        typer.echo(json.dumps(head_document(signed), ensure_ascii=False))
    else:
        for line in head_lines(signed, language):
            typer.echo(line)
    return 0


def verify(
    anchor: Annotated[
        Path | None, typer.Option(help="A head kept outside: tda ledger head --json.")
    ] = None,
    key: Annotated[
        list[Path] | None,
        typer.Option(help="A public key to trust besides those of this store; may be repeated."),
    ] = None,
    as_json: Annotated[bool, AS_JSON] = False,
    lang: Annotated[str | None, LANG] = None,
) -> int:
    """Recompute every entry, hash and signature of the ledger: exit 0 when all agree, else 1.

    Example: tda ledger verify --anchor anchor.json
    """
    import os

    from pipelines.cli.ledger_text import verification_document, verification_lines
    from pipelines.language.choice import choose_language
    from pipelines.ledger.signatures import read_public_key
    from pipelines.settings import read_settings
    from pipelines.stages.ledger_view import inspect_store
    from pipelines.store.database import open_store

    language = choose_language(lang, os.environ)
    given = [read_public_key(_read(path)) for path in key or []]
    outside = None if anchor is None else _envelope_in(anchor)
    found = inspect_store(
        open_store(read_settings()), anchor=outside, keys={one.key_id: one for one in given}
    )
    if as_json:
        document = verification_document(found, language, anchored=anchor is not None)
        typer.echo(json.dumps(document, ensure_ascii=False))
    else:
        for line in verification_lines(found, language, anchored=anchor is not None):
            typer.echo(line)
    return 1 if found.faults else 0


def prove(
    entry: Annotated[str, typer.Argument(metavar="ID", help="Position or key of the entry.")],
    as_json: Annotated[bool, typer.Option("--json", help="A proof is always JSON.")] = False,
    lang: Annotated[str | None, LANG] = None,
) -> int:
    """The proof that an entry (a position, or a key such as RUN/gate) is under the signed head.

    Example: tda ledger prove run-20261120-0100-0a1b2c3d/gate > proof.json
    """
    import os

    from pipelines.language.choice import choose_language
    from pipelines.settings import read_settings
    from pipelines.stages.ledger_view import proof_of
    from pipelines.store.database import open_store

    choose_language(lang, os.environ)
    proof = proof_of(open_store(read_settings()), entry)
    typer.echo(json.dumps(proof, ensure_ascii=False, indent=None if as_json else 2))
    return 0


def _envelope_in(path: Path) -> bytes:
    """The canonical envelope of the head in `path`, as `tda ledger head --json` wrote it."""
    from pipelines.ledger.canonical import canonical
    from pipelines.model.errors import ConfigError
    from pipelines.model.message import msg

    try:
        document = json.loads(_read(path))
        return canonical(document["envelope"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ConfigError(
            msg("{path} holds no signed head.", path=str(path)),
            advice=msg("Make one with: tda ledger head --json > anchor.json"),
        ) from error


def _read(path: Path) -> bytes:
    from pipelines.model.errors import ConfigError
    from pipelines.model.message import msg
    from pipelines.model.os_reason import os_reason

    try:
        with path.open("rb") as opened:
            return opened.read(MAX_FILE_BYTES)
    except OSError as error:
        raise ConfigError(
            msg("{path} cannot be read: {reason}", path=str(path), reason=os_reason(error)),
            advice=msg("Check the name of the file and its permissions."),
        ) from error
