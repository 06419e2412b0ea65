"""The figures of a version, counted by SQL over evidence tables that were made by hand."""

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines.engine.local import Local
from pipelines.model.evidence import HITS, PAIRS, QUARANTINE, RECORDS, TableRef
from pipelines.settings import Settings
from pipelines.stages.asking import Asking, number
from pipelines.stages.profile import _count
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
    return _count(Asking(engine, store), tables, {"files": 1, "bytes": 1000})


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
    assert (profile.exact_duplicates, profile.near_duplicates, profile.clusters) == (1, 1, 1)
    assert (profile.chars, profile.pi_records) == (4235, 1)
    assert profile.languages == {"en": 2, "mixed": 1, "und": 1, "zh": 1}
    by_name = {source.source: source for source in profile.sources}
    assert list(by_name) == ["s1", "s2", None]
    assert (by_name["s1"].short, by_name["s2"].short) == (1, 0)
    assert (by_name["s1"].pi_hits, by_name["s2"].pi_hits) == (2, 0)
    assert by_name["s2"].garbled == 1
    # texts of 100 and 19 code points: bins 2**6 and 2**4; the empty one is in none
    assert {i: n for i, n in enumerate(by_name["s1"].lengths) if n} == {4: 1, 6: 1}
    assert by_name[None].lengths[12] == 1


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
    assert (profile.records, profile.clusters, profile.subjects) == (0, 0, 0)
    assert profile.sources == ()


def test_sums_may_come_back_as_decimals_or_as_nothing():
    assert [number(value) for value in (3, "3", "3.0", None)] == [3, 3, 3, 0]


def test_a_profile_is_json_without_a_float(store, engine):
    from pipelines.store.codec import to_json

    profile = count(store, engine, records=[record(0, "s", 9)])
    json.loads(to_json(profile), parse_float=lambda text: pytest.fail(text))
