"""Rows of the records, hits and quarantine tables, from blocks of records."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from connectors.base import Quarantined
from pipelines.kernels.normal_facts import normal_facts
from pipelines.kernels.personal_information import Found, Tier, find_block
from pipelines.kernels.personal_information_hits import KINDS, TIERS
from pipelines.kernels.personal_information_model import SENSITIVITY
from pipelines.kernels.pseudonym import SUBJECT
from pipelines.kernels.text_facts import digest_column, digests_of, text_facts
from pipelines.model.evidence import BANDS, HITS, QUARANTINE, RECORDS
from pipelines.stages.joining import joined
from pipelines.stages.keywords import Searching
from pipelines.stages.shard_plan import Plan, Shard

Keyed = Callable[[str, Sequence[str]], list[str]]
"""The keyed digests of values of a kind."""

_KINDS = pa.array([kind.value for kind in KINDS])
_TIERS = pa.array([tier.value for tier in TIERS])
_SENSITIVE = pa.array([SENSITIVITY[kind] for kind in KINDS])


def record_table(
    batch: pa.RecordBatch,
    shard: Shard,
    plan: Plan,
    keyed: Keyed,
    searching: Searching | None = None,
) -> pa.Table:
    """One row of RECORDS for each record of `batch`, whose texts are searched in the same pass."""
    shape = plan.record
    text = joined(batch, shape.text)
    search = searching.search if searching else None
    if len(shape.text) == 1:
        digests = np.empty((batch.num_rows, 32), np.uint8)
        normal = normal_facts(text, keywords=search, records=digests)
    else:
        digests = digests_of([batch.column(name) for name in shape.text])
        normal = normal_facts(text, keywords=search)
    facts = text_facts(text, normal.counts)
    columns: dict[str, object] = {
        "file": pa.repeat(pa.scalar(shard.file, pa.string()), batch.num_rows),
        "row": batch.column("row"),
        "record_digest": digest_column(digests),
        "text_hash_high": normal.hashes[:, 0],
        "text_hash_low": normal.hashes[:, 1],
        "source": _sources(batch, shard, plan),
        "subject": _subjects(batch, plan, keyed),
        "normal_chars": normal.chars,
        "bands": pa.FixedSizeListArray.from_arrays(
            normal.bands.ravel(), BANDS, mask=pa.array(normal.chars == 0)
        ),
    }
    for field in RECORDS:
        if field.name not in columns:
            columns[field.name] = getattr(facts, field.name)
    arrays = [
        value if isinstance(value, pa.Array) else pa.array(value, field.type)
        for field, value in ((field, columns[field.name]) for field in RECORDS)
    ]
    return pa.table(arrays, schema=RECORDS)


def _sources(batch: pa.RecordBatch, shard: Shard, plan: Plan) -> pa.Array:
    """The declared source a record names, else the one of its file."""
    of_file = pa.scalar(shard.source, pa.string())
    if plan.record.source is None:
        return pa.repeat(of_file, batch.num_rows)
    named = batch.column(plan.record.source)
    declared = pc.is_in(named, value_set=pa.array(plan.sources, pa.large_string()))
    # an undeclared name may be anything at all, so only declared ones are kept
    return pc.if_else(declared, named, of_file).cast(pa.string())


def _subjects(batch: pa.RecordBatch, plan: Plan, keyed: Keyed) -> pa.Array:
    """Keyed digests of the subject column; null where it says nothing."""
    if plan.record.subject is None:
        return pa.nulls(batch.num_rows, pa.string())
    values = batch.column(plan.record.subject).to_pylist()
    named = [value for value in dict.fromkeys(values) if value and value.strip()]
    known = dict(zip(named, keyed(SUBJECT, named), strict=True))
    return pa.array([known.get(value) for value in values], pa.string())


def hit_tables(
    batch: pa.RecordBatch, shard: Shard, columns: Sequence[str], keyed: Keyed
) -> Iterator[pa.Table]:
    """The hits in `columns` of `batch` as tables of HITS; those of a long text in several."""
    rows = batch.column("row").to_numpy()
    for column in columns:
        for found in find_block(batch.column(column)):
            yield _hit_table(found, rows[found.texts], shard, column, keyed)


def _hit_table(
    found: Found, rows: NDArray[np.int64], shard: Shard, column: str, keyed: Keyed
) -> pa.Table:
    digests = np.empty(len(found), object)
    for kind in np.unique(found.kinds).tolist():
        of_kind = np.flatnonzero(found.kinds == kind)
        values = [found.values[place] for place in of_kind.tolist()]
        different = list(dict.fromkeys(values))
        known = dict(zip(different, keyed(KINDS[kind], different), strict=True))
        digests[of_kind] = [known[value] for value in values]
    return pa.table(
        [
            pa.repeat(pa.scalar(shard.file), len(found)),
            pa.array(rows, pa.int64()),
            pa.repeat(pa.scalar(column), len(found)),
            pa.array(found.starts, pa.int64()),
            pa.array(found.ends, pa.int64()),
            _KINDS.take(pa.array(found.kinds)),
            _TIERS.take(pa.array(found.tiers)),
            _SENSITIVE.take(pa.array(found.kinds)),
            pa.array(digests, pa.string()),
        ],
        schema=HITS,
    )


def valid_hits(table: pa.Table) -> int:
    """Rows of a HITS table in the valid tier."""
    return int(pc.sum(pc.equal(table["tier"], Tier.VALID.value)).as_py() or 0)


def quarantine_table(items: Sequence[Quarantined], shard: Shard) -> pa.Table:
    """One row of QUARANTINE for each of `items`."""
    rows = [
        {
            "file": shard.file,
            "row": item.row,
            "reason": item.reason.value,
            "extent": item.extent,
            "bytes_digest": item.digest,
            "bytes": item.bytes,
        }
        for item in items
    ]
    return pa.Table.from_pylist(rows, schema=QUARANTINE)
