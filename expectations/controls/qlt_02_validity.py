"""QLT-02."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from expectations import examples as ex
from expectations.control import Example, control
from expectations.findings import as_percent, cannot_tell, failed, passed, percent, within
from pipelines.model.finding import Finding
from pipelines.model.message import msg
from pipelines.model.outcome import Outcome
from pipelines.model.profile import Profile


@control(
    examples=(
        Example(
            en="two empty texts in a thousand, every expectation met",
            zh="千条中两条为空，期望都成立",
            given={
                "profile": ex.profile(ex.source_profile(empty=2)),
                "validation": ex.validated("met"),
            },
            expect=(Outcome.PASSED, Outcome.PASSED),
        ),
        Example(
            en="five percent garbled",
            zh="百分之五为乱码",
            given={
                "profile": ex.profile(ex.source_profile(garbled=50)),
                "validation": ex.validated("met"),
            },
            expect=(Outcome.FAILED, Outcome.PASSED),
        ),
        Example(
            en="an expectation that is not met",
            zh="一项期望不成立",
            given={"profile": ex.profile(), "validation": ex.validated("met", "not_met")},
            expect=(Outcome.PASSED, Outcome.FAILED),
        ),
        Example(
            en="an expectation that could not be computed is no failure",
            zh="一项期望未能执行，不算不成立",
            given={"profile": ex.profile(), "validation": ex.validated("met", "errored")},
            expect=(Outcome.PASSED, Outcome.CANT_TELL),
        ),
        Example(
            en="a tail of unknown extent",
            zh="有不知长短的残尾",
            given={
                "profile": ex.profile(quarantined=1, quarantined_unknown=1),
                "validation": ex.validated("met"),
            },
            expect=(Outcome.CANT_TELL, Outcome.PASSED),
        ),
        Example(
            en="no records, no expectations",
            zh="没有记录，没有期望",
            given={"profile": ex.profile(ex.source_profile(records=0)), "validation": ()},
            expect=(Outcome.CANT_TELL, Outcome.CANT_TELL),
        ),
    ),
)
def qlt_02(
    profile: Profile, validation: Sequence[Mapping[str, object]], *, maximum_share: Decimal
) -> Iterator[Finding]:
    """Format, language and completeness.

    Why: what cannot be read, is empty or is garbled is no training data, yet is counted as such.
    Remedy: repair or remove the named items; where an expectation could not be computed, look at
    the environment and audit again.
    """
    garbled = sum(part.garbled for part in profile.sources)
    invalid = profile.quarantined + profile.empty + garbled
    present = profile.records + profile.quarantined
    figures = {"quarantined": profile.quarantined, "empty": profile.empty, "garbled": garbled}
    text = msg(
        "{share} of {all} items are unreadable, empty or garbled; the limit is {limit}",
        share=percent(invalid, present),
        all=present,
        limit=as_percent(maximum_share),
    )
    if not profile.records:
        yield cannot_tell("dataset", msg("no record was read"), figures=figures)
    elif not within(invalid, present, maximum_share):
        yield failed("dataset", text, count=invalid, base=present, figures=figures)
    elif profile.quarantined_unknown:
        text = msg(
            "{count} tails of unknown extent: the share of invalid items cannot be told",
            count=profile.quarantined_unknown,
        )
        yield cannot_tell("dataset", text, count=profile.quarantined_unknown, figures=figures)
    else:
        yield passed("dataset", text, count=invalid, base=present, figures=figures)
    yield from _expectations(validation)


def _expectations(validation: Sequence[Mapping[str, object]]) -> Iterator[Finding]:
    by_status: dict[str, list[str]] = {"met": [], "not_met": [], "errored": []}
    for row in validation:
        name = f"{row.get('table')}: {row.get('expectation')}({row.get('column') or ''})"
        by_status.setdefault(str(row.get("status")), []).append(name)
    whole = len(validation)
    if not whole:
        yield cannot_tell("expectations", msg("no expectation was computed"))
        return
    if broken := by_status["not_met"]:
        text = msg("{count} of {all} expectations are not met", count=len(broken), all=whole)
        yield failed(
            "expectations", text, count=len(broken), base=whole, places=tuple(sorted(broken)[:20])
        )
    if unsure := whole - len(by_status["met"]) - len(broken):
        names = tuple(sorted(by_status["errored"])[:20])
        text = msg("{count} of {all} expectations could not be computed", count=unsure, all=whole)
        yield cannot_tell("expectations", text, count=unsure, base=whole, places=names)
    elif not broken:
        text = msg("all {all} expectations are met", all=whole)
        yield passed("expectations", text, count=whole, base=whole)
