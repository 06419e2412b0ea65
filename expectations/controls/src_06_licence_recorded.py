"""SRC-06."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from expectations import examples as ex
from expectations.control import Example, control
from expectations.findings import cannot_tell, day, inapplicable, shown
from pipelines.model.finding import Finding
from pipelines.model.message import Message, msg
from pipelines.model.outcome import Outcome
from pipelines.model.profile import Profile
from pipelines.model.source import Licence, Source, SourceType

_FREE = Licence(id="see the website", text=ex.document("licence"))


@control(
    examples=(
        Example(
            en="SPDX id, text on file",
            zh="有 SPDX 标识，文本在案",
            given={"sources": (ex.source(),), "profile": ex.profile(), "at": ex.AT},
            expect=(Outcome.PASSED,),
        ),
        Example(
            en="no licence stated",
            zh="未写许可",
            given={
                "sources": (ex.source(licence=ex.licence()),),
                "profile": ex.profile(),
                "at": ex.AT,
            },
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="SPDX id without the text",
            zh="有 SPDX 标识，文本不在案",
            given={
                "sources": (ex.source(licence=ex.licence("MIT", text=False)),),
                "profile": ex.profile(),
                "at": ex.AT,
            },
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="free text nobody resolved to a licence, text on file",
            zh="许可为自由文本，未能识别，文本在案",
            given={"sources": (ex.source(licence=_FREE),), "profile": ex.profile(), "at": ex.AT},
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="a licence that ended last year",
            zh="许可去年到期",
            given={
                "sources": (ex.source(licence=ex.licence("MIT", valid_to=date(2025, 12, 31))),),
                "profile": ex.profile(),
                "at": ex.AT,
            },
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="nothing is open source",
            zh="没有开源来源",
            given={
                "sources": (ex.source(type=SourceType.SELF_PRODUCED),),
                "profile": ex.profile(),
                "at": ex.AT,
            },
            expect=(Outcome.INAPPLICABLE,),
        ),
    ),
)
def src_06(sources: Sequence[Source], profile: Profile, at: datetime) -> Iterator[Finding]:
    """Open-source corpora carry a licence or authorisation.

    Why: Article 7(1) asks for data from lawful sources; a licence nobody wrote down cannot be
    shown to an inspector.
    Remedy: record the SPDX id, or `LicenseRef-<name>`, with the text of the licence, or drop the
    source and audit again.
    """
    if not sources:
        yield cannot_tell("sources", msg("no source is registered"))
    elif all(s.type not in (None, SourceType.OPEN_SOURCE) for s in sources):
        yield inapplicable("sources", msg("no source is of type {type}", type="open_source"))
    records = {figures.source: figures.records for figures in profile.sources}
    for source in sources:
        if source.type not in (None, SourceType.OPEN_SOURCE):
            continue
        outcome, text = _judged(source, records.get(source.id, 0), day(at))
        yield Finding(
            subject=f"source:{source.id}",
            outcome=outcome,
            message=text,
            count=records.get(source.id, 0),
            base=profile.records,
        )


def _judged(source: Source, count: int, today: date) -> tuple[Outcome, Message]:
    name, terms = shown(source.id), source.licence
    if source.type is None:
        text = msg(
            "the type of source {source} is not stated; {count} records", source=name, count=count
        )
        return Outcome.CANT_TELL, text
    if terms.id is None:
        text = msg("source {source} states no licence; {count} records", source=name, count=count)
        return Outcome.FAILED, text
    stated = shown(terms.id)
    if terms.text is None:
        text = msg(
            "source {source} states {licence}, but its text is not on file; {count} records",
            source=name,
            licence=stated,
            count=count,
        )
        return Outcome.FAILED, text
    if terms.valid_to is not None and terms.valid_to < today:
        text = msg(
            "the licence {licence} of source {source} ended on {end}; {count} records",
            licence=stated,
            source=name,
            end=terms.valid_to.isoformat(),
            count=count,
        )
        return Outcome.FAILED, text
    if terms.spdx is None and not terms.id.startswith("LicenseRef-"):
        text = msg(
            "“{licence}” of source {source} is no known licence id; {count} records",
            licence=stated,
            source=name,
            count=count,
        )
        return Outcome.CANT_TELL, text
    text = msg(
        "source {source} is under {licence}, text on file; {count} records",
        source=name,
        licence=stated,
        count=count,
    )
    return Outcome.PASSED, text
