"""The `annotation` part of a manifest: rules are read, the other files hashed."""

from connectors.documents import Documents
from connectors.manifest_shapes import AnnotationShape, LabelColumnsShape, LabelsShape
from connectors.moments import moment_reader, zone
from connectors.rules import read_rules
from connectors.shape_problems import Place
from connectors.source_list import document
from pipelines.model.annotation import AnnotationProject, LabelLayout, RuleSet
from pipelines.model.errors import ConfigError
from pipelines.model.source import EvidenceFile


def build_annotation(
    shape: AnnotationShape, place: Place, documents: Documents
) -> AnnotationProject:
    """The annotation project; faults of the manifest are gathered at `place`.

    Raises:
        ConfigError: the rules file is malformed.
    """
    labels = shape.labels
    return AnnotationProject(
        rules=_rules(shape.rules, place.below("rules"), documents),
        annotators=document("annotators", shape.annotators, place.below("annotators"), documents),
        labels=_label_files(labels, place.below("labels"), documents) if labels else (),
        labels_format=labels.format if labels else "csv",
        reviews=document("reviews", shape.reviews, place.below("reviews"), documents),
        folder=documents.reach.folder,
        layout=_layout(labels, place.below("labels")) if labels else LabelLayout(),
    )


def _rules(given: str | None, place: Place, documents: Documents) -> RuleSet | None:
    found = document("rules", given, place, documents)
    if found is None:
        return None
    return read_rules(documents.reach.folder / found.name, name=found.name)


def _label_files(
    shape: LabelsShape, place: Place, documents: Documents
) -> tuple[EvidenceFile, ...]:
    names: dict[str, None] = {}
    for at, glob in enumerate(shape.files):
        try:
            names.update(dict.fromkeys(documents.reach.glob(glob)))
        except ConfigError as error:
            place.add_error(("files", at), error)
    return tuple(documents.get("labels", name) for name in names)


def _layout(shape: LabelsShape, place: Place) -> LabelLayout:
    timezone = shape.timezone or "UTC"
    naive = zone("UTC")
    try:
        naive = zone(timezone)
    except ConfigError as error:
        place.add_error(("timezone",), error)
    try:
        moment_reader(shape.timestamp_format, naive)
    except ConfigError as error:
        place.add_error(("timestamp_format",), error)
    columns = shape.columns or LabelColumnsShape()
    return LabelLayout(
        **columns.model_dump() | ({"annotator": None} if shape.anonymous else {}),
        timestamp_formats=shape.timestamp_format,
        timezone=timezone,
    )
