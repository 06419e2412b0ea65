"""SRC-13."""

from collections.abc import Iterator, Sequence

from expectations import examples as ex
from expectations.control import Example, control
from expectations.findings import cannot_tell, failed, inapplicable, passed, shown
from pipelines.model.finding import Finding
from pipelines.model.message import msg
from pipelines.model.outcome import Outcome
from pipelines.model.profile import ConsentCoverage, Profile
from pipelines.model.source import Source, SourceType

_USERS = (ex.source(type=SourceType.USER_INPUT),)
_AGAINST = frozenset({"lapsed", "withdrawn", "not_yet_given", "no_consent"})


@control(
    examples=(
        Example(
            en="every record of users has a valid consent",
            zh="使用者的每条记录都有有效同意",
            given={"sources": _USERS, "profile": ex.profile(), "consents": ex.consents(valid=1000)},
            expect=(Outcome.PASSED,),
        ),
        Example(
            en="twelve users are not in the consents",
            zh="十二条记录的使用者不在同意记录中",
            given={
                "sources": _USERS,
                "profile": ex.profile(),
                "consents": ex.consents(valid=988, no_consent=12),
            },
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="records that link to no user",
            zh="有记录不能关联到使用者",
            given={
                "sources": _USERS,
                "profile": ex.profile(),
                "consents": ex.consents(valid=900, not_linkable=100),
            },
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="no consent was read",
            zh="没有同意记录",
            given={"sources": _USERS, "profile": ex.profile(), "consents": None},
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="no user input",
            zh="没有使用者输入",
            given={"sources": (ex.source(),), "profile": ex.profile(), "consents": None},
            expect=(Outcome.INAPPLICABLE,),
        ),
    ),
)
def src_13(
    sources: Sequence[Source], profile: Profile, consents: ConsentCoverage | None
) -> Iterator[Finding]:
    """User input used only with an authorisation record.

    Why: what users put in is theirs; without a record of their authorisation nobody can say why it
    became corpus.
    Remedy: give the column `record.subject` and the consents file in the manifest, and drop records
    without an authorisation or with one that has ended.
    """
    if not sources or any(source.type is None for source in sources):
        yield cannot_tell("sources", msg("a source is missing or states no type"))
    elif all(source.type is not SourceType.USER_INPUT for source in sources):
        yield inapplicable("sources", msg("no source is of type {type}", type="user_input"))
    records = {figures.source: figures.records for figures in profile.sources}
    for source in sources:
        if source.type is SourceType.USER_INPUT:
            yield _judged(source.id, records.get(source.id, 0), consents)


def _judged(source: str, count: int, consents: ConsentCoverage | None) -> Finding:
    subject, name = f"source:{source}", shown(source)
    states = [s for s in consents.states if s.source == source] if consents else []
    against = [s for s in states if s.state in _AGAINST]
    valid = sum(s.records for s in states if s.state == "valid")
    if against:
        bad = sum(s.records for s in against)
        text = msg(
            "{count} records of users in {source} have no authorisation in force",
            count=bad,
            source=name,
        )
        found = tuple(place for s in against for place in s.places)[:20]
        figures = {s.state: s.records for s in against}
        return failed(subject, text, count=bad, base=count, places=found, figures=figures)
    if not count or valid < count:
        text = msg(
            "{count} of {all} records of users in {source} link to no authorisation",
            count=count - valid,
            all=count,
            source=name,
        )
        return cannot_tell(subject, text, count=count - valid, base=count)
    text = msg("all {count} records of users in {source} are authorised", count=count, source=name)
    return passed(subject, text, count=count, base=count)
