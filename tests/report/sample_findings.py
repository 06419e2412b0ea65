"""What the invented controls found."""

from collections.abc import Mapping

from pipelines.model.finding import Finding
from pipelines.model.message import Message, msg
from pipelines.model.outcome import Level, Outcome

LAPSED = (
    "{count} of {all} records rest on consent that has lapsed, was withdrawn or is not yet given"
)


def found(
    subject: str,
    outcome: Outcome,
    message: Message,
    count: int | None = None,
    base: int | None = None,
    places: tuple[str, ...] = (),
    level: Level = Level.RE_RUNNABLE,
) -> Finding:
    return Finding(
        subject=subject,
        outcome=outcome,
        message=message,
        count=count,
        base=base,
        places=places,
        level=level,
    )


FINDINGS: Mapping[str, tuple[Finding, ...]] = {
    "SRC-06": (
        found(
            "source:forum-faq",
            Outcome.FAILED,
            msg(
                "source {source} states no licence; {count} records",
                source="forum-faq",
                count=18_402,
            ),
            18_402,
            482_613,
            ("forum/part-000.jsonl#0",),
        ),
        found(
            "source:docs-paragraphs",
            Outcome.PASSED,
            msg("the ledger row of {source} is complete", source="docs-paragraphs"),
        ),
    ),
    "PI-02": (
        found(
            "source:helpdesk-zh",
            Outcome.FAILED,
            msg(
                LAPSED,
                count=991,
                all=211_480,
            ),
            991,
            211_480,
            ("zh/part-0007.jsonl#41873", "zh/part-0012.jsonl#220"),
        ),
        found(
            "source:helpdesk-en",
            Outcome.FAILED,
            msg(
                LAPSED,
                count=213,
                all=58_310,
            ),
            213,
            58_310,
        ),
        found(
            "source:helpdesk-en",
            Outcome.CANT_TELL,
            msg(
                "{count} of {all} records link to no person or to no consent on record",
                count=979,
                all=58_310,
            ),
            979,
            58_310,
        ),
    ),
    "ANN-07": (
        found(
            "annotator:A-07",
            Outcome.FAILED,
            msg("{annotator} reviewed {count} items of their own", annotator="A-07", count=17),
            17,
            315,
            ("item-004417", "item-004431"),
        ),
    ),
    "ANN-06": (
        found(
            "annotator:A-11",
            Outcome.FAILED,
            msg(
                "{annotator}, qualified until {end}, gave {count} labels while not qualified",
                annotator="A-11",
                end="2026-10-31",
                count=64,
            ),
            64,
            12_480,
        ),
    ),
    "ANN-12": (
        found(
            "lot:L-2026-031",
            Outcome.FAILED,
            msg(
                "{wrong} of {size} sampled items of {lot} are wrong; the plan accepts {accept}",
                wrong=9,
                size=315,
                lot="L-2026-031",
                accept=7,
            ),
            9,
            315,
        ),
    ),
    "SRC-07": (
        found(
            "source:rewrite-synthetic",
            Outcome.CANT_TELL,
            msg(
                "what {licence} of {source} allows is not in the table and not reviewed",
                licence="LicenseRef-model-terms",
                source="rewrite-synthetic",
            ),
            56_544,
            482_613,
        ),
    ),
    "SRC-16": (
        found(
            "source:rewrite-synthetic",
            Outcome.CANT_TELL,
            msg(
                "{source} names the model {model} without a version",
                source="rewrite-synthetic",
                model="sample-model",
            ),
            9_120,
            56_544,
        ),
    ),
    "PI-04": (found("dataset", Outcome.CANT_TELL, msg("the evidence holds nothing to judge")),),
    "QLT-04": (
        found("dataset", Outcome.CANT_TELL, msg("there are no files or records to count again")),
    ),
    "REP-01": (
        found(
            "dataset",
            Outcome.CANT_TELL,
            msg("the answer sheet has no answer on {topic}", topic="mechanism"),
        ),
    ),
    "PI-10": (
        found(
            "dataset",
            Outcome.INAPPLICABLE,
            msg("declared free of personal information, and the scan found none of its types"),
            level=Level.ATTESTED,
        ),
    ),
    "CNT-03": (
        found(
            "dataset",
            Outcome.UNTESTED,
            msg("no test for this control in this version; attest it by hand"),
        ),
    ),
    "SEC-01": (
        found(
            "dataset",
            Outcome.UNTESTED,
            msg("no test for this control in this version; attest it by hand"),
        ),
    ),
}
