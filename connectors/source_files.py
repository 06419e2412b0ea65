"""Which file comes from which source, where a manifest says so by file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.globs import Pattern
from pipelines.model.dataset import Dataset
from pipelines.model.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """The files of a dataset as its sources claim them by glob."""

    source: Mapping[str, str]
    """File to source id; files nobody claims are absent."""
    disputed: Sequence[tuple[str, str, str]]
    """Files two sources claim: file, first source, other source."""
    idle: Sequence[tuple[str, int]]
    """Globs that claim no file: source id, position of the glob."""


def claims(files: Sequence[str], sources: Sequence[Source]) -> Claims:
    """Who claims what. A glob without a wildcard costs one look-up, others one match a file."""
    source: dict[str, str] = {}
    disputed: list[tuple[str, str, str]] = []
    idle: list[tuple[str, int]] = []
    present = frozenset(files)
    for claimant in sources:
        for position, glob in enumerate(claimant.files):
            claimed = _claimed(Pattern.of(glob), files, present)
            if not claimed:
                idle.append((claimant.id, position))
            for file in claimed:
                first = source.setdefault(file, claimant.id)
                if first != claimant.id:
                    disputed.append((file, first, claimant.id))
    return Claims(source=source, disputed=disputed, idle=idle)


def source_of_files(dataset: Dataset) -> Mapping[str, str]:
    """File to source id, for the files whose source is known without looking at their records.

    An only source that names no files has them all. A column of sources, where there is one, speaks
    for the single record and comes before this.
    """
    if len(dataset.sources) == 1 and not dataset.sources[0].files:
        return dict.fromkeys(dataset.files, dataset.sources[0].id)
    return claims(dataset.files, dataset.sources).source


def _claimed(pattern: Pattern, files: Sequence[str], present: frozenset[str]) -> list[str]:
    if pattern.literal is not None:
        return [pattern.literal] if pattern.literal in present else []
    return [file for file in files if pattern.matches(file)]
