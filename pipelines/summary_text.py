"""A run's outcome for the terminal: the gate, why, the figures, where to read on."""

from typing import Any

import typer

from pipelines.language.catalogue import gettext, translate
from pipelines.language.visible import visible
from pipelines.model.message import msg
from pipelines.model.outcome import Gate, Outcome
from pipelines.store import runs
from pipelines.store.database import Store

MARKS = {Gate.FAIL: "■", Gate.INCOMPLETE: "◆", Gate.CONDITIONAL: "▲", Gate.PASS: "○"}
WORDS = {
    Gate.FAIL: msg("Fail"),
    Gate.INCOMPLETE: msg("Incomplete"),
    Gate.CONDITIONAL: msg("Conditional"),
    Gate.PASS: msg("Pass"),
}
OUTCOMES = {
    Outcome.FAILED: msg("Not met"),
    Outcome.CANT_TELL: msg("Cannot tell"),
    Outcome.UNTESTED: msg("Not tested"),
    Outcome.PASSED: msg("Met"),
    Outcome.INAPPLICABLE: msg("Inapplicable"),
}
REASONS = 5


def print_outcome(outcome: dict[str, Any], store: Store, lang: str) -> None:
    """The outcome of one run on stdout: what a person needs before opening the report."""
    decision = runs.gate_of(store, outcome["run_id"])
    gate = decision.gate
    name = f"{outcome['dataset']} · {str(outcome['version'])[7:19]}…"
    typer.echo(f"{MARKS[gate]} {translate(WORDS[gate], lang)}   {name}   {outcome['run_id']}")
    deciding = [reason for reason in decision.reasons if reason.rung == gate]
    for reason in deciding[:REASONS]:
        typer.echo(f"  {reason.control:8} {translate(reason.message, lang)}")
    if len(deciding) > REASONS:
        typer.echo(f"  {translate(msg('and {count} more', count=len(deciding) - REASONS), lang)}")
    repaired = translate(WORDS[decision.after_repair], lang)
    if gate is not Gate.PASS:
        typer.echo(
            "  "
            + translate(msg("with these repaired the gate would be: {gate}", gate=repaired), lang)
        )
    _figures(outcome, lang)
    typer.echo(f"  {gettext('report', lang)}  {visible(outcome['report']['html'])}")


def _figures(outcome: dict[str, Any], lang: str) -> None:
    figures = msg(
        "{records} records, {quarantined} quarantined, {exact} exact and {near} near duplicates, "
        "{pi} identifiers of persons",
        records=outcome["records"],
        quarantined=outcome["quarantined"],
        exact=outcome["exact_duplicates"],
        near=outcome["near_duplicates"],
        pi=outcome["personal_information"],
    )
    typer.echo(f"  {translate(figures, lang)}")
    controls = " · ".join(
        f"{translate(OUTCOMES[kind], lang)} {outcome['controls'][kind.value]}" for kind in Outcome
    )
    applied = msg(
        "{applied} of {all} controls applied",
        applied=outcome["controls_applied"],
        all=outcome["controls_catalogue"],
    )
    typer.echo(f"  {translate(applied, lang)}: {controls}")
    reused = len(outcome["reused_stages"])
    stages = msg(
        "{stages} stages, {ran} ran, {reused} reused",
        stages=len(outcome["stages"]),
        ran=len(outcome["stages"]) - reused,
        reused=reused,
    )
    line = [translate(stages, lang)]
    if outcome["shards"] is not None:
        shards = msg(
            "{reused} of {all} shards reused",
            reused=outcome["shards"]["reused"],
            all=outcome["shards"]["all"],
        )
        line.append(translate(shards, lang))
    typer.echo(f"  {' · '.join(line)} · {outcome['seconds']:.1f} s")
    if outcome["digests"]["taken_over"]:
        taken_over = msg(
            "{count} of {all} files were not read again: nothing shows a change since they were"
            " hashed (--rehash reads them)",
            count=outcome["digests"]["taken_over"],
            all=outcome["digests"]["all"],
        )
        typer.echo(f"  {translate(taken_over, lang)}")
