"""Figures add up over shards to those of the whole, and are those that SQL counts over evidence."""

import shutil
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pipelines.engine.local import Local
from pipelines.model.evidence import HITS, KEYWORDS, PAIRS, QUARANTINE, RECORDS
from pipelines.model.profile import LENGTH_BINS, HitCount, KeywordCount
from pipelines.settings import Settings
from pipelines.stages import consents
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
from pipelines.stages.repeats import by_file, by_sql
from pipelines.stages.shard_figures import BlockFigures, quarantine_figures
from pipelines.store.codec import from_json, to_json
from pipelines.store.database import open_store

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
    figures = merged(map(counted, found))
    assert figures == figures_by_sql(ask, tables, searched=True)
    # the consents of those that name nobody, as they are asked for where others name somebody
    states = store.settings.home / "states.parquet"
    pq.write_table(pa.table({"subject": ["x"], "state": ["valid"]}), states)
    asked = {"records": tables["records"], "hits": tables["hits"], "states": states}
    known = consents._states(ask.rows(consents.COUNTS, asked), ask.rows(consents.FIRST, asked))
    unlinked = tuple(state for state in known if state.state == consents.NOT_LINKABLE)
    assert consents._unlinked(figures) == unlinked


@given(
    st.dictionaries(
        st.sampled_from(["a", "b", "é", "z"]), st.sampled_from(["s1", "s2"]), min_size=1
    ),
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "é", "z"]),
            st.integers(0, 30),
            st.sampled_from(["exact", "near"]),
        ),
        unique_by=lambda pair: pair[:2],
    ),
)
@hypothesis_settings(max_examples=25, deadline=None)
def test_repeats_by_the_source_of_a_file_are_those_by_the_sources_of_records(
    asking, origins, found
):
    ask, store = asking
    pairs = [
        dict.fromkeys(PAIRS.names) | {"removed_file": file, "removed_row": row, "method": method}
        for file, row, method in found
    ]
    records = [
        dict.fromkeys(RECORDS.names) | {"file": file, "row": row, "source": origins.get(file)}
        for file in ("a", "b", "é", "z")
        for row in range(31)
    ]
    tables = {
        "pairs": [
            store.evidence.write("pairs", pa.Table.from_pylist(part, schema=PAIRS))
            for part in (pairs[::2], pairs[1::2])
        ],
        "records": [store.evidence.write("records", pa.Table.from_pylist(records, schema=RECORDS))],
    }
    assert by_file(store.evidence, tables["pairs"], origins) == by_sql(ask, tables)


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
