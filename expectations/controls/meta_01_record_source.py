"""META-01."""

from collections.abc import Iterator

from expectations import examples as ex
from expectations.control import Example, control
from expectations.findings import cannot_tell, failed, passed, percent, shown
from pipelines.model.dataset import Dataset, Layout, RecordShape
from pipelines.model.finding import Finding
from pipelines.model.message import msg
from pipelines.model.outcome import Outcome
from pipelines.model.profile import Profile
from pipelines.model.source import Source, SourceType


@control(
    examples=(
        Example(
            en="every record belongs to a described source",
            zh="每条记录都归属一个写明的来源",
            given={"dataset": ex.dataset(), "profile": ex.profile()},
            expect=(Outcome.PASSED,),
        ),
        Example(
            en="four records without a source",
            zh="四条记录没有来源",
            given={
                "dataset": ex.dataset(),
                "profile": ex.profile(ex.source_profile(records=996), ex.source_profile(None, 4)),
            },
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="an open source without publisher and address",
            zh="开源来源没有发布者和网址",
            given={
                "dataset": ex.dataset(ex.source(publisher=None, url=None)),
                "profile": ex.profile(),
            },
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="a source of no stated type",
            zh="来源未写类型",
            given={"dataset": ex.dataset(ex.source(type=None)), "profile": ex.profile()},
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="user input of which some files name no subject",
            zh="部分文件的用户输入没有写明个人",
            given={
                "dataset": ex.dataset(
                    ex.source(type=SourceType.USER_INPUT),
                    files=("part-0.jsonl", "part-1.csv"),
                    apart=(
                        Layout(
                            files=("part-1.csv",),
                            record=RecordShape(text=("text",), subject="customer"),
                        ),
                    ),
                ),
                "profile": ex.profile(),
            },
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="no records",
            zh="没有记录",
            given={"dataset": ex.dataset(), "profile": ex.profile(ex.source_profile(records=0))},
            expect=(Outcome.CANT_TELL,),
        ),
    ),
)
def meta_01(dataset: Dataset, profile: Profile) -> Iterator[Finding]:
    """Every sample carries source metadata.

    Why: the source must be known for each sample; a card for the whole dataset does not do.
    Remedy: let each record belong to a source by the column `record.source` or the `files` of the
    source, and complete the fields its type asks for.
    """
    if not profile.records:
        yield cannot_tell("dataset", msg("no record was read"))
        return
    if profile.unsourced:
        text = msg(
            "{count} records ({share}) belong to no source",
            count=profile.unsourced,
            share=percent(profile.unsourced, profile.records),
        )
        yield failed("dataset", text, count=profile.unsourced, base=profile.records)
    described = {source.id: source for source in dataset.sources}
    good = 0
    for figures in profile.sources:
        if figures.source is None or not figures.records:
            continue
        source, name = described.get(figures.source), shown(figures.source)
        subject, count = f"source:{figures.source}", figures.records
        if source is None or source.type is None:
            text = msg(
                "what {source} must state depends on its type, and that is not stated", source=name
            )
            yield cannot_tell(subject, text, count=count, base=profile.records)
        elif source.type is SourceType.USER_INPUT and len(_subjects(dataset)) > 1:
            text = msg("some files name a subject of {source} and some do not", source=name)
            yield cannot_tell(subject, text, count=count, base=profile.records)
        elif missing := _missing(source, dataset):
            text = msg(
                "{count} records of {source} lack {fields}",
                count=count,
                source=name,
                fields=", ".join(missing),
            )
            yield failed(subject, text, count=count, base=profile.records)
        else:
            good += count
    if good == profile.records:
        text = msg("all {count} records carry the metadata of their source", count=good)
        yield passed("dataset", text, count=good, base=profile.records)


def _subjects(dataset: Dataset) -> set[bool]:
    return {shape.subject is not None for shape in dataset.shapes}


def _missing(source: Source, dataset: Dataset) -> list[str]:
    """The fields the source's type asks for and that are not there."""
    match source.type:
        case SourceType.OPEN_SOURCE:
            needed = {"publisher or url": source.publisher or source.url}
        case SourceType.SELF_COLLECTED_WEB:
            needed = {"url": source.url}
        case SourceType.COMMERCIAL | SourceType.SELF_PRODUCED:
            needed = {"publisher": source.publisher}
        case SourceType.USER_INPUT:
            named = next((shape.subject for shape in dataset.shapes if shape.subject), None)
            needed = {"record.subject": named}
        case SourceType.SYNTHETIC:
            needed = {"model": source.generator_model, "at": source.generated_at}
        case None:
            needed = {}
    return [field for field, value in needed.items() if not value]
