"""SRC-16."""

from collections.abc import Iterator, Sequence

from expectations import examples as ex
from expectations.control import Example, control
from expectations.findings import cannot_tell, failed, inapplicable, passed, shown
from pipelines.model.finding import Finding
from pipelines.model.message import msg
from pipelines.model.outcome import Outcome
from pipelines.model.profile import Profile
from pipelines.model.source import Source, SourceType


def _made(version: str | None = "2", at: str | None = "2026-03") -> Source:
    return ex.source(
        type=SourceType.SYNTHETIC,
        generator_model="model-x",
        generator_version=version,
        generated_at=at,
    )


@control(
    examples=(
        Example(
            en="model, version and month",
            zh="模型、版本和月份齐全",
            given={"sources": (_made(),), "profile": ex.profile()},
            expect=(Outcome.PASSED,),
        ),
        Example(
            en="no time of acquisition",
            zh="没有获取时间",
            given={"sources": (_made(at=None),), "profile": ex.profile()},
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="some records without a time",
            zh="部分记录没有时间",
            given={
                "sources": (_made(),),
                "profile": ex.profile(ex.source_profile(generated_without_time=7)),
            },
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="a model name without a version",
            zh="只有模型名，没有版本",
            given={"sources": (_made(version=None),), "profile": ex.profile()},
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="nothing synthetic",
            zh="没有合成数据",
            given={"sources": (ex.source(),), "profile": ex.profile()},
            expect=(Outcome.INAPPLICABLE,),
        ),
    ),
)
def src_16(sources: Sequence[Source], profile: Profile) -> Iterator[Finding]:
    """Synthetic data records model version and time.

    Why: rights and risks of generated content depend on which model made it, and when.
    Remedy: complete `model`, `version` and `at` under `generated_by`.
    """
    if not sources or any(source.type is None for source in sources):
        yield cannot_tell("sources", msg("a source is missing or states no type"))
    elif all(source.type is not SourceType.SYNTHETIC for source in sources):
        yield inapplicable("sources", msg("no source is of type {type}", type="synthetic"))
    held = {figures.source: figures for figures in profile.sources}
    for source in sources:
        if source.type is not SourceType.SYNTHETIC:
            continue
        figures = held.get(source.id)
        count = figures.records if figures else 0
        untimed = figures.generated_without_time if figures else 0
        subject, name = f"source:{source.id}", shown(source.id)
        named = {"model": source.generator_model, "at": source.generated_at}
        missing = [field for field, value in named.items() if not value]
        if missing:
            text = msg(
                "{source} lacks {fields} of its generation; {count} records",
                source=name,
                fields=", ".join(missing),
                count=count,
            )
            yield failed(subject, text, count=count, base=profile.records)
        elif untimed:
            text = msg(
                "{count} generated records of {source} carry no time", count=untimed, source=name
            )
            yield failed(subject, text, count=untimed, base=count)
        elif not source.generator_version:
            text = msg(
                "{source} names the model {model} without a version",
                source=name,
                model=shown(source.generator_model or ""),
            )
            yield cannot_tell(subject, text, count=count, base=profile.records)
        else:
            text = msg("{source} names model, version and time", source=name)
            yield passed(subject, text, count=count, base=profile.records)
