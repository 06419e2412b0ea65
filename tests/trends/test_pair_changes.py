"""Pairs of both runs are left out of the comparison, and the same changes are found."""

import hashlib
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.engine.local import Local
from pipelines.model.evidence import PAIRS as SCHEMA
from pipelines.stages.changes_by_sql import PAIRS
from pipelines.stages.pair_changes import unsettled_pairs

FILES = ("a", "b", "c")
RECORDS = pa.schema([("file", pa.string()), ("row", pa.int64()), ("record_digest", pa.binary(32))])
versions = st.fixed_dictionaries(
    {file: st.lists(st.sampled_from("uvw"), min_size=1, max_size=4) for file in FILES}
)


@st.composite
def runs_of_two(draw):
    """Two versions that share some files, and pairs in each, of which the two share some."""
    before = draw(versions)
    after = before | {file: draw(versions)[file] for file in draw(st.sets(st.sampled_from(FILES)))}
    sides = []
    for files in (before, after):
        places = [(file, row) for file in FILES for row in range(len(files[file]))]
        paired = draw(st.dictionaries(st.sampled_from(places), st.sampled_from(places)))
        sides.append({removed: (*kept, "near") for removed, kept in paired.items()})
    for removed, pair in sides[0].items():
        if draw(st.booleans()) and all(row < len(after[file]) for file, row in (removed, pair[:2])):
            sides[1][removed] = (*pair[:2], draw(st.sampled_from(["near", "exact"])))
    return (before, after), sides


class Asking:
    """Answers queries into a folder."""

    def __init__(self, folder: Path, engine: Local) -> None:
        self.folder, self.engine = folder, engine

    def __call__(self, query, name, tables) -> str:
        path = str(self.folder / f"{name}.parquet")
        self.engine.sql(query, tables, path)
        return path

    def write(self, name, rows, schema) -> list[str]:
        path = self.folder / f"{name}.parquet"
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
        return [str(path)]


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pairs")
    with Local(1, "128MB", folder / "spill") as engine:
        yield Asking(folder, engine)


def digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def rows(files, names):
    return [
        {"file": file, "row": row, "record_digest": digest(text)}
        for file in names
        for row, text in enumerate(files[file])
    ]


def counted(path, before, after):
    """The changes by kind, by the text of the removed record, and by method."""
    found = Counter()
    for row in pq.read_table(path).to_pylist():
        files, side = (before, "before") if row["kind"] == "removed" else (after, "after")
        text = files[row[f"{side}_file"]][row[f"{side}_row"]]
        found[row["kind"], text, row["detail"]] += 1
    return found


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(runs_of_two())
def test_the_changes_are_those_of_all_pairs(ask, drawn):
    (before, after), sides = drawn
    same = [file for file in FILES if before[file] == after[file]]
    pairs, everything, apart = {}, {}, {"common": ask.write("common", rows(before, same), RECORDS)}
    for side, files, paired in zip(("before", "after"), (before, after), sides, strict=True):
        table = [
            {
                "kept_file": kept[0],
                "kept_row": kept[1],
                "removed_file": removed[0],
                "removed_row": removed[1],
                "similarity": 0.9,
                "method": kept[2],
            }
            for removed, kept in paired.items()
        ]
        pairs[side] = ask.write(f"all-pairs-{side}", table, SCHEMA)
        everything[f"{side}_records"] = ask.write(f"all-{side}", rows(files, FILES), RECORDS)
        own = [file for file in FILES if file not in same]
        apart[side] = ask.write(f"apart-{side}", rows(files, own), RECORDS)
    whole = {f"{side}_pairs": found for side, found in pairs.items()} | everything
    expected = counted(ask(PAIRS, "expected", whole), before, after)
    fewer = unsettled_pairs(ask, pairs, apart)
    assert counted(ask(PAIRS, "found", fewer), before, after) == expected

    def unchanged(file, row) -> bool:
        return row < len(after[file]) and before[file][row] == after[file][row]

    settled = [
        removed
        for removed, kept in sides[0].items()
        if sides[1].get(removed) == kept and unchanged(*removed) and unchanged(*kept[:2])
    ]
    (left,) = fewer["before_pairs"]
    assert pq.read_metadata(left).num_rows == len(sides[0]) - len(settled)
