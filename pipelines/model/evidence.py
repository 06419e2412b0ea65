"""Fixed schemas of the evidence tables, and the name a table gets from its rows."""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from pipelines.model.arrow_alone import arrow_alone
from pipelines.model.ids import Digest

arrow_alone()

BANDS = 21
"""Band keys a record: 21 bands of 6 rows over 128 values finds J >= 0.8 pairs with P > 0.998."""

LONGEST_COMPARED = 16 * 1024 * 1024
"""Code points of a normal text that is compared for more than equality: as many as two waves of
comparison hold, so that no record needs more memory than many."""

FILES = pa.schema(
    [
        ("file", pa.string()),  # POSIX path relative to the manifest
        ("ordinal", pa.int64()),  # position in the order of file arguments, from 0
        ("format", pa.string()),
        ("bytes", pa.int64()),
        ("digest", pa.string()),
    ]
)
RECORDS = pa.schema(
    [
        ("file", pa.string()),
        ("row", pa.int64()),  # from 0 over physical records, quarantined ones included
        ("record_digest", pa.binary(32)),  # SHA-256 over the canonical text columns
        ("text_hash_high", pa.int64()),  # 128 bits of SHA-256 of the normalised text, as two int64
        ("text_hash_low", pa.int64()),
        ("source", pa.string()),  # source id, null when it cannot be told
        ("subject", pa.string()),  # keyed digest, null when there is none
        ("bytes", pa.int64()),  # UTF-8 bytes of the text
        ("chars", pa.int64()),  # code points of the text as it stands
        ("normal_chars", pa.int64()),  # code points after normalisation; 0 = empty text
        ("lines", pa.int64()),
        ("han", pa.int64()),  # code points by script, see kernels/scripts.py
        ("latin", pa.int64()),
        ("digit", pa.int64()),
        ("space", pa.int64()),
        ("other", pa.int64()),
        ("language", pa.string()),  # zh en ja ko other mixed und, or the model's ISO 639 code
        ("words", pa.int64()),  # runs of Latin letters
        ("repeated", pa.int64()),  # bytes of lines that are equal to an earlier line of the text
        ("replacement", pa.int64()),  # U+FFFD and control characters: sign of a wrong encoding
        ("bands", pa.list_(pa.int64(), BANDS)),  # band keys of the sketch; null for an empty text
    ]
)
HITS = pa.schema(
    [
        ("file", pa.string()),
        ("row", pa.int64()),
        ("column", pa.string()),
        ("start", pa.int64()),  # code points, end exclusive
        ("end", pa.int64()),
        ("type", pa.string()),
        ("tier", pa.string()),  # valid | lookalike
        ("sensitive", pa.bool_()),
        ("value_digest", pa.string()),  # hmac-sha256:<key id>:<hex>, separated by type
    ]
)
KEYWORDS = pa.schema(
    [
        ("file", pa.string()),
        ("row", pa.int64()),
        ("term", pa.int64()),  # its number among the sorted normal forms of the library
        ("risk", pa.string()),
        ("count", pa.int64()),  # occurrences in the text of the record
    ]
)
QUARANTINE = pa.schema(
    [
        ("file", pa.string()),
        ("row", pa.int64()),  # null when the place cannot be counted
        ("reason", pa.string()),
        ("extent", pa.string()),  # one | unknown
        ("bytes_digest", pa.string()),  # digest of the bytes that could not be read
        ("bytes", pa.int64()),
    ]
)
PAIRS = pa.schema(
    [
        ("kept_file", pa.string()),
        ("kept_row", pa.int64()),
        ("removed_file", pa.string()),
        ("removed_row", pa.int64()),
        ("similarity", pa.float64()),  # exact Jaccard of the shingle sets of these two records
        ("method", pa.string()),  # exact: its text repeats an earlier one; near: only similar
    ]
)
OVERLAPS = pa.schema(
    [
        ("file", pa.string()),  # a record of the audited dataset
        ("row", pa.int64()),
        ("evaluation", pa.string()),  # id of the evaluation set, and its version
        ("version", pa.string()),
        ("evaluation_file", pa.string()),  # a record of that version
        ("evaluation_row", pa.int64()),
        # exact Jaccard of the shingle sets of these two records; or, inside, the share of the
        # shingles of the question that stand in one passage of the record
        ("similarity", pa.float64()),
        ("method", pa.string()),  # exact: the same text; near: only similar; inside: a longer one
    ]
)
LABELS = pa.schema(
    [
        ("item", pa.string()),
        ("annotator", pa.string()),
        ("label", pa.string()),
        ("rule_version", pa.string()),
        ("at", pa.timestamp("us", tz="UTC")),
        ("seconds", pa.string()),  # decimal string
    ]
)
REVIEWS = pa.schema(
    [
        ("item", pa.string()),
        ("reviewer", pa.string()),
        ("verdict", pa.string()),
        ("at", pa.timestamp("us", tz="UTC")),
    ]
)
CONSENTS = pa.schema(
    [
        ("subject", pa.string()),  # keyed digest
        ("basis", pa.string()),
        ("purpose", pa.string()),
        ("notice_version", pa.string()),
        ("given_at", pa.timestamp("us", tz="UTC")),
        ("valid_to", pa.timestamp("us", tz="UTC")),
        ("withdrawn_at", pa.timestamp("us", tz="UTC")),
    ]
)
DRAW = pa.schema([("position", pa.int64()), ("item", pa.string())])
VALIDATION = pa.schema(
    [
        ("suite", pa.string()),
        ("table", pa.string()),  # the table of figures it was expected of
        ("expectation", pa.string()),
        ("column", pa.string()),
        ("expected", pa.string()),  # JSON: the arguments of the expectation
        ("status", pa.string()),  # met | not_met | errored
        ("observed", pa.string()),  # JSON, figures only
        ("unexpected", pa.int64()),
        ("elements", pa.int64()),
        ("error", pa.string()),  # exception class and message when errored
    ]
)

KEYS = {
    "files": (FILES, ("ordinal",)),
    "records": (RECORDS, ("file", "row")),
    "hits": (HITS, ("file", "row", "column", "start", "end", "type")),
    "keywords": (KEYWORDS, ("file", "row", "term")),
    "quarantine": (QUARANTINE, ("file", "row", "reason", "bytes_digest")),
    "pairs": (PAIRS, ("removed_file", "removed_row")),
    "overlaps": (OVERLAPS, ("file", "row", "evaluation", "evaluation_file", "evaluation_row")),
    "labels": (LABELS, ("item", "annotator", "at", "label", "rule_version", "seconds")),
    "reviews": (REVIEWS, ("item", "reviewer", "at", "verdict")),
    "consents": (
        CONSENTS,
        ("subject", "given_at", "valid_to", "withdrawn_at", "purpose", "basis", "notice_version"),
    ),
    "draw": (DRAW, ("position",)),
    "validation": (VALIDATION, ("suite", "table", "expectation", "column")),
}
"""Schema and sort key of each kind of table; the sort key makes its digest independent of order."""

EARLIER: Mapping[str, tuple[frozenset[str], ...]] = {
    "records": (frozenset({"words", "repeated"}),),
}
"""What tables of a kind lack that earlier releases wrote: a set of columns for each release that
added some. Such a table keeps its name, the digest over the columns it has."""


def schemas_of(kind: str) -> tuple[pa.Schema, ...]:
    """The schema of `kind` as it is, then those of earlier releases.

    Raises:
        KeyError: `kind` is no evidence table.
    """
    schema = KEYS[kind][0]
    lacking = EARLIER.get(kind, ())
    earlier = [pa.schema([f for f in schema if f.name not in absent]) for absent in lacking]
    return (schema, *earlier)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRef:
    """One immutable evidence table: a kind of `KEYS`, and a digest over its sorted rows."""

    kind: str
    digest: Digest
    rows: int
    uri: str
    """Where the Parquet file is: absolute path or URI."""
