"""How long evidence and reports are kept, from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.model.errors import ConfigError
from pipelines.model.message import msg
from pipelines.settings import whole_number

THREE_YEARS = 1096
"""Days. PIPL 56 asks for three years for processing records; control META-04 aims for it."""
SHORTEST_REASON = 15
"""Characters a sentence has at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRules:
    """When a run is old, and how many runs of a dataset are kept whatever their age."""

    evidence_days: int = THREE_YEARS
    """`$TDA_KEEP_EVIDENCE_DAYS`: evidence of a younger run stays."""
    report_days: int = THREE_YEARS
    """`$TDA_KEEP_REPORTS_DAYS`: the report of a younger run stays."""
    runs: int = 1
    """`$TDA_KEEP_RUNS`: sealed runs of a dataset that stay, the newest first; at least one."""
    shorter_because: str | None = None
    """`$TDA_KEEP_SHORTER_BECAUSE`: the sentence that less than three years takes."""


def read_rules(environ: Mapping[str, str]) -> RetentionRules:
    """The rules of this process.

    Raises:
        ConfigError: a number is none, or less than three years comes without a sentence.
    """
    rules = RetentionRules(
        evidence_days=whole_number("TDA_KEEP_EVIDENCE_DAYS", THREE_YEARS, environ),
        report_days=whole_number("TDA_KEEP_REPORTS_DAYS", THREE_YEARS, environ),
        runs=whole_number("TDA_KEEP_RUNS", 1, environ),
        shorter_because=environ.get("TDA_KEEP_SHORTER_BECAUSE", "").strip() or None,
    )
    shortest = min(rules.evidence_days, rules.report_days)
    if shortest < THREE_YEARS and len(rules.shorter_because or "") < SHORTEST_REASON:
        raise ConfigError(
            msg(
                "{days} days are less than the three years that META-04 asks for (PIPL 56)",
                days=shortest,
            ),
            advice=msg(
                "keep {days} days or more, or say in TDA_KEEP_SHORTER_BECAUSE, in a sentence, "
                "why less is enough",
                days=THREE_YEARS,
            ),
        )
    if max(rules.evidence_days, rules.report_days) > 100_000:
        raise ConfigError(
            msg("nothing is kept for more than 100,000 days"),
            advice=msg("correct TDA_KEEP_EVIDENCE_DAYS and TDA_KEEP_REPORTS_DAYS"),
        )
    return rules
