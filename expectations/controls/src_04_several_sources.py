"""SRC-04."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from expectations import examples as ex
from expectations.control import Example, control
from expectations.findings import cannot_tell, failed, passed
from pipelines.model.finding import Finding
from pipelines.model.message import msg
from pipelines.model.outcome import Outcome
from pipelines.model.profile import Profile
from pipelines.model.source import Source

_NO_LANGUAGE = frozenset({"und", "mixed", "other"})
_TWO = ex.profile(ex.source_profile("wiki"), ex.source_profile("news"))


@control(
    examples=(
        Example(
            en="two sources of two publishers",
            zh="两个发布者的两个来源",
            given={"sources": (ex.source("wiki"), ex.source("news")), "profile": _TWO},
            expect=(Outcome.PASSED,),
        ),
        Example(
            en="two sources of one publisher",
            zh="同一发布者的两个来源",
            given={
                "sources": (ex.source("wiki", publisher="P"), ex.source("news", publisher="P")),
                "profile": _TWO,
            },
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="two sources, publishers not stated",
            zh="两个来源，未写发布者",
            given={
                "sources": (ex.source("wiki", publisher=None), ex.source("news", publisher=None)),
                "profile": _TWO,
            },
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="no records",
            zh="没有记录",
            given={"sources": (ex.source(),), "profile": ex.profile(ex.source_profile(records=0))},
            expect=(Outcome.CANT_TELL,),
        ),
    ),
)
def src_04(
    sources: Sequence[Source], profile: Profile, *, minimum_sources: int, minimum_share: Decimal
) -> Iterator[Finding]:
    """Several sources per data type.

    Why: a language with one source carries all the bias and risk of that source.
    Remedy: add a source of another publisher for that language, or state the publisher of each
    source in the ledger.
    """
    publisher = {source.id: source.publisher for source in sources}
    judged = {
        language: count
        for language, count in sorted(profile.languages.items())
        if language not in _NO_LANGUAGE and count >= minimum_share * profile.records
    }
    if not judged:
        yield cannot_tell("dataset", msg("no language could be told from the records"))
    for language, count in judged.items():
        held = [f.source for f in profile.sources if f.languages.get(language)]
        known = {publisher[s] for s in held if s is not None and publisher.get(s)}
        unknown = [s for s in held if s is None or not publisher.get(s)]
        subject = f"language:{language}"
        if len(known) >= minimum_sources:
            text = msg(
                "{language}: {count} records from {publishers} publishers",
                language=language,
                count=count,
                publishers=len(known),
            )
            yield passed(subject, text, count=count, base=profile.records)
        elif len(known) + len(unknown) >= minimum_sources:
            text = msg(
                "{language}: the publisher of {count} sources is not stated, so whether "
                "{minimum} are independent cannot be told",
                language=language,
                count=len(unknown),
                minimum=minimum_sources,
            )
            yield cannot_tell(subject, text, count=count, base=profile.records)
        else:
            text = msg(
                "{language}: {count} records from fewer than {minimum} publishers",
                language=language,
                count=count,
                minimum=minimum_sources,
            )
            yield failed(subject, text, count=count, base=profile.records)
