"""The fields of `dataset.yaml` as they are written; `connectors.manifest` makes values of them."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from connectors.shape_fields import (
    DayOrMonth,
    Encoding,
    Ground,
    Line,
    Lines,
    OptionalDay,
    OptionalLine,
    Presence,
    Prose,
    Shape,
    Territory,
    as_list,
    choice,
    member,
    refuse,
)
from pipelines.model.dataset import Format, Purpose, Split
from pipelines.model.message import msg
from pipelines.model.source import SourceType

_ID = re.compile(r"[a-z0-9-]{1,100}")
_LATER = ("warc", "webdataset")


def _dataset_id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise refuse(
            msg("this is not an id"),
            msg("use small letters a to z, digits and hyphens, at most 100, for example alpaca-zh"),
        )
    return text


def _format(given: object) -> object:
    if isinstance(given, str) and given.strip() in _LATER:
        raise refuse(
            msg("this version has no reader for {format}", format=given.strip()),
            msg("write one of: {choices}", choices=", ".join(one.value for one in Format)),
        )
    return member(Format)(given)


def _labels_format(given: object) -> object:
    if given == "label_studio":
        raise refuse(
            msg("this version reads labels from CSV only"),
            msg("export the labels as CSV: item, annotator, label, rule_version, at, seconds"),
        )
    if isinstance(given, str) and given.strip() != "csv":
        raise choice(given, ["csv"])
    return given


DatasetName = Annotated[Line, AfterValidator(_dataset_id)]


class TitleShape(Shape):
    """`title: {zh: …, en: …}`; one of the two is enough."""

    zh: OptionalLine = None
    en: OptionalLine = None

    @model_validator(mode="after")
    def _one_language(self) -> Self:
        if self.zh is None and self.en is None:
            raise refuse(
                msg("the title is empty"), msg("write it under zh, under en, or under both")
            )
        return self


class RecordShapeShape(Shape):
    """`record`: which columns hold what."""

    text: Annotated[Lines, Field(min_length=1, max_length=100)] = ("text",)
    optional: Annotated[Lines, Field(max_length=100)] = ()
    id: OptionalLine = None
    source: OptionalLine = None
    subject: OptionalLine = None
    contact: OptionalLine = None

    @model_validator(mode="after")
    def _each_column_once(self) -> Self:
        if len(set(self.text)) < len(self.text):
            raise refuse(msg("a text column is named twice"), msg("name each column once"))
        return self

    @model_validator(mode="after")
    def _some_text_always(self) -> Self:
        named = {*self.text, self.id, self.source, self.subject, self.contact}
        if unknown := [column for column in self.optional if column not in named]:
            raise refuse(
                msg("{column} is optional, but holds nothing", column=unknown[0]),
                msg("name it under text too, or take it out of optional"),
            )
        if set(self.text) <= set(self.optional):
            raise refuse(
                msg("every text column is optional"),
                msg("leave out of optional the column that each record has"),
            )
        return self


class FilesShape(Shape):
    """An item of `files`: globs, and how the files are read where that differs."""

    glob: Annotated[Lines, Field(min_length=1, max_length=10_000)]
    format: Annotated[Format | None, BeforeValidator(_format)] = None
    split: Annotated[Split | None, BeforeValidator(member(Split))] = None
    encoding: Encoding = None
    record: RecordShapeShape | None = None

    @property
    def apart(self) -> bool:
        """Whether anything differs from the rest of the dataset."""
        return any((self.format, self.split, self.encoding, self.record))


def _files_item(given: object) -> object:
    """A glob alone is read as the dataset says."""
    return {"glob": given} if isinstance(given, str) else given


class CollectedShape(Shape):
    """`collected: {from: …, to: …}`."""

    first: OptionalDay = Field(None, alias="from")
    last: OptionalDay = Field(None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first and self.last and self.last < self.first:
            raise refuse(msg("the end lies before the beginning"), msg("exchange the two dates"))
        return self


class GeneratorShape(Shape):
    """`generated_by`: the model that wrote the records of a synthetic source."""

    model: OptionalLine = None
    version: OptionalLine = None
    at: DayOrMonth = None


class LicenceShape(Shape):
    """`licence`: id null = unstated."""

    id: OptionalLine = None
    text: OptionalLine = None
    verified_by: OptionalLine = None
    verified_at: OptionalDay = None
    valid_to: OptionalDay = None


class EvidenceShape(Shape):
    """One document that supports a statement."""

    kind: Line = "document"
    file: Line


class SourceShape(Shape):
    """One entry of `sources`."""

    id: Line
    type: Annotated[SourceType | None, BeforeValidator(member(SourceType))] = None
    files: Lines = ()
    publisher: OptionalLine = None
    url: OptionalLine = None
    territory: Territory = None
    collected: CollectedShape | None = None
    licence: LicenceShape | None = None
    generated_by: GeneratorShape | None = None
    evidence: tuple[EvidenceShape, ...] = ()


class PersonalInformationShape(Shape):
    """`personal_information`: what is declared about it."""

    present: Presence = None
    basis: Ground = None
    consents: OptionalLine = None
    extra: dict[Line, Prose] = Field(default_factory=dict)


class LabelColumnsShape(Shape):
    """`labels.columns`: what the columns are called in the label files."""

    item: Line = "item"
    annotator: Line = "annotator"
    label: Line = "label"
    rule_version: Line = "rule_version"
    started: Line = "started"
    at: Line = "at"
    seconds: Line = "seconds"


class LabelsShape(Shape):
    """`annotation.labels`."""

    format: Annotated[Literal["csv"], BeforeValidator(_labels_format)] = "csv"
    files: Annotated[Lines, Field(min_length=1, max_length=10_000)]
    columns: LabelColumnsShape | None = None
    anonymous: bool = False
    """Whether the files do not say who labelled."""
    timestamp_format: Annotated[Lines, Field(max_length=10)] = ()
    timezone: OptionalLine = None

    @model_validator(mode="after")
    def _nobody_or_somebody(self) -> Self:
        if self.anonymous and self.columns and "annotator" in self.columns.model_fields_set:
            raise refuse(
                msg("the labels are anonymous, and a column names who gave them"),
                msg("take out one of the two"),
            )
        return self


class AnnotationShape(Shape):
    """`annotation`: absent when nothing is labelled."""

    rules: OptionalLine = None
    annotators: OptionalLine = None
    labels: LabelsShape | None = None
    reviews: OptionalLine = None


class ManifestShape(Shape):
    """The whole of `dataset.yaml`; a path under `sources` has been replaced before."""

    dataset: DatasetName
    title: TitleShape
    purpose: Annotated[Purpose, BeforeValidator(member(Purpose))]
    derived_from: Annotated[tuple[DatasetName, ...], Field(max_length=1000)] = ()
    files: Annotated[
        tuple[Annotated[FilesShape, BeforeValidator(_files_item)], ...],
        BeforeValidator(as_list),
        Field(min_length=1, max_length=10_000),
    ]
    format: Annotated[Format | None, BeforeValidator(_format)] = None
    split: Annotated[Split, BeforeValidator(member(Split))] = Split.LINE
    encoding: Encoding = None
    record: RecordShapeShape = RecordShapeShape()
    sources: tuple[SourceShape, ...] = ()
    personal_information: PersonalInformationShape = PersonalInformationShape()
    annotation: AnnotationShape | None = None
    evidence: tuple[EvidenceShape, ...] = ()
    attributes: dict[Line, Prose] = Field(default_factory=dict)
