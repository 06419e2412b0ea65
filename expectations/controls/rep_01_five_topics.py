"""REP-01."""

from collections.abc import Iterator, Mapping

from expectations.control import Example, control
from expectations.findings import passed
from pipelines.model.finding import Finding
from pipelines.model.message import msg
from pipelines.model.outcome import Outcome

_ANSWERED = dict.fromkeys(("source", "scale", "type", "labelling_rules", "mechanism"), "answered")
_SILENT = _ANSWERED | {"mechanism": "no model.yaml"}


@control(
    examples=(
        Example(
            en="all five topics answered",
            zh="五项都已答复",
            given={"answer_sheet": _ANSWERED},
            expect=(Outcome.PASSED,),
        ),
        Example(
            en="nobody stated the mechanism",
            zh="没有说明机理",
            given={"answer_sheet": _SILENT},
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="nobody stated the mechanism, and an authority has asked",
            zh="没有说明机理，且主管部门已经询问",
            given={"answer_sheet": _SILENT},
            thresholds={"unanswered": "failed"},
            expect=(Outcome.FAILED,),
        ),
    ),
)
def rep_01(
    answer_sheet: Mapping[str, str], *, topics: tuple[str, ...], unanswered: str
) -> Iterator[Finding]:
    """Inquiry answer covers the five named topics.

    Why: Article 19 names these five; to find one missing when the question comes is too late.
    Remedy: have whoever owns the missing topic write it down, in Chinese and English.
    """
    missing = [topic for topic in topics if answer_sheet.get(topic) != "answered"]
    for topic in missing:
        text = msg("the answer sheet has no answer on {topic}", topic=topic)
        yield Finding(subject=f"topic:{topic}", outcome=Outcome(unanswered), message=text)
    if not missing:
        text = msg("all {count} topics are answered", count=len(topics))
        yield passed("dataset", text, count=len(topics), base=len(topics))
