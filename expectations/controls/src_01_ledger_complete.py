"""SRC-01."""

from collections.abc import Iterator, Sequence

from expectations import examples as ex
from expectations.control import Example, control
from expectations.findings import cannot_tell, failed, passed, shown
from pipelines.model.finding import Finding
from pipelines.model.message import msg
from pipelines.model.outcome import Outcome
from pipelines.model.profile import Profile
from pipelines.model.source import Source


@control(
    examples=(
        Example(
            en="a source with every field",
            zh="来源各项齐全",
            given={"sources": (ex.source(),), "profile": ex.profile()},
            expect=(Outcome.PASSED,),
        ),
        Example(
            en="a source whose territory nobody wrote down",
            zh="来源未写明地域",
            given={"sources": (ex.source(territory=None),), "profile": ex.profile()},
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="no source registered",
            zh="没有登记来源",
            given={"sources": (), "profile": ex.profile()},
            expect=(Outcome.CANT_TELL,),
        ),
    ),
)
def src_01(
    sources: Sequence[Source], profile: Profile, *, fields: tuple[str, ...]
) -> Iterator[Finding]:
    """Every corpus is in the source ledger.

    Why: Article 7(1) asks for lawful sources; a source with gaps in the ledger cannot be
    explained to an inspector.
    Remedy: complete the named fields under `sources` in the manifest, and add the files that bear
    them out to the `evidence` of the source.
    """
    if not sources:
        yield cannot_tell("sources", msg("no source is registered"))
    records = {figures.source: figures.records for figures in profile.sources}
    for source in sources:
        missing = [field for field in fields if not _held(source, field)]
        subject, count = f"source:{source.id}", records.get(source.id, 0)
        if missing:
            text = msg(
                "source {source} lacks {fields}; {count} records come from it",
                source=shown(source.id),
                fields=", ".join(missing),
                count=count,
            )
            yield failed(subject, text, count=count, base=profile.records)
        else:
            text = msg("the ledger row of {source} is complete", source=shown(source.id))
            yield passed(subject, text, count=count, base=profile.records)


def _held(source: Source, field: str) -> bool:
    match field:
        case "type":
            return source.type is not None
        case "origin":
            return bool(source.url or source.publisher)
        case "collected":
            return bool(source.collected_to or source.collected_from or source.generated_at)
        case "territory":
            return bool(source.territory)
        case "evidence":
            return bool(source.evidence or source.licence.text)
        case "licence":
            return source.licence.id is not None
    raise ValueError(f"the ledger has no field {field}")
