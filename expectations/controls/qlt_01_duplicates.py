"""QLT-01."""

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
            en="one percent repeated",
            zh="重复百分之一",
            given={"profile": ex.profile(ex.source_profile(exact_duplicates=6, near_duplicates=4))},
            expect=(Outcome.PASSED,),
        ),
        Example(
            en="a tenth of a source repeated, the whole within the limit",
            zh="某来源重复十分之一，整体在限内",
            given={
                "profile": ex.profile(
                    ex.source_profile("wiki", 9000),
                    ex.source_profile("forum", 1000, exact_duplicates=100),
                )
            },
            expect=(Outcome.PASSED, Outcome.FAILED),
        ),
        Example(
            en="a tenth of everything repeated",
            zh="整体重复十分之一",
            given={"profile": ex.profile(ex.source_profile(near_duplicates=100))},
            expect=(Outcome.FAILED, Outcome.FAILED),
        ),
        Example(
            en="only empty texts",
            zh="只有空文本",
            given={"profile": ex.profile(ex.source_profile(records=5, empty=5))},
            expect=(Outcome.CANT_TELL,),
        ),
    ),
)
def qlt_01(profile: Profile, *, maximum_share: Decimal, minimum_records: int) -> Iterator[Finding]:
    """Duplicate rate.

    Why: repeated text pulls a model towards few voices and makes figures of scale look larger.
    Remedy: remove the records that `tda dups` lists in pairs, then audit again.
    """
    texts = profile.records - profile.empty
    if texts <= 0:
        yield cannot_tell("dataset", msg("there is no record with text"))
        return
    repeated = profile.exact_duplicates + profile.near_duplicates
    figures = {"exact": profile.exact_duplicates, "near": profile.near_duplicates}
    text = msg(
        "{share} of {all} texts repeat another one; the limit is {limit}",
        share=percent(repeated, texts),
        all=texts,
        limit=as_percent(maximum_share),
    )
    judge = passed if within(repeated, texts, maximum_share) else failed
    yield judge("dataset", text, count=repeated, base=texts, figures=figures)
    for part in profile.sources:
        base = part.records - part.empty
        count = part.exact_duplicates + part.near_duplicates
        if base < minimum_records or within(count, base, maximum_share):
            continue
        text = msg(
            "{share} of the texts of {source} repeat another one; the limit is {limit}",
            share=percent(count, base),
            source=shown(part.source or "–"),
            limit=as_percent(maximum_share),
        )
        yield failed(f"source:{part.source or ''}", text, count=count, base=base)
