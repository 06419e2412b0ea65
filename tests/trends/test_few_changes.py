"""What changed is the same, place by place, whether it is found in memory or by SQL."""

import hashlib
from unittest.mock import patch

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.engine.local import Local
from pipelines.model.evidence import KEYS
from pipelines.settings import Settings
from pipelines.stages import few_changes, record_changes
from pipelines.stages.changes_by_sql import write_by_sql
from pipelines.stages.few_changes import changes_in_memory
from pipelines.stages.record_changes import read_changes
from pipelines.stages.tables_to_compare import SIDES, TablesToCompare
from pipelines.store.database import open_store

FILES = ("a", "b", "é", "\U0001f600")  # the last two in another order as UTF-16
TEXTS = st.sampled_from("uvwxyz")
VERSIONS = st.fixed_dictionaries({file: st.lists(TEXTS, max_size=6) for file in FILES})


@st.composite
def two_runs(draw):
    """Records of two runs that share some files, with hits and pairs of each."""
    before = draw(VERSIONS)
    after = before | {file: draw(VERSIONS)[file] for file in draw(st.sets(st.sampled_from(FILES)))}
    return [(files, draw(hits_of(files)), draw(pairs_of(files))) for files in (before, after)]


def hits_of(files):
    """A few hits in the records whose text is one of the first ones."""
    places = [(file, row) for file in FILES for row, text in enumerate(files[file]) if text < "x"]
    one = st.tuples(st.sampled_from(["p", "q"]), st.integers(0, 1), st.sampled_from(["t", "s"]))
    return st.fixed_dictionaries({place: st.sets(one, max_size=2) for place in places})


def pairs_of(files):
    """Some records, each removed for another place, by one method or the other."""
    places = [(file, row) for file in FILES for row in range(len(files[file]))]
    if not places:
        return st.just({})
    kept = st.tuples(st.sampled_from(places), st.sampled_from(["near", "exact"]))
    return st.dictionaries(st.sampled_from(places), kept, max_size=8)


class House:
    """Writes evidence, and compares it both ways."""

    def __init__(self, store, engine, folder) -> None:
        self.store, self.evidence, self.engine = store, store.evidence, engine
        self.out = folder / "out.parquet"

    def write(self, kind, rows):
        """The table of `rows`, whose other columns are of no interest here."""
        schema = KEYS[kind][0]
        table = pa.Table.from_pylist([dict.fromkeys(schema.names) | row for row in rows], schema)
        return self.evidence.write(kind, table)

    def records(self, files, names):
        """A table for each file, as scans of large files leave them."""
        return [
            self.write(
                "records",
                [
                    {"file": file, "row": row}
                    | {"record_digest": hashlib.sha256(text.encode()).digest()}
                    for row, text in enumerate(files[file])
                ],
            )
            for file in names
            if files[file]
        ]

    def hits(self, found):
        return [
            self.write(
                "hits",
                [
                    {"file": file, "row": row, "column": column, "start": start, "end": 9}
                    | {"type": kind, "tier": "valid"}
                    for column, start, kind in hits
                ],
            )
            for (file, row), hits in found.items()
        ]

    def pairs(self, found):
        rows = [
            {"removed_file": file, "removed_row": row, "method": method}
            | {"kept_file": kept[0], "kept_row": kept[1]}
            for (file, row), (kept, method) in found.items()
        ]
        return [self.write("pairs", rows)]

    def compared(self, drawn, *, alike) -> TablesToCompare:
        sides = dict(zip(SIDES, drawn, strict=True))
        before, after = (files for files, *_ in drawn)
        same = [file for file in FILES if before[file] == after[file]]
        apart = [file for file in FILES if file not in same]
        records = {side: self.records(files, apart) for side, (files, *_) in sides.items()}
        every = {side: self.records(files, FILES) for side, (files, *_) in sides.items()}
        return TablesToCompare(
            records=records,
            common=self.records(after, same),
            hits={side: self.hits(hits) for side, (_, hits, _) in sides.items()},
            with_hits=records if alike else every,
            pairs={side: self.pairs(pairs) for side, (*_, pairs) in sides.items()},
        )


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("few")
    workspace = Settings(home=folder, database_url=f"sqlite:///{folder / 'audit.db'}", workers=1)
    store = open_store(workspace)
    with Local(1, "128MB", folder / "spill") as engine:
        yield House(store, engine, folder)
    store.engine.dispose()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(two_runs(), st.booleans())
def test_the_changes_found_in_memory_are_those_found_by_sql(house, drawn, alike):
    compared = house.compared(drawn, alike=alike)
    write_by_sql(compared, house.engine, house.out)
    by_sql = pq.read_table(house.out)
    in_memory = changes_in_memory(compared, house.evidence)
    assert in_memory.to_pylist() == by_sql.to_pylist()
    assert in_memory.schema.equals(by_sql.schema)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(two_runs(), st.integers(1, 3))
def test_changes_are_told_the_same_whether_memory_holds_them_or_not(house, drawn, places):
    changes = changes_in_memory(house.compared(drawn, alike=True), house.evidence)
    pq.write_table(changes, house.out)
    told = read_changes(house.out, house.store, house.engine, places=places)
    with patch.object(record_changes, "ANSWER_ROWS", -1):
        by_sql = read_changes(house.out, house.store, house.engine, places=places)
    assert told == by_sql
    assert sum(told[0].values()) == changes.num_rows


def test_what_is_too_much_for_memory_is_left_to_sql(house, monkeypatch):
    files = {file: ["u"] for file in FILES}
    hits = {("a", 0): {("p", start, "t") for start in range(3)}}
    found = [(files, hits, {}), (files | {"a": ["v"]}, hits, {})]
    compared = house.compared(found, alike=True)
    monkeypatch.setattr(few_changes, "MOST_ROWS", 6)  # as many as there are hits
    assert changes_in_memory(compared, house.evidence) is not None
    monkeypatch.setattr(few_changes, "MOST_ROWS", 5)
    assert changes_in_memory(compared, house.evidence) is None
    monkeypatch.setattr(few_changes, "MOST_ROWS", 1)  # fewer than there are records
    assert changes_in_memory(compared, house.evidence) is None


def test_tables_that_hold_no_changed_file_are_not_read(house):
    files = {file: ["u", "v"] for file in FILES}
    now = files | {"a": ["u", "x"]}
    hits = {(file, 1): {("p", 0, "t")} for file in FILES}
    compared = house.compared([(files, hits, {}), (now, hits, {})], alike=True)
    with patch.object(house.evidence, "read", wraps=house.evidence.read) as read:
        changes_in_memory(compared, house.evidence)
    asked = [call.args[0] for call in read.call_args_list if call.args[0].kind != "pairs"]
    assert {name for table in asked for name in house.evidence.read(table)["file"].to_pylist()} == {
        "a"
    }
