"""Two directions of one comparison are mirror images, and a thing is equal to itself."""

import hashlib
import json
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.engine.local import Local
from pipelines.stages.changes_by_sql import RECORDS

FILES = st.dictionaries(st.sampled_from("ab"), st.lists(st.sampled_from("uvwxyz"), max_size=7))
MIRROR = {"added": "removed", "removed": "added", "changed": "changed", "moved": "moved"}
PLACE = ("kind", "before_file", "before_row", "after_file", "after_row")
SCHEMA = pa.schema([("file", pa.string()), ("row", pa.int64()), ("record_digest", pa.binary(32))])


@pytest.fixture(scope="module")
def compare(tmp_path_factory):
    folder: Path = tmp_path_factory.mktemp("changes")
    engine = Local(1, "128MB", folder / "spill")

    def compared(before, after):
        paths = {}
        for name, files in (("before_records", before), ("after_records", after)):
            rows = [
                {"file": file, "row": row, "record_digest": hashlib.sha256(text.encode()).digest()}
                for file, texts in files.items()
                for row, text in enumerate(texts)
            ]
            paths[name] = str(folder / f"{name}.parquet")
            pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), paths[name])
        out = folder / "out.parquet"
        engine.sql(RECORDS, paths, str(out))
        return {tuple(row[name] for name in PLACE) for row in pq.read_table(out).to_pylist()}

    return compared


checked = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@checked
@given(files=FILES)
def test_nothing_differs_from_itself(compare, files):
    assert compare(files, files) == set()


@checked
@given(before=FILES, after=FILES)
def test_the_other_direction_is_the_mirror_image(compare, before, after):
    there = compare(before, after)
    back = {(MIRROR[kind], c, d, a, b) for kind, a, b, c, d in compare(after, before)}
    assert there == back


@checked
@given(before=FILES, after=FILES)
def test_the_changes_account_for_every_record(compare, before, after):
    found = compare(before, after)
    kinds = Counter(kind for kind, *_ in found)
    total = sum(map(len, after.values())) - sum(map(len, before.values()))
    assert kinds["added"] - kinds["removed"] == total
    texts_before = Counter(text for texts in before.values() for text in texts)
    texts_after = Counter(text for texts in after.values() for text in texts)
    for kind, old_file, old_row, new_file, new_row in found:
        if kind in ("removed", "changed"):
            texts_before[before[old_file][old_row]] -= 1
        if kind in ("added", "changed"):
            texts_after[after[new_file][new_row]] -= 1
        if kind == "moved":
            assert before[old_file][old_row] == after[new_file][new_row]
            assert old_file != new_file
    assert +texts_before == +texts_after, json.dumps([before, after])


def test_a_record_put_before_the_others_changes_none_of_them(compare):
    found = compare({"a": list("uvw")}, {"a": list("xuvw")})
    assert found == {("added", None, None, "a", 0)}


def test_a_record_that_stands_in_the_place_of_another_is_changed(compare):
    found = compare({"a": list("uvwx")}, {"a": list("vzx")})
    assert found == {("removed", "a", 0, None, None), ("changed", "a", 2, "a", 1)}
