"""The named thing that is audited, as its manifest describes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from pipelines.model.annotation import AnnotationProject
from pipelines.model.ids import DatasetId, Digest
from pipelines.model.source import EvidenceFile, PersonalInformation, Source

MAX_RECORD_BYTES = 64 * 1024 * 1024
"""A larger record is quarantined, where nobody sets another limit: memory follows this one."""


class Purpose(StrEnum):
    """What the data is to be used for."""

    PRETRAIN = "pretrain"
    FINE_TUNE = "fine_tune"
    ALIGNMENT = "alignment"
    EVALUATION = "evaluation"


class Format(StrEnum):
    """File formats with a reader."""

    JSONL = "jsonl"
    JSON = "json"
    """One JSON array of objects."""
    PARQUET = "parquet"
    CSV = "csv"
    TSV = "tsv"
    TEXT = "text"


class Split(StrEnum):
    """What one record of a plain text file is."""

    LINE = "line"
    PARAGRAPH = "paragraph"
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordShape:
    """Which columns hold what. Columns of `text` are joined with a line feed."""

    text: tuple[str, ...]
    optional: tuple[str, ...] = ()
    """Columns a record may lack; it is then read as having nothing there."""
    id: str | None = None
    source: str | None = None
    subject: str | None = None
    contact: str | None = None
    """A column with contact data (author, address): scanned for personal information, not text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How some files are read: their format, and which of their columns hold what."""

    files: tuple[str, ...]
    """As in `Dataset.files`."""
    record: RecordShape
    format: Format | None = None
    """None = guessed from the name and the first bytes of each."""
    split: Split = Split.LINE
    encoding: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A manifest, read and checked. Paths are absolute here, and named relative to `root`."""

    id: DatasetId
    title: Mapping[str, str]
    """`zh` and/or `en`."""
    purpose: Purpose
    manifest: Path
    manifest_digest: Digest
    root: Path
    """The manifest's folder."""
    files: tuple[str, ...]
    """Existing data files, each once: in the order of the globs, by name within a glob.

    POSIX paths relative to `root`; a file named by an absolute glob keeps its absolute path.
    """
    record: RecordShape
    sources: tuple[Source, ...]
    personal_information: PersonalInformation
    format: Format | None = None
    split: Split = Split.LINE
    encoding: str | None = None
    apart: tuple[Layout, ...] = ()
    """Files that are not read as the others are; each file in one of them at most."""
    derived_from: tuple[str, ...] = ()
    annotation: AnnotationProject | None = None
    evidence: tuple[EvidenceFile, ...] = ()
    """Documents that support a statement, each once: licence texts, rules, the list of sources.

    Consents are not among them: they hold identifiers, which are kept as keyed digests only.
    """
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def layouts(self) -> tuple[Layout, ...]:
        """Every file in one layout, those of the dataset as a whole first; none is empty."""
        elsewhere = {name for layout in self.apart for name in layout.files}
        usual = Layout(
            files=tuple(name for name in self.files if name not in elsewhere),
            record=self.record,
            format=self.format,
            split=self.split,
            encoding=self.encoding,
        )
        return tuple(layout for layout in (usual, *self.apart) if layout.files)

    @property
    def shapes(self) -> tuple[RecordShape, ...]:
        """The record shapes in use."""
        return tuple(layout.record for layout in self.layouts) or (self.record,)
