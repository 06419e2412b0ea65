"""Figures add up over shards to those of the whole, and are those that SQL counts over evidence."""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pipelines.engine.local import Local
from pipelines.model.evidence import HITS, KEYWORDS, QUARANTINE, RECORDS
from pipelines.model.profile import LENGTH_BINS, HitCount, KeywordCount
from pipelines.settings import Settings
from pipelines.stages.asking import Asking
from pipelines.stages.figures import (
    PLACES,
    Figures,
    QuarantineCount,
    SourceFigures,
    first_places,
    merged,
)
from pipelines.stages.figures_by_sql import figures_by_sql
from pipelines.stages.shard_figures import BlockFigures, quarantine_figures
from pipelines.store.codec import from_json, to_json
from pipelines.store.database import open_store

sys.path.insert(0, str(Path(__file__).parent))

import scan_setting as setting

SOURCES = st.sampled_from(["s1", "s2", "来源", None])
SMALL = st.integers(0, 3)


@pytest.fixture(scope="module")
def asking():
    """A store and an engine for every example of a test."""
    home = Path(tempfile.mkdtemp())
    store = open_store(
        Settings(home=home, database_url=f"sqlite:///{home / 'audit.db'}", workers=1)
    )
    with Local(1, "256MB", home / "spill") as engine:
        yield Asking(engine, store), store
    store.engine.dispose()
    shutil.rmtree(home)


@st.composite
def blocks(draw):
    """Records of up to three blocks, each of one file, and what was found in them."""
    found = []
    for file, first in draw(
        st.lists(
            st.sampled_from([("a", 0), ("a", 100), ("b", 0), ("é", 7)]), unique=True, max_size=3
        )
    ):
        rows = sorted(draw(st.sets(st.integers(first, first + 30), min_size=1, max_size=25)))
        records = [
            dict.fromkeys(RECORDS.names)
            | {
                "file": file,
                "row": row,
                "source": draw(SOURCES),
                "subject": draw(st.sampled_from([None, None, "x", "y"])),
                "bytes": draw(st.integers(0, 2**30)),
                "chars": draw(st.one_of(SMALL, st.integers(0, 2**28), st.just(20))),
                "normal_chars": draw(SMALL),
                "language": draw(st.sampled_from(["zh", "en", "und"])),
                "repeated": draw(st.integers(0, 2**29)),
                "replacement": draw(SMALL),
            }
            for row in rows
        ]
        hits = [
            dict.fromkeys(HITS.names)
            | {
                "file": file,
                "row": draw(st.sampled_from(rows)),
                "type": draw(st.sampled_from(["id", "mobile", "email"])),
                "tier": draw(st.sampled_from(["valid", "lookalike"])),
                "sensitive": draw(st.booleans()),
            }
            for _ in range(draw(st.integers(0, 40)))
        ]
        keywords = [
            dict.fromkeys(KEYWORDS.names)
            | {
                "file": file,
                "row": draw(st.sampled_from(rows)),
                "risk": draw(st.sampled_from(["A.1.a", "A.2.b"])),
                "count": draw(st.integers(1, 9)),
            }
            for _ in range(draw(st.integers(0, 10)))
        ]
        quarantine = [
            dict.fromkeys(QUARANTINE.names)
            | {
                "file": file,
                "reason": draw(st.sampled_from(["malformed", "truncated"])),
                "extent": draw(st.sampled_from(["one", "unknown"])),
            }
            for _ in range(draw(SMALL))
        ]
        found.append((records, hits, keywords, quarantine))
    return found


def counted(block):
    records, hits, keywords, quarantine = block
    figures = BlockFigures(pa.Table.from_pylist(records, schema=RECORDS))
    for some in (hits[1::2], hits[::2]):
        figures.add_hits(pa.Table.from_pylist(some, schema=HITS))
    figures.add_keywords(pa.Table.from_pylist(keywords, schema=KEYWORDS))
    return merged(
        [
            figures.counted(),
            quarantine_figures(pa.Table.from_pylist(quarantine, schema=QUARANTINE)),
        ]
    )


@given(blocks())
@hypothesis_settings(max_examples=40, deadline=None)
def test_blocks_added_up_are_what_sql_counts_over_their_tables(asking, found):
    ask, store = asking
    schemas = {"records": RECORDS, "hits": HITS, "keywords": KEYWORDS, "quarantine": QUARANTINE}
    tables = {
        kind: [
            store.evidence.write(kind, pa.Table.from_pylist(block[at], schema=schema))
            for block in found
        ]
        for at, (kind, schema) in enumerate(schemas.items())
    }
    assert merged(map(counted, found)) == figures_by_sql(ask, tables, searched=True)


@st.composite
def parts(draw):
    """Figures of something, in the order `merged` has them in."""
    source = SourceFigures(
        **{
            name: draw(st.integers(0, 2**60))
            for name in (
                "records",
                "bytes",
                "chars",
                "empty",
                "pi_records",
                "pi_hits",
                "short",
                "garbled",
                "repetitive",
                "unlinked",
            )
        },
        source=draw(SOURCES),
        languages=draw(st.dictionaries(st.sampled_from(["en", "ja", "zh"]), st.integers(1, 9))),
        lengths=tuple(draw(st.lists(SMALL, min_size=LENGTH_BINS, max_size=LENGTH_BINS))),
        unlinked_places=first_places(
            draw(st.lists(st.tuples(st.sampled_from(["a", "é", "\udcff"]), SMALL), max_size=30))
        ),
    )
    hit = HitCount(
        type=draw(st.sampled_from("ab")),
        tier="valid",
        sensitive=draw(st.booleans()),
        hits=draw(SMALL),
        records=draw(SMALL),
    )
    keyword = KeywordCount(
        source=draw(SOURCES), risk=draw(st.sampled_from("ab")), records=1, hits=draw(SMALL)
    )
    item = QuarantineCount(reason=draw(st.sampled_from("ab")), extent="one", items=draw(SMALL))
    return merged(
        [
            Figures(
                sources=(source,) * draw(SMALL),
                hits=(hit,) * draw(SMALL),
                keywords=(keyword,) * draw(SMALL),
                quarantine=(item,) * draw(SMALL),
                keyword_records=draw(SMALL),
                named=draw(SMALL),
            )
        ]
    )


@st.composite
def shuffled(draw):
    """Figures of some things, and the same in another order."""
    held = draw(st.lists(parts(), max_size=5))
    return held, draw(st.permutations(held))


@given(shuffled(), st.integers(0, 5))
def test_neither_order_nor_grouping_moves_a_figure(both, at):
    held, moved = both
    whole = merged(held)
    assert merged(moved) == whole
    assert merged([merged(moved[:at]), merged(moved[at:])]) == whole
    assert merged([whole]) == merged([whole, Figures()]) == whole
    assert from_json(Figures, to_json(whole)) == whole


def test_of_many_places_the_first_by_bytes_are_kept():
    # in UTF-16 the second would come before the first
    names = ["\uffee", "\U00010000", "a"]
    places = [(name, row) for row in range(9, -1, -1) for name in names]
    kept = first_places(places)
    assert len(kept) == PLACES == 20
    assert kept == tuple((name, row) for name in ("a", "\uffee") for row in range(10))


@pytest.fixture
def scanned(tmp_path, settings):
    """The setting, where a column names the source and the subject, as it was scanned."""
    store = open_store(settings)
    folder = setting.written_in(tmp_path)
    run_id = setting.begun(store, folder)
    yield store, run_id, setting.scanned(store, run_id)
    store.engine.dispose()


def test_the_scan_leaves_the_figures_that_sql_counts_over_its_tables(scanned, tmp_path):
    store, _, output = scanned
    tables = {
        kind: [table for table in output.tables if table.kind == kind]
        for kind in ("records", "hits", "keywords", "quarantine")
    }
    with Local(1, "256MB", tmp_path / "spill") as engine:
        expected = figures_by_sql(Asking(engine, store), tables, searched=False)
    figures = from_json(Figures, str(output.summary["figures"]))
    assert figures == expected
    assert sum(source.records for source in figures.sources) == 5
    assert figures.named == 3
    assert [item.items for item in figures.quarantine] == [1]
    assert {hit.type for hit in figures.hits} > {"email"}


def test_a_scan_of_which_an_earlier_release_did_a_part_leaves_no_figures(scanned):
    store, run_id, before = scanned
    markers = list((store.evidence.root / "shards").glob("*.json"))
    assert markers
    for marker in markers:
        held = json.loads(marker.read_text())
        assert held.pop("figures") is not None
        marker.write_text(json.dumps(held))
    after = setting.scanned(store, run_id)
    assert after.summary["figures"] is None
    assert after.tables == before.tables
    assert {**after.summary, "figures": before.summary["figures"]} == before.summary
