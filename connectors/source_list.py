"""Sources as values, from the manifest itself or from a JSON Lines file beside it."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from connectors.documents import Documents
from connectors.licences import normalise
from connectors.manifest_shapes import EvidenceShape, LicenceShape, SourceShape
from connectors.problems import Problems, stop
from connectors.shape_problems import Place, check
from connectors.yaml_lines import Loc
from pipelines.model.errors import ConfigError
from pipelines.model.message import Message, msg
from pipelines.model.source import EvidenceFile, Licence, Source

MOST_BYTES = 1024**3
LONGEST_LINE = 1024**2


def build_sources(
    stated: Sequence[tuple[SourceShape, Place]], documents: Documents
) -> list[Source]:
    """The sources as `stated`; a fault is gathered at the place of its source."""
    built: list[Source] = []
    seen: set[str] = set()
    for shape, place in stated:
        if shape.id in seen:
            place.add(
                ("id",),
                msg("there are two sources {id}", id=shape.id),
                msg("give each source an id of its own"),
            )
        seen.add(shape.id)
        built.append(_source(shape, place, documents))
    return built


def read_source_list(path: Path) -> Iterator[tuple[SourceShape, Place]]:
    """The sources in the JSON Lines file at `path`, an object a line, with their places.

    Raises:
        ConfigError: at the end, or at the tenth fault, when lines are no sources; at once when the
            file cannot be read.
    """
    problems = Problems(str(path))
    for number, content in _lines(path):
        place = Place(problems=problems, line=_always(number))
        try:
            value = json.loads(content, object_pairs_hook=_each_key_once)
        except (ValueError, RecursionError) as error:
            place.add((), *_not_json(error))
            continue
        shape = check(SourceShape, value, place)
        if shape is not None:
            yield shape, place
    problems.check()


def evidence(shape: EvidenceShape, place: Place, documents: Documents) -> EvidenceFile | None:
    """The document, or None with the fault gathered."""
    return document(shape.kind, shape.file, place.below("file"), documents)


def document(
    kind: str, given: str | None, place: Place, documents: Documents
) -> EvidenceFile | None:
    """The document at `given`, or None with the fault gathered; None where nothing is given."""
    if given is None:
        return None
    try:
        return documents.get(kind, given)
    except ConfigError as error:
        place.add_error((), error)
        return None


def _source(shape: SourceShape, place: Place, documents: Documents) -> Source:
    found = (
        evidence(one, place.below("evidence", at), documents)
        for at, one in enumerate(shape.evidence)
    )
    collected, generated = shape.collected, shape.generated_by
    return Source(
        id=shape.id,
        type=shape.type,
        licence=_licence(shape.licence or LicenceShape(), place.below("licence"), documents),
        files=shape.files,
        publisher=shape.publisher,
        url=shape.url,
        territory=shape.territory,
        collected_from=collected.first if collected else None,
        collected_to=collected.last if collected else None,
        generator_model=generated.model if generated else None,
        generator_version=generated.version if generated else None,
        generated_at=generated.at if generated else None,
        evidence=tuple(file for file in found if file is not None),
    )


def _licence(shape: LicenceShape, place: Place, documents: Documents) -> Licence:
    return Licence(
        id=shape.id,
        spdx=normalise(shape.id) if shape.id else None,
        text=document("licence", shape.text, place.below("text"), documents),
        verified_by=shape.verified_by,
        verified_at=shape.verified_at,
        valid_to=shape.valid_to,
    )


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Line number and content of each line that is not blank, in bounded memory."""
    if path.stat().st_size > MOST_BYTES:
        raise stop(
            str(path),
            None,
            msg("the file is larger than {limit} bytes", limit=MOST_BYTES),
            msg("split the dataset into several, each with its own sources"),
        )
    with path.open("rb") as file:
        number = 0
        while content := file.readline(LONGEST_LINE + 1):
            number += 1
            if len(content) > LONGEST_LINE:
                raise stop(
                    str(path),
                    number,
                    msg("the line is longer than {limit} bytes", limit=LONGEST_LINE),
                    msg("write one source a line"),
                )
            if content.strip():
                yield number, content


class _TwiceError(ValueError):
    """A key is in an object twice."""


def _each_key_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _TwiceError
    return found


def _not_json(error: Exception) -> tuple[Message, Message]:
    if isinstance(error, _TwiceError):
        return msg("a field is here twice"), msg("keep one of the two")
    return (
        msg("this is not a JSON object"),
        msg("write one source a line, as a JSON object in UTF-8"),
    )


def _always(number: int) -> Callable[[Loc], int]:
    def line(_: Loc) -> int:
        return number

    return line
