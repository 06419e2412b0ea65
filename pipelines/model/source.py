"""Where records come from, under what terms, and on what ground personal information is in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from pipelines.model.ids import Digest


class SourceType(StrEnum):
    """The six source types of the controls catalogue."""

    OPEN_SOURCE = "open_source"
    SELF_COLLECTED_WEB = "self_collected_web"
    SELF_PRODUCED = "self_produced"
    COMMERCIAL = "commercial"
    USER_INPUT = "user_input"
    SYNTHETIC = "synthetic"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFile:
    """A document that supports a statement, kept once by digest."""

    kind: str
    """`licence`, `terms`, `contract`, `crawl_log`, `assessment`, … : free, printed as it is."""
    name: str
    """The path as the manifest gives it, relative to the manifest."""
    digest: Digest
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """Terms of use as stated for a source."""

    id: str | None
    """An SPDX expression, `LicenseRef-…`, or free text; None = unstated."""
    spdx: str | None = None
    """The normalised SPDX expression, None when `id` is not one."""
    text: EvidenceFile | None = None
    verified_by: str | None = None
    verified_at: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where records come from: a crawl, a supplier, a licence deal (PROV Entity)."""

    id: str
    type: SourceType | None
    licence: Licence
    files: tuple[str, ...] = ()
    """Globs of the files that come from it; empty = decided by a column, or the only source."""
    publisher: str | None = None
    url: str | None = None
    territory: str | None = None
    """ISO 3166-1 alpha-2."""
    collected_from: date | None = None
    collected_to: date | None = None
    generator_model: str | None = None
    generator_version: str | None = None
    generated_at: str | None = None
    """ISO 8601 date or month, as stated."""
    evidence: tuple[EvidenceFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One consent (or other ground) of one person; the person only as a keyed digest."""

    subject: str
    """`hmac-sha256:<key id>:<hex>`."""
    basis: str
    """`13(1)` … `13(7)` of the PIPL."""
    purpose: str
    notice_version: str | None
    given_at: datetime | None
    valid_to: datetime | None
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalInformation:
    """What the manifest declares about personal information."""

    present: bool | None = None
    """None = unknown."""
    basis: str | None = None
    consents: EvidenceFile | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
