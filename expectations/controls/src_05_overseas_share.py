"""SRC-05."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from expectations import examples as ex
from expectations.control import Example, control
from expectations.findings import (
    as_percent,
    cannot_tell,
    failed,
    inapplicable,
    passed,
    percent,
    within,
)
from pipelines.model.finding import Finding
from pipelines.model.message import msg
from pipelines.model.outcome import Outcome
from pipelines.model.profile import Profile
from pipelines.model.source import Source, SourceType

_MIX = ex.profile(ex.source_profile("wiki", 900), ex.source_profile("news", 100))


@control(
    examples=(
        Example(
            en="a tenth of the records from an overseas open source",
            zh="十分之一来自境外开源来源",
            given={
                "sources": (ex.source("wiki"), ex.source("news", territory="US")),
                "profile": _MIX,
            },
            expect=(Outcome.PASSED,),
        ),
        Example(
            en="nine tenths from overseas",
            zh="十分之九来自境外",
            given={
                "sources": (ex.source("wiki", territory="US"), ex.source("news")),
                "profile": _MIX,
            },
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="the large source states no territory",
            zh="大来源未写地域",
            given={
                "sources": (ex.source("wiki", territory=None), ex.source("news")),
                "profile": _MIX,
            },
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="nothing is open source",
            zh="没有开源来源",
            given={
                "sources": (ex.source("wiki", type=SourceType.SELF_PRODUCED),),
                "profile": ex.profile(),
            },
            expect=(Outcome.INAPPLICABLE,),
        ),
    ),
)
def src_05(
    sources: Sequence[Source],
    profile: Profile,
    *,
    maximum_share: Decimal,
    domestic: tuple[str, ...],
) -> Iterator[Finding]:
    """Overseas share reasonable and justified.

    Why: the filing form asks for the overseas open-source share; thirty percent is only an agent's
    figure, so the policy holds it.
    Remedy: state the `territory` of each source; where the share is high, add domestic corpora, or
    write the reason down and change the figure in the policy.
    """
    if not sources or not profile.records:
        yield cannot_tell("dataset", msg("no source is registered, or it has no records"))
        return
    if all(s.type is not None and s.type is not SourceType.OPEN_SOURCE for s in sources):
        yield inapplicable("dataset", msg("no source is of type {type}", type="open_source"))
        return
    open_ones = {s.id: s.territory for s in sources if s.type in (None, SourceType.OPEN_SOURCE)}
    sure = {s.id for s in sources if s.type is SourceType.OPEN_SOURCE}
    overseas = unknown = 0
    for figures in profile.sources:
        if figures.source is not None and figures.source not in open_ones:
            continue
        territory = open_ones.get(figures.source or "")
        if territory is None or figures.source not in sure:
            unknown += 0 if territory in domestic else figures.records
        elif territory not in domestic:
            overseas += figures.records
    limit = as_percent(maximum_share)
    share = percent(overseas, profile.records)
    if not within(overseas, profile.records, maximum_share):
        text = msg(
            "{share} of the records are overseas open source, above {limit}",
            share=share,
            limit=limit,
        )
        yield failed("dataset", text, count=overseas, base=profile.records)
    elif not within(overseas + unknown, profile.records, maximum_share):
        text = msg("the territory of {count} records is not stated", count=unknown)
        yield cannot_tell("dataset", text, count=unknown, base=profile.records)
    else:
        text = msg(
            "{share} of the records are overseas open source, at most {limit}",
            share=share,
            limit=limit,
        )
        yield passed("dataset", text, count=overseas, base=profile.records)
