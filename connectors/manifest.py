"""`dataset.yaml` read, checked and turned into a Dataset."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from connectors.annotation_part import build_annotation
from connectors.documents import Documents
from connectors.globs import Pattern
from connectors.manifest_shapes import FilesShape, ManifestShape, SourceShape
from connectors.paths import Reach
from connectors.problems import Problems, stop
from connectors.shape_problems import Place, check
from connectors.source_files import claims
from connectors.source_list import build_sources, document, evidence, read_source_list
from connectors.yaml_lines import Node, read_bounded, read_yaml
from pipelines.model.annotation import AnnotationProject
from pipelines.model.dataset import Dataset, Layout, RecordShape
from pipelines.model.errors import ConfigError
from pipelines.model.ids import DatasetId, digest_of
from pipelines.model.message import msg
from pipelines.model.source import EvidenceFile, PersonalInformation, Source


def read_manifest(path: Path, *, roots: Sequence[Path] = ()) -> Dataset:
    """The dataset that the manifest at `path` describes.

    Everything it names lies below its own folder or below one of `roots`, links resolved. Data
    files come in the order of the globs, by name within a glob: duplicates keep the first.

    Raises:
        ConfigError: the manifest, its list of sources or its rules cannot be followed; the message
            names file, line and field, of up to ten faults.
    """
    content = read_bounded(path)
    located = read_yaml(path, content)
    place = Place(problems=Problems(str(path)), line=located.line)
    shape, source_list = _shape(located.value, place)
    reach = Reach.of(path.absolute().parent, roots)
    documents = Documents(reach)
    listed = document("sources", source_list, place.below("sources"), documents)
    stated = _stated_sources(shape, listed, place, reach)
    sources = build_sources(stated, documents)
    for other in {one.problems for _, one in stated} - {place.problems}:
        other.check()
    named = {path.name, source_list, shape.personal_information.consents}
    matched = _files(shape, place, reach, {name for name in named if name})
    files = tuple(matched)
    apart = _apart(shape, matched)
    columns = [shape.record.source, *(layout.record.source for layout in apart)]
    named_in_records = all(column is not None for column in columns)
    _check_claims(files, sources, stated, place, by_record=named_in_records)
    annotation = None
    if shape.annotation is not None:
        annotation = build_annotation(shape.annotation, place.below("annotation"), documents)
    supporting = _evidence(shape, place, documents, listed, sources, annotation)
    information = _information(shape, place, documents)
    place.problems.check()
    return Dataset(
        id=DatasetId(shape.dataset),
        title={lang: text for lang, text in shape.title.model_dump().items() if text},
        purpose=shape.purpose,
        manifest=reach.folder / path.name,
        manifest_digest=digest_of(content),
        root=reach.folder,
        files=files,
        record=RecordShape(**shape.record.model_dump()),
        sources=tuple(sources),
        personal_information=information,
        format=shape.format,
        split=shape.split,
        encoding=shape.encoding,
        apart=apart,
        derived_from=shape.derived_from,
        annotation=annotation,
        evidence=supporting,
        attributes=shape.attributes,
    )


def _shape(value: Node, place: Place) -> tuple[ManifestShape, str | None]:
    """The fields of the manifest, and the path of the list of sources where it names one."""
    if not isinstance(value, dict):
        raise stop(
            place.problems.file,
            None,
            msg("this is not a manifest"),
            msg("begin with the fields dataset, title, purpose, files and record"),
        )
    stated = value.get("sources")
    source_list = stated.strip() if isinstance(stated, str) else None
    if source_list is not None:
        value = {name: part for name, part in value.items() if name != "sources"}
    shape = check(ManifestShape, value, place)
    place.problems.check()
    assert shape is not None  # noqa: S101  a shape that is None has left problems
    return shape, source_list


def _information(shape: ManifestShape, place: Place, documents: Documents) -> PersonalInformation:
    declared = shape.personal_information
    where = place.below("personal_information", "consents")
    return PersonalInformation(
        present=declared.present,
        basis=declared.basis,
        consents=document("consents", declared.consents, where, documents),
        extra=declared.extra,
    )


def _stated_sources(
    shape: ManifestShape, listed: EvidenceFile | None, place: Place, reach: Reach
) -> list[tuple[SourceShape, Place]]:
    if listed is not None:
        return list(read_source_list(reach.folder / listed.name))
    return [(one, place.below("sources", at)) for at, one in enumerate(shape.sources)]


def _files(
    shape: ManifestShape, place: Place, reach: Reach, named: set[str]
) -> dict[str, FilesShape]:
    """The data files, each once, and the item that names it first.

    A wildcard never takes what the manifest names for another use.
    """
    others = {PurePosixPath(name).as_posix() for name in named}
    found: dict[str, FilesShape] = {}
    for at, item, glob in (
        (n, one, glob) for n, one in enumerate(shape.files) for glob in one.glob
    ):
        try:
            matched = reach.glob(glob)
        except ConfigError as error:
            place.add_error(("files", at), error)
            continue
        literal = Pattern.of(glob).literal is not None
        kept = [name for name in matched if literal or name not in others]
        if not kept:
            place.add(
                ("files", at),
                msg("{pattern} matches no file but the manifest's own", pattern=glob),
                msg("name the files that hold the records"),
            )
        for name in kept:
            found.setdefault(name, item)
    return found


def _apart(shape: ManifestShape, matched: Mapping[str, FilesShape]) -> tuple[Layout, ...]:
    """The layouts of the items that are read in their own way, in the order of the manifest."""
    names: dict[int, list[str]] = {}
    for name, item in matched.items():
        names.setdefault(id(item), []).append(name)
    return tuple(
        Layout(
            files=tuple(names[id(item)]),
            record=RecordShape(**(item.record or shape.record).model_dump()),
            format=item.format or shape.format,
            split=item.split or shape.split,
            encoding=item.encoding or shape.encoding,
        )
        for item in shape.files
        if item.apart and id(item) in names
    )


def _check_claims(
    files: Sequence[str],
    sources: Sequence[Source],
    stated: Sequence[tuple[SourceShape, Place]],
    place: Place,
    *,
    by_record: bool,
) -> None:
    """Each source says what comes from it, no two say so of one file, no glob is idle."""
    places = {shape.id: where for shape, where in stated}
    if len(sources) > 1 and not by_record:
        for source in sources:
            if not source.files:
                places[source.id].add(
                    (),
                    msg("the source {id} does not say what comes from it", id=source.id),
                    msg("list its files under files, or name a column under record.source"),
                )
    if not files:
        return
    found = claims(files, sources)
    for id_, at in found.idle:
        places[id_].add(
            ("files", at),
            msg("this matches none of the files of the dataset"),
            msg("write it as under files of the manifest, relative to the manifest"),
        )
    for file, first, other in found.disputed:
        places[other].add(
            ("files",),
            msg("{file} comes from {first} already", file=file, first=first),
            msg("let each file come from one source, or name a column under record.source"),
        )
    for other_problems in {where.problems for where in places.values()} - {place.problems}:
        other_problems.check()


def _evidence(
    shape: ManifestShape,
    place: Place,
    documents: Documents,
    listed: EvidenceFile | None,
    sources: Sequence[Source],
    annotation: AnnotationProject | None,
) -> tuple[EvidenceFile, ...]:
    """Every supporting document, each once, in the order of the manifest."""

    def every() -> Iterator[EvidenceFile | None]:
        yield listed
        for source in sources:
            yield source.licence.text
            yield from source.evidence
        for at, one in enumerate(shape.evidence):
            yield evidence(one, place.below("evidence", at), documents)
        yield annotation.rules.file if annotation and annotation.rules else None

    return tuple(dict.fromkeys(file for file in every() if file is not None))
