"""QLT-03."""

from collections.abc import Iterator
from decimal import Decimal

from expectations import examples as ex
from expectations.control import Example, control
from expectations.findings import as_percent, cannot_tell, failed, passed, percent, shown, within
from pipelines.model.finding import Finding
from pipelines.model.message import msg
from pipelines.model.outcome import Outcome
from pipelines.model.profile import Profile


@control(
    examples=(
        Example(
            en="three sources of equal size",
            zh="三个来源各占三分之一",
            given={
                "profile": ex.profile(*(ex.source_profile(name, 100) for name in ("a", "b", "c")))
            },
            expect=(Outcome.PASSED,),
        ),
        Example(
            en="one source with nine tenths",
            zh="一个来源占十分之九",
            given={"profile": ex.profile(ex.source_profile("a", 900), ex.source_profile("b", 100))},
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="records without a source might belong to the largest",
            zh="没有来源的记录可能属于最大的来源",
            given={
                "profile": ex.profile(
                    ex.source_profile("a", 450),
                    ex.source_profile("b", 400),
                    ex.source_profile(None, 150),
                )
            },
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="no records",
            zh="没有记录",
            given={"profile": ex.profile(ex.source_profile(records=0))},
            expect=(Outcome.CANT_TELL,),
        ),
    ),
)
def qlt_03(profile: Profile, *, maximum_share: Decimal) -> Iterator[Finding]:
    """Diversity measured.

    Why: Article 7(4) asks for more diversity; data of which more than half come from one place are
    hardly diverse.
    Remedy: add other sources, or take fewer records from the largest.
    """
    known = [part for part in profile.sources if part.source is not None and part.records]
    if not profile.records or not known:
        yield cannot_tell("dataset", msg("no record with a known source was read"))
        return
    largest = max(known, key=lambda part: (part.records, part.source or ""))
    text = msg(
        "the largest source, {source}, holds {share} of the records; the limit is {limit}",
        source=shown(largest.source or ""),
        share=percent(largest.records, profile.records),
        limit=as_percent(maximum_share),
    )
    figures = {"sources": len(known), "languages": len(profile.languages)}
    if not within(largest.records, profile.records, maximum_share):
        yield failed("dataset", text, count=largest.records, base=profile.records, figures=figures)
    elif not within(largest.records + profile.unsourced, profile.records, maximum_share):
        text = msg(
            "{count} records belong to no known source; the largest share cannot be told",
            count=profile.unsourced,
        )
        yield cannot_tell("dataset", text, count=profile.unsourced, base=profile.records)
    else:
        yield passed("dataset", text, count=largest.records, base=profile.records, figures=figures)
