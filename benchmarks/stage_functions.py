"""The stages of the project that are measured by themselves."""

import hashlib
import itertools
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.looked_for import words
from benchmarks.project import cluster_labels
from benchmarks.registry import Material, stage
from benchmarks.scan_plan import plan_of
from pipelines.kernels.keywords import keyword_hits, keyword_table, normal_terms
from pipelines.kernels.language_guess import count_words
from pipelines.kernels.minhash import band_keys, signatures
from pipelines.kernels.normal_facts import count_characters, normal_facts, runs, sketch_facts
from pipelines.kernels.normalise import normalise_block
from pipelines.kernels.personal_information import find_block
from pipelines.kernels.text_facts import CharacterCounts, record_digests, text_facts, text_hashes
from pipelines.model.dataset import Format
from pipelines.model.ids import Digest
from pipelines.settings import Settings
from pipelines.stages.keywords import kept_table
from pipelines.stages.rereading import RUN_BYTES
from pipelines.stages.shard import scan_batch
from pipelines.stages.shard_plan import Batch, Shard, keep_plan
from pipelines.store.codec import to_json
from pipelines.store.evidence import EvidenceStore

DECODE = "decode of the Parquet file"
WHOLE = "whole scan of the Parquet file"


@stage(DECODE)
def decode(material: Material) -> Callable[[], object]:
    """The column as pyarrow reads it, in one thread."""
    return lambda: pq.read_table(material.parquet, columns=["text"], use_threads=False)


@stage("normal form")
def normal_form(material: Material) -> Callable[[], object]:
    """NFKC, case fold, white space; a megabyte at a time, as the product does."""
    parts = _parts(material.column)
    return lambda: sum(len(normalise_block(part).points) for part in parts)


def _parts(column: pa.LargeStringArray) -> list[pa.LargeStringArray]:
    return [column.slice(begin, end - begin) for begin, end, _ in runs(column, RUN_BYTES)]


@stage("text hashes")
def hashes(material: Material) -> Callable[[], object]:
    """The hash of each normal form."""
    normal = normalise_block(material.column)
    return lambda: text_hashes(normal)


@stage("sketch", aim="at least 400 MB/s")
def sketch(material: Material) -> Callable[[], object]:
    """From texts to signatures, with the normal form on the way."""
    parts = _parts(material.column)
    return lambda: [signatures(normalise_block(part)) for part in parts]


@stage("sketch of normal forms")
def sketch_alone(material: Material) -> Callable[[], object]:
    """From normal forms to signatures."""
    normal = normalise_block(material.column)
    return lambda: signatures(normal)


@stage("band keys of normal forms")
def bands(material: Material) -> Callable[[], object]:
    """From normal forms to band keys."""
    normal = normalise_block(material.column)
    return lambda: band_keys(normal)


@stage("record digests")
def digests(material: Material) -> Callable[[], object]:
    """SHA-256 of each record as it stands."""
    return lambda: record_digests([material.column])


@stage("patterns: personal information", aim="at least 200 MB/s")
def patterns(material: Material) -> Callable[[], object]:
    """Every type, with borders, check digits and context."""
    return lambda: sum(len(found) for found in find_block(material.column))


@stage("statistics", aim="at least 400 MB/s")
def statistics(material: Material) -> Callable[[], object]:
    """Characters by script, lines and repeated ones, damage, language; words counted before."""
    counted = count_words(normalise_block(material.column))

    def count() -> object:
        classes, damage, lines, repeated = count_characters(material.column)
        counts = CharacterCounts(
            classes=classes, damage=damage, lines=lines, words=counted, repeated=repeated
        )
        return text_facts(material.column, counts)

    return count


@stage("keywords: 10,000 in normal forms", aim="at least 250 MB/s")
def keywords(material: Material) -> Callable[[], object]:
    """Every occurrence of 10,000 random Chinese words, the same as the peers look for."""
    normal = normalise_block(material.column)
    table = keyword_table(normal_terms(words()))
    return lambda: keyword_hits(normal, table)


@stage("one pass: normal form, hash, band keys")
def one_pass(material: Material) -> Callable[[], object]:
    """What duplicates are found by."""
    return lambda: sketch_facts(material.column)


@stage("one pass: the same, words and statistics")
def whole_pass(material: Material) -> Callable[[], object]:
    """What the scan takes from a text besides its digest and its personal information."""
    return lambda: normal_facts(material.column)


@stage("near-duplicates in memory")
def near(material: Material) -> Callable[[], object]:
    """From texts to verified clusters."""
    return lambda: cluster_labels(material.column)


@stage(WHOLE, aim="at most 6 times the decode")
def whole(material: Material) -> Callable[[], object]:
    """Everything on: digests, sketch, language, statistics, personal information, 10,000 keywords.

    The library is read and its table made beforehand, as by a process that scans other files too.
    What the scan before left is moved out of its way in the time that is measured.
    """
    home, path = material.folder / "home", material.parquet
    settings = Settings(home=home, database_url="sqlite://", workers=1)
    library = material.folder / "library.csv"
    rows = "".join(f"{word},A.1.a\n" for word in words())
    library.write_text(f"term,risk\n{rows}", encoding="utf-8")
    kept = EvidenceStore(settings.evidence).keep(library, "keywords", library.name)
    plan = plan_of(path.parent, home, kept.digest)
    shard = Shard(
        file=path.name,
        ordinal=0,
        digest=Digest("sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()),
        bytes=path.stat().st_size,
        format=Format.PARQUET,
        source=None,
    )
    kept_table(settings.evidence, kept.digest)
    numbers = itertools.count()

    def scan() -> object:
        settings.evidence.rename(material.folder / f"evidence-{next(numbers)}")
        return scan_batch(to_json(Batch(plan=keep_plan(plan), shards=(shard,))))

    return scan


def halves(column: pa.LargeStringArray) -> list[pa.LargeStringArray]:
    """The texts in two parts of about as many bytes."""
    offsets = memoryview(column.buffers()[1]).cast("q")[column.offset :]
    half = (offsets[0] + offsets[len(column)]) // 2
    cut = next(at for at in range(len(column) + 1) if offsets[at] >= half)
    return [column.slice(0, cut), column.slice(cut)]
