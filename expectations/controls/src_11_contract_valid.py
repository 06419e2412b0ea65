"""SRC-11."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from expectations import examples as ex
from expectations.control import Example, control
from expectations.findings import cannot_tell, day, failed, inapplicable, passed, shown
from pipelines.model.finding import Finding
from pipelines.model.message import msg
from pipelines.model.outcome import Outcome
from pipelines.model.profile import Profile
from pipelines.model.source import Licence, Source, SourceType


def _bought(valid_to: date | None, *, contract: bool = True) -> Source:
    terms: Licence = ex.licence("LicenseRef-contract", valid_to=valid_to)
    held = (ex.document("contract"),) if contract else ()
    return ex.source("vendor", type=SourceType.COMMERCIAL, licence=terms, evidence=held)


@control(
    examples=(
        Example(
            en="a contract until 2027 on file",
            zh="合同在案，2027 年到期",
            given={"sources": (_bought(date(2027, 6, 30)),), "profile": ex.profile(), "at": ex.AT},
            expect=(Outcome.PASSED,),
        ),
        Example(
            en="a contract that ended before the run",
            zh="合同在审计前到期",
            given={"sources": (_bought(date(2026, 10, 31)),), "profile": ex.profile(), "at": ex.AT},
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="no contract on file",
            zh="没有合同",
            given={
                "sources": (_bought(date(2027, 6, 30), contract=False),),
                "profile": ex.profile(),
                "at": ex.AT,
            },
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="a contract whose term nobody wrote down",
            zh="未写合同期限",
            given={"sources": (_bought(None),), "profile": ex.profile(), "at": ex.AT},
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="nothing was bought",
            zh="没有商业来源",
            given={"sources": (ex.source(),), "profile": ex.profile(), "at": ex.AT},
            expect=(Outcome.INAPPLICABLE,),
        ),
    ),
)
def src_11(sources: Sequence[Source], profile: Profile, at: datetime) -> Iterator[Finding]:
    """Commercial corpora under a valid contract.

    Why: without a valid contract there is no ground for using what was bought.
    Remedy: add the contract as `kind: contract` to the `evidence` of the source and its last day as
    `licence.valid_to`; renew one that has ended, or drop the source.
    """
    if not sources or any(source.type is None for source in sources):
        yield cannot_tell("sources", msg("a source is missing or states no type"))
    elif all(source.type is not SourceType.COMMERCIAL for source in sources):
        yield inapplicable("sources", msg("no source is of type {type}", type="commercial"))
    records = {figures.source: figures.records for figures in profile.sources}
    for source in sources:
        if source.type is not SourceType.COMMERCIAL:
            continue
        subject, name, end = f"source:{source.id}", shown(source.id), source.licence.valid_to
        count = records.get(source.id, 0)
        if not any(held.kind == "contract" for held in source.evidence):
            text = msg(
                "no contract of {source} is on file; {count} records", source=name, count=count
            )
            yield failed(subject, text, count=count, base=profile.records)
        elif end is None:
            text = msg("the term of the contract of {source} is not stated", source=name)
            yield cannot_tell(subject, text, count=count, base=profile.records)
        elif end < day(at):
            text = msg(
                "the contract of {source} ended on {end}; {count} records",
                source=name,
                end=end.isoformat(),
                count=count,
            )
            yield failed(subject, text, count=count, base=profile.records)
        else:
            text = msg(
                "the contract of {source} runs until {end}", source=name, end=end.isoformat()
            )
            yield passed(subject, text, count=count, base=profile.records)
