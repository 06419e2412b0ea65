"""`tda plan`: how many labels of a lot to look at, and what that finds out."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from decimal import Decimal

    from pipelines.kernels.acceptance import Severity


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("plan")(plan)


def plan(
    lot_size: Annotated[int, typer.Option(help="Items in the lot.", show_default=False)],
    aql: Annotated[str, typer.Option(help="Acceptance quality limit in per cent, 0.010 … 10.")],
    level: Annotated[str, typer.Option(help="I, II, III, S-1 … S-4.")] = "II",
    severity: Annotated[str, typer.Option(help="normal or tightened.")] = "normal",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    lang: Annotated[str | None, typer.Option(help="zh or en; default: the locale.")] = None,
) -> int:
    """The single sampling plan of ISO 2859-1 (GB/T 2828.1) for a lot, and its operating curve.

    Example: tda plan --lot-size 1500 --aql 1.0 --level II --severity normal
    """
    import os

    from pipelines.kernels import acceptance
    from pipelines.language.catalogue import translate
    from pipelines.language.choice import choose_language
    from pipelines.model.message import msg

    language = choose_language(lang, os.environ)
    found = acceptance.plan(lot_size, aql=_number(aql), level=level, severity=_severity(severity))
    curve = acceptance.operating_curve(found)
    quality = acceptance.quality_accepted(found)
    if as_json:
        document = {
            "code_letter": found.code_letter,
            "effective_letter": found.effective_letter,
            "sample_size": found.sample_size,
            "accept": found.accept,
            "reject": found.reject,
            "operating_curve": [{"p": round(p, 6), "accept": round(a, 6)} for p, a in curve],
            "quality_accepted_10pct": None if quality is None else round(quality, 6),
        }
        typer.echo(json.dumps(document, ensure_ascii=False))
        return 0
    words = msg(
        "Look at {sample} of {lot} items (letter {letter}, plan of {effective}): accept the lot "
        "with at most {accept} wrong ones, reject it from {reject} on.",
        sample=found.sample_size,
        lot=lot_size,
        letter=found.code_letter,
        effective=found.effective_letter,
        accept=found.accept,
        reject=found.reject,
    )
    typer.echo(translate(words, language))
    if quality is not None:
        weak = msg(
            "A lot with {share} per cent wrong is accepted one time in ten, or less often.",
            share=f"{quality * 100:.2f}",
        )
        typer.echo(translate(weak, language))
    typer.echo(translate(msg("wrong in the lot    lot accepted"), language))
    for share, accepted in curve:
        typer.echo(f"{share * 100:15.3f}%  {accepted * 100:12.2f}%")
    return 0


def _number(text: str) -> "Decimal":
    from decimal import Decimal, InvalidOperation

    from pipelines.model.errors import ConfigError
    from pipelines.model.message import msg

    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ConfigError(
            msg("{aql} is not a number.", aql=text[:40]),
            advice=msg("Write the AQL in per cent, for example 1.0."),
        ) from error


def _severity(text: str) -> "Severity":
    from pipelines.kernels.acceptance import Severity
    from pipelines.model.errors import ConfigError
    from pipelines.model.message import msg

    if text not in set(Severity):
        raise ConfigError(
            msg("There is no severity {severity}.", severity=text[:40]),
            advice=msg("Use normal or tightened."),
        )
    return Severity(text)
