"""The figures of a version, from evidence tables that were made by hand, counted in both ways."""

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines.engine.local import Local
from pipelines.model.evidence import HITS, PAIRS, QUARANTINE, RECORDS, TableRef
from pipelines.settings import Settings
from pipelines.stages.asking import Asking, number
from pipelines.stages.figures import merged
from pipelines.stages.figures_by_sql import figures_by_sql
from pipelines.stages.profile import profile_from
from pipelines.stages.repeats import Repeats, by_sql
from pipelines.stages.shard_figures import BlockFigures, quarantine_figures
from pipelines.store.database import Store, open_store


@pytest.fixture
def store(settings: Settings) -> Store:
    return open_store(settings)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Local]:
    with Local(1, "256MB", tmp_path / "spill") as engine:
        yield engine


def record(row: int, source: str | None, chars: int, language: str = "en", **more: object) -> dict:
    plain = dict.fromkeys(RECORDS.names) | {
        "file": "a.jsonl",
        "row": row,
        "source": source,
        "bytes": chars,
        "chars": chars,
        "normal_chars": chars,
        "language": language,
        "replacement": 0,
        "repeated": 0,
    }
    return plain | more


def hit(row: int, kind: str, tier: str, start: int = 0) -> dict:
    return dict.fromkeys(HITS.names) | {
        "file": "a.jsonl",
        "row": row,
        "type": kind,
        "tier": tier,
        "sensitive": kind == "id",
        "start": start,
        "end": start + 1,
    }


def pair(removed: int, kept: int, method: str) -> dict:
    place = {"kept_file": "a.jsonl", "removed_file": "a.jsonl", "similarity": 1.0}
    return place | {"kept_row": kept, "removed_row": removed, "method": method}


def count(store: Store, engine: Local, **rows: list[dict]):
    schemas = {"records": RECORDS, "hits": HITS, "pairs": PAIRS, "quarantine": QUARANTINE}
    tables: dict[str, list[TableRef]] = {
        kind: [
            # two tables of a kind, as the scan writes them in parts
            store.evidence.write(kind, pa.Table.from_pylist(part, schema=schema))
            for part in (rows.get(kind, [])[::2], rows.get(kind, [])[1::2])
        ]
        for kind, schema in schemas.items()
    }
    ask = Asking(engine, store)
    figures = figures_by_sql(ask, tables, searched=False)
    assert in_blocks(rows) == figures
    repeats = Repeats(by_source=by_sql(ask, tables), clusters=0)
    return profile_from(figures, repeats, 0, {"files": 1, "bytes": 1000}, None)


def in_blocks(rows: dict[str, list[dict]]):
    """The same as a scan counts it, two records in a block."""
    parts = []
    records = rows.get("records", [])
    for at in range(0, len(records), 2):
        block = BlockFigures(pa.Table.from_pylist(records[at : at + 2], schema=RECORDS))
        there = {one["row"] for one in records[at : at + 2]}
        hits = [one for one in rows.get("hits", []) if one["row"] in there]
        for some in (hits[::2], hits[1::2]):
            block.add_hits(pa.Table.from_pylist(some, schema=HITS))
        parts.append(block.counted())
    quarantined = pa.Table.from_pylist(rows.get("quarantine", []), schema=QUARANTINE)
    return merged([quarantine_figures(quarantined), *parts])


def by_name(profile):
    return {source.source: source for source in profile.sources}


def test_each_figure_is_counted_once_by_source(store: Store, engine: Local):
    profile = count(
        store,
        engine,
        records=[
            record(0, "s1", 100, "zh"),
            record(1, "s1", 0, "und"),
            record(2, "s1", 19),
            record(3, "s2", 20, replacement=2),
            record(4, None, 4096, "mixed"),
        ],
        hits=[hit(0, "id", "valid"), hit(0, "mobile", "valid", 5), hit(3, "id", "lookalike")],
        pairs=[pair(2, 0, "exact"), pair(3, 0, "near")],
    )
    assert (profile.records, profile.empty, profile.unsourced) == (5, 1, 1)
    assert (profile.exact_duplicates, profile.near_duplicates) == (1, 1)
    assert by_name(profile)["s1"].exact_duplicates == by_name(profile)["s2"].near_duplicates == 1
    assert (profile.chars, profile.pi_records) == (4235, 1)
    assert profile.languages == {"en": 2, "mixed": 1, "und": 1, "zh": 1}
    found = by_name(profile)
    assert list(found) == ["s1", "s2", None]
    assert (found["s1"].short, found["s2"].short) == (1, 0)
    assert (found["s1"].pi_hits, found["s2"].pi_hits) == (2, 0)
    assert found["s2"].garbled == 1
    # texts of 100 and 19 code points: bins 2**6 and 2**4; the empty one is in none
    assert {i: n for i, n in enumerate(found["s1"].lengths) if n} == {4: 1, 6: 1}
    assert found[None].lengths[12] == 1


def test_hits_are_counted_by_type_and_tier_with_the_records_they_are_in(store, engine):
    profile = count(
        store,
        engine,
        records=[record(0, "s", 9), record(1, "s", 9)],
        hits=[hit(0, "id", "valid"), hit(0, "id", "valid", 3), hit(1, "id", "lookalike")],
    )
    found = {(hit.type, hit.tier): (hit.hits, hit.records) for hit in profile.hits}
    assert found == {("id", "valid"): (2, 1), ("id", "lookalike"): (1, 1)}


def test_quarantine_keeps_reasons_and_unknown_extents_apart(store, engine):
    rows = [
        {"file": "a", "row": 1, "reason": "malformed", "extent": "one"},
        {"file": "a", "row": 2, "reason": "malformed", "extent": "one"},
        {"file": "a", "row": None, "reason": "truncated", "extent": "unknown"},
    ]
    rows = [dict.fromkeys(QUARANTINE.names) | row for row in rows]
    profile = count(store, engine, quarantine=rows)
    assert profile.quarantine_reasons == {"malformed": 2, "truncated": 1}
    assert (profile.quarantined, profile.quarantined_unknown) == (3, 1)


def test_a_version_without_any_record_has_zeros_and_no_sources(store, engine):
    profile = count(store, engine)
    assert (profile.records, profile.hits, profile.languages) == (0, (), {})
    assert profile.sources == ()


def test_sums_may_come_back_as_decimals_or_as_nothing():
    assert [number(value) for value in (3, "3", "3.0", None)] == [3, 3, 3, 0]


def test_a_profile_is_json_without_a_float(store, engine):
    from pipelines.store.codec import to_json

    profile = count(store, engine, records=[record(0, "s", 9)])
    json.loads(to_json(profile), parse_float=lambda text: pytest.fail(text))
