"""`tda retention plan | apply | hold | release | holds`: what may go, and what must not."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.help_command import GroupLang

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.store.holds import Hold
    from pipelines.upkeep.retention import Item, Plan
    from pipelines.upkeep.rules import RetentionRules

AS_JSON = typer.Option("--json", help="One JSON document on stdout.")
LANG = typer.Option(help="zh or en; default: the locale.")
AT = typer.Option(
    help="Clock the ages are counted from, ISO 8601 (UTC without a zone); default: now."
)
BY = typer.Option("--by", help="Who decided it.")
REASON = typer.Option("--reason", help="Why, in a sentence.")
SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    group = typer.Typer(no_args_is_help=True)
    group.callback()(_group)
    group.command("plan")(plan)
    group.command("apply")(apply)
    group.command("hold")(hold)
    group.command("release")(release)
    group.command("holds")(holds)
    app.add_typer(group, name="retention")


def _group(lang: GroupLang = None) -> None:
    """Keep evidence as long as it is needed."""


def plan(
    at: Annotated[str | None, AT] = None,
    as_json: Annotated[bool, AS_JSON] = False,
    lang: Annotated[str | None, LANG] = None,
) -> int:
    """Show what would be removed, and why everything else stays. Removes nothing.

    Example: tda retention plan --json
    """
    import os

    from pipelines.clock import moment
    from pipelines.language.choice import choose_language
    from pipelines.settings import read_settings
    from pipelines.store.database import open_store
    from pipelines.upkeep import retention
    from pipelines.upkeep.rules import read_rules

    language = choose_language(lang, os.environ)
    rules = read_rules(os.environ)
    store = open_store(read_settings())
    found = retention.plan(store, rules, at=moment(at), now=moment(None))
    if as_json:
        _print(_document(found, rules, language))
        return 0
    for line in _lines(found, rules, language):
        typer.echo(line)
    return 0


def apply(
    yes: Annotated[bool, typer.Option("--yes", help="Remove what the plan lets go.")] = False,
    at: Annotated[str | None, AT] = None,
    as_json: Annotated[bool, AS_JSON] = False,
    lang: Annotated[str | None, LANG] = None,
) -> int:
    """Remove what nothing refers to any more, once the ledger says so. Needs --yes.

    Example: tda retention apply --yes
    """
    import os

    from pipelines.clock import moment
    from pipelines.language.catalogue import translate
    from pipelines.language.choice import choose_language
    from pipelines.model.errors import ConfigError
    from pipelines.model.message import msg
    from pipelines.settings import read_settings
    from pipelines.store.database import open_store
    from pipelines.upkeep import retention
    from pipelines.upkeep.rules import read_rules

    language = choose_language(lang, os.environ)
    rules = read_rules(os.environ)
    if not yes:
        raise ConfigError(
            msg("nothing was removed: --yes is missing"),
            advice=msg("look first: tda retention plan; then: tda retention apply --yes"),
        )
    store = open_store(read_settings())
    found, removed = retention.apply(store, rules, at=moment(at), now=moment(None))
    size = sum(item.bytes for item in removed)
    if as_json:
        document: dict[str, object] = {
            "removed": len(removed),
            "bytes": size,
            "spared": len(found.going) - len(removed),
            "items": [_item(item, language) for item in removed],
        }
        _print(document)
        return 0
    said = msg("removed {count} pieces, {bytes} bytes", count=len(removed), bytes=size)
    typer.echo(translate(said, language))
    return 0


def hold(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the hold.")],
    target: Annotated[str, typer.Argument(metavar="DATASET|RUN|DIGEST|all", help="What is held.")],
    by: Annotated[str, BY] = "",
    reason: Annotated[str, REASON] = "",
    lang: Annotated[str | None, LANG] = None,
) -> int:
    """Place a legal hold: nothing of the target is removed until the hold is released.

    Example: tda retention hold letter-2026-14 support-dialogues --by C-02 --reason "inquiry 14"
    """
    import os

    from pipelines.clock import moment
    from pipelines.language.catalogue import translate
    from pipelines.language.choice import choose_language
    from pipelines.model.message import msg
    from pipelines.settings import read_settings
    from pipelines.store.database import open_store
    from pipelines.upkeep.holds import place

    language = choose_language(lang, os.environ)
    store = open_store(read_settings())
    placed = place(store, name, target, by=by, reason=reason, at=moment(None))
    said = msg("hold {name} is in force on {target}", name=placed.name, target=placed.target)
    typer.echo(translate(said, language))
    return 0


def release(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the hold.")],
    by: Annotated[str, BY] = "",
    reason: Annotated[str, REASON] = "",
    lang: Annotated[str | None, LANG] = None,
) -> int:
    """Release a legal hold; that it was in force stays on record.

    Example: tda retention release letter-2026-14 --by C-02 --reason "inquiry closed"
    """
    import os

    from pipelines.clock import moment
    from pipelines.language.catalogue import translate
    from pipelines.language.choice import choose_language
    from pipelines.model.message import msg
    from pipelines.settings import read_settings
    from pipelines.store.database import open_store
    from pipelines.upkeep.holds import release as lift

    language = choose_language(lang, os.environ)
    lift(open_store(read_settings()), name, by=by, reason=reason, at=moment(None))
    typer.echo(translate(msg("hold {name} is released", name=name), language))
    return 0


def holds(
    as_json: Annotated[bool, AS_JSON] = False, lang: Annotated[str | None, LANG] = None
) -> int:
    """List the legal holds in force.

    Example: tda retention holds --json
    """
    import os

    from pipelines.language.catalogue import translate
    from pipelines.language.choice import choose_language
    from pipelines.language.visible import visible
    from pipelines.model.message import msg
    from pipelines.settings import read_settings
    from pipelines.store.database import open_store
    from pipelines.store.holds import all_in_force

    language = choose_language(lang, os.environ)
    found = all_in_force(open_store(read_settings()))
    if as_json:
        _print([_hold(one) for one in found])
        return 0
    for one in found:
        said = (one.name, one.scope, one.target, one.by, one.reason)
        typer.echo("  ".join(map(visible, said)))
    typer.echo(translate(msg("{count} holds in force", count=len(found)), language))
    return 0


def _print(document: object) -> None:
    from pipelines.language.visible import visible_json

    typer.echo(visible_json(json.dumps(document, ensure_ascii=False, indent=1)))


def _hold(one: "Hold") -> dict[str, str]:
    return {
        "name": one.name,
        "scope": one.scope.value,
        "target": one.target,
        "by": one.by,
        "reason": one.reason,
        "recorded_at": one.recorded_at.isoformat(),
    }


def _document(found: "Plan", rules: "RetentionRules", lang: str) -> dict[str, object]:
    from pipelines.language.catalogue import translate

    return {
        "rules": {
            "evidence_days": rules.evidence_days,
            "report_days": rules.report_days,
            "runs": rules.runs,
            "shorter_because": rules.shorter_because,
        },
        "runs": {run: translate(why, lang) for run, why in found.runs.items()},
        "old_runs": list(found.old),
        "goes": [_item(item, lang) for item in found.items if item.why is None],
        "stays": [_item(item, lang) for item in found.items if item.why is not None],
    }


def _item(item: "Item", lang: str) -> dict[str, object]:
    from pipelines.language.catalogue import translate

    shown: dict[str, object] = {"kind": item.kind, "name": item.name, "bytes": item.bytes}
    return shown if item.why is None else {**shown, "why": translate(item.why, lang)}


def _lines(found: "Plan", rules: "RetentionRules", lang: str) -> "Iterator[str]":
    from collections import Counter

    from pipelines.language.catalogue import translate
    from pipelines.model.message import msg

    going = found.going
    yield translate(
        msg(
            "{count} pieces may go, {bytes} bytes, of {runs} old runs",
            count=len(going),
            bytes=sum(item.bytes for item in going),
            runs=len(found.old),
        ),
        lang,
    )
    for item in going[:SHOWN]:
        yield f"  {item.kind}  {item.name}  {item.bytes}"
    if len(going) > SHOWN:
        yield "  " + translate(msg("and {count} more", count=len(going) - SHOWN), lang)
    staying = Counter(translate(item.why, lang) for item in found.items if item.why is not None)
    yield translate(msg("{count} pieces stay:", count=staying.total()), lang)
    for why, count in staying.most_common(SHOWN):
        yield f"  {count}  {why}"
    for run, reason in list(found.runs.items())[-SHOWN:]:
        yield f"  {run}  {translate(reason, lang)}"
    if rules.shorter_because is not None:
        yield translate(
            msg("less than three years is kept because: {reason}", reason=rules.shorter_because),
            lang,
        )
