"""`tda controls list · show · docs`: what is asked of a dataset, and whether a test exists."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.help_command import GroupLang

if TYPE_CHECKING:
    from expectations.catalogue import Entry

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
Lang = Annotated[str | None, typer.Option(help="zh or en; default: the locale.")]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    group = typer.Typer(no_args_is_help=True)
    group.callback()(_group)
    group.command("list")(list_)
    group.command("show")(show)
    group.command("docs")(docs)
    app.add_typer(group, name="controls")


def _group(lang: GroupLang = None) -> None:
    """The catalogue of controls.

    Example: tda controls show SRC-06
    """


def list_(as_json: AsJson = False, lang: Lang = None) -> int:
    """Every control: id, severity, whether this version has a test, title.

    Example: tda controls list --lang zh
    """
    import os

    from expectations.catalogue import catalogue
    from pipelines.language.choice import choose_language

    language = choose_language(lang, os.environ)
    entries = catalogue().values()
    if as_json:
        typer.echo(json.dumps([_document(entry) for entry in entries], ensure_ascii=False))
        return 0
    for entry in entries:
        mark = "●" if entry.control else "○"
        typer.echo(f"{entry.id:8} {entry.severity.value:8} {mark} {entry.title[language]}")
    return 0


def show(
    control: Annotated[str, typer.Argument(metavar="ID", help="Id of the control.")],
    as_json: AsJson = False,
    lang: Lang = None,
) -> int:
    """One control, in both languages: what it asks and why, clauses, remedy and examples.

    Example: tda controls show SRC-06
    """
    import os

    from expectations.catalogue import catalogue
    from expectations.documentation import page
    from expectations.policy import load_policy
    from pipelines.language.choice import choose_language
    from pipelines.model.errors import ConfigError
    from pipelines.model.message import msg

    choose_language(lang, os.environ)
    entry = catalogue().get(control.upper())
    if entry is None:
        raise ConfigError(
            msg("the catalogue has no control {control}", control=control[:40]),
            advice=msg("see tda controls list"),
        )
    typer.echo(
        json.dumps(_document(entry), ensure_ascii=False) if as_json else page(entry, load_policy()),
        nl=as_json,
    )
    return 0


def docs(
    out: Annotated[Path, typer.Option(help="Folder the pages are written to.")] = Path(
        "docs/controls"
    ),
    as_json: AsJson = False,
    lang: Lang = None,
) -> int:
    """Write the page of every control; pages that are up to date are left alone.

    Example: tda controls docs --out docs/controls
    """
    import os

    from expectations.documentation import pages
    from expectations.policy import load_policy
    from pipelines.language.catalogue import translate
    from pipelines.language.choice import choose_language
    from pipelines.model.errors import ConfigError
    from pipelines.model.message import msg

    language = choose_language(lang, os.environ)
    changed = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in pages(load_policy()).items():
            path = out / name
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8")
                changed.append(name)
    except OSError as error:
        raise ConfigError(
            msg("{folder} cannot be written to", folder=str(out)),
            advice=msg("name another folder with --out"),
        ) from error
    if as_json:
        typer.echo(json.dumps({"folder": str(out), "written": changed}, ensure_ascii=False))
    else:
        said = msg("{count} pages written to {folder}", count=len(changed), folder=str(out))
        typer.echo(translate(said, language))
    return 0


def _document(entry: "Entry") -> dict[str, object]:
    """The entry as JSON."""
    test = entry.control
    return {
        "id": entry.id,
        "title": dict(entry.title),
        "asks": dict(entry.asks),
        "why": dict(entry.why),
        "remedy": dict(entry.remedy),
        "clauses": list(entry.clauses),
        "counted_under": entry.counted,
        "rests_on": entry.rests_on,
        "confidence": entry.confidence.value,
        "severity": entry.severity.value,
        "kind": entry.kind,
        "metric": entry.metric,
        "tested": test is not None,
        "evidence": list(test.evidence) if test else [],
        "thresholds": list(test.thresholds) if test else [],
    }
