"""The keyword library of a run: read before anything begins, kept by digest, found by workers."""

import functools
from pathlib import Path

import pyarrow as pa

from connectors.keyword_library import read_library
from expectations.keyword_file import library_path
from expectations.policy import Policy
from pipelines.kernels.keywords import KeywordSearch, KeywordTable, keyword_table
from pipelines.model.errors import ConfigError, EvidenceError
from pipelines.model.evidence import KEYWORDS
from pipelines.model.ids import Digest
from pipelines.model.keywords import KeywordLibrary, LibrarySize
from pipelines.model.message import msg
from pipelines.stages.shard_plan import Plan
from pipelines.store.evidence import EvidenceStore


def check_library(policy: Path | None, rules: Policy) -> Path | None:
    """Where the library is that `rules`, read from `policy`, name; None where they name none.

    Raises:
        ConfigError: a row of it is malformed.
    """
    if policy is None or rules.keywords.library is None:
        return None
    path = library_path(policy, rules.keywords.library)
    read_library(path)
    return path


def keep_library(path: Path, rules: Policy, evidence: EvidenceStore) -> None:
    """The library at `path` is evidence under the digest that `rules` state.

    Raises:
        ConfigError: the file has changed since the policy was read.
    """
    name = str(rules.keywords.library)
    if evidence.keep(path, "keywords", name).digest != rules.keywords.digest:
        raise ConfigError(
            msg("{file} was changed while it was read", file=name),
            advice=msg("run it again when nobody writes to the file"),
        )


@functools.lru_cache(maxsize=2)
def kept_library(evidence: Path, digest: Digest) -> KeywordLibrary:
    """The library kept in the evidence folder under `digest`.

    Raises:
        EvidenceError: it is gone.
    """
    path = EvidenceStore(evidence).file(digest)
    if not path.is_file():
        raise EvidenceError(
            msg("the keyword library {digest} is gone", digest=digest),
            advice=msg("restore {path} from a backup, or audit again", path=str(path)),
        )
    return read_library(path)


@functools.lru_cache(maxsize=2)
def kept_table(evidence: Path, digest: Digest) -> KeywordTable:
    """What the kernels search with for the library kept under `digest`."""
    return keyword_table(kept_library(evidence, digest).terms)


@functools.lru_cache(maxsize=2)
def _kept_risks(evidence: Path, digest: Digest) -> pa.StringArray:
    """The risk of each term of the library kept under `digest`."""
    return pa.array(kept_library(evidence, digest).risks, pa.string())


def size_of(evidence: Path, digest: Digest) -> LibrarySize:
    """How many terms the kept library has, in all and by risk."""
    library = kept_library(evidence, digest)
    risks = {risk: library.risks.count(risk) for risk in sorted(set(library.risks))}
    return LibrarySize(digest=digest, terms=len(library.terms), risks=risks)


class Searching:
    """The search for the library of one plan, block after block."""

    def __init__(self, evidence: Path, digest: Digest) -> None:
        self._risks = _kept_risks(evidence, digest)
        self.search = KeywordSearch(kept_table(evidence, digest))
        """What the pass over the texts of a block fills."""

    @classmethod
    def of(cls, plan: Plan) -> "Searching | None":
        """The search of `plan`; None where it names no library."""
        return None if plan.keywords is None else cls(plan.settings.evidence, plan.keywords)

    def found(self, batch: pa.RecordBatch, file: str) -> pa.Table:
        """A row of KEYWORDS for each record of `batch` and term in it, since last asked."""
        hits = self.search.taken()
        return pa.table(
            [
                pa.repeat(pa.scalar(file, pa.string()), len(hits.texts)),
                batch.column("row").take(pa.array(hits.texts)),
                pa.array(hits.terms),
                self._risks.take(pa.array(hits.terms)),
                pa.array(hits.counts),
            ],
            schema=KEYWORDS,
        )
