"""Evidence tables are named by their rows: whoever has the same rows has the same name."""

import random
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.model.errors import EvidenceError
from pipelines.model.evidence import HITS, KEYS, RECORDS, schemas_of
from pipelines.store.evidence import EvidenceStore
from pipelines.store.table_digest import sorted_table, table_digest

HIT_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "file": st.sampled_from(["a.jsonl", "b.jsonl"]),
            "row": st.integers(0, 50),
            "column": st.sampled_from(["text", "contact"]),
            "start": st.integers(0, 9),
            "end": st.integers(10, 19),
            "type": st.sampled_from(["id", "mobile"]),
            "tier": st.sampled_from(["valid", "lookalike"]),
            "sensitive": st.booleans(),
            "value_digest": st.none() | st.text("0123456789abcdef", min_size=4, max_size=4),
        }
    ),
    unique_by=lambda row: (row["file"], row["row"], row["column"], row["start"], row["end"]),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(rows=HIT_ROWS, seed=st.integers())
def test_the_order_of_rows_and_chunks_does_not_move_the_digest(rows, seed):
    straight = pa.Table.from_pylist(rows, schema=HITS)
    shuffled = random.Random(seed).sample(rows, len(rows))
    middle = len(shuffled) // 2
    chunked = pa.concat_tables(
        [
            pa.Table.from_pylist(shuffled[:middle], schema=HITS),
            pa.Table.from_pylist(shuffled[middle:], schema=HITS),
        ]
    )
    assert table_digest("hits", sorted_table("hits", straight)) == table_digest(
        "hits", sorted_table("hits", chunked)
    )


QUARANTINE_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "file": st.sampled_from(["a", "B", "é", "a\0"]),
            "row": st.none() | st.integers(-1, 3),
            "reason": st.sampled_from(["malformed", "too_large"]),
            "extent": st.just("one"),
            "bytes_digest": st.none() | st.sampled_from(["0", "1"]),
            "bytes": st.integers(0, 3),
        }
    ),
    max_size=5,
)


@settings(max_examples=300, deadline=None)
@given(rows=QUARANTINE_ROWS, ordered=st.booleans())
def test_rows_that_are_in_order_as_they_are_come_out_as_sorted_ones(rows, ordered):
    def key(row):  # nulls last, texts by their bytes
        values = [row[name] for name in KEYS["quarantine"][1]]
        return [(v is None, v.encode() if isinstance(v, str) else v or 0) for v in values]

    expected = sorted(rows, key=key)
    table = pa.Table.from_pylist(expected if ordered else rows, schema=KEYS["quarantine"][0])
    assert sorted_table("quarantine", table).to_pylist() == expected


@settings(max_examples=60, deadline=None)
@given(rows=HIT_ROWS.filter(bool), data=st.data())
def test_any_changed_value_moves_the_digest(rows, data):
    before = table_digest("hits", sorted_table("hits", pa.Table.from_pylist(rows, schema=HITS)))
    victim = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.sampled_from(["row", "tier", "sensitive", "value_digest"]))
    changed = [dict(row) for row in rows]
    old = changed[victim][column]
    changed[victim][column] = {
        "row": 1000,
        "tier": "lookalike" if old == "valid" else "valid",
        "sensitive": not old,
        "value_digest": "ffff0" if old is None else None,
    }[column]
    after = table_digest("hits", sorted_table("hits", pa.Table.from_pylist(changed, schema=HITS)))
    assert after != before


def test_an_absent_string_and_an_empty_one_are_two_things():
    row = dict.fromkeys(HITS.names) | {"file": "a", "row": 1}
    absent = pa.Table.from_pylist([row], schema=HITS)
    empty = pa.Table.from_pylist([row | {"value_digest": ""}], schema=HITS)
    assert table_digest("hits", absent) != table_digest("hits", empty)


def test_text_cannot_move_from_one_row_to_the_next():
    one = dict.fromkeys(HITS.names) | {"file": "a", "row": 1, "column": "ab"}
    two = one | {"row": 2, "column": "c"}
    moved = [one | {"column": "a"}, two | {"column": "bc"}]
    assert table_digest("hits", pa.Table.from_pylist([one, two], schema=HITS)) != table_digest(
        "hits", pa.Table.from_pylist(moved, schema=HITS)
    )


def test_the_encoding_of_the_file_does_not_move_the_digest(tmp_path: Path):
    rows = [
        dict.fromkeys(RECORDS.names)
        | {"file": "a", "row": i, "record_digest": bytes([i]) * 32, "bands": list(range(21))}
        for i in range(5)
    ]
    table = sorted_table("records", pa.Table.from_pylist(rows, schema=RECORDS))
    plain, packed = tmp_path / "plain.parquet", tmp_path / "packed.parquet"
    pq.write_table(table, plain, compression="none", use_dictionary=False)
    pq.write_table(table, packed, compression="gzip", row_group_size=2)
    digests = {
        table_digest("records", sorted_table("records", pq.read_table(path)))
        for path in (plain, packed)
    }
    assert digests == {table_digest("records", table)}


def test_the_same_rows_are_kept_once_and_read_back(tmp_path: Path):
    store = EvidenceStore(tmp_path)
    rows = [dict.fromkeys(HITS.names) | {"file": "a", "row": 7, "sensitive": True}]
    first = store.write("hits", pa.Table.from_pylist(rows, schema=HITS))
    second = store.write("hits", pa.Table.from_pylist(rows, schema=HITS))
    assert first == second
    assert len(list(tmp_path.rglob("*.parquet"))) == 1
    assert store.read(first).to_pylist() == rows
    assert store.verify(first)


def test_a_table_whose_rows_were_changed_no_longer_verifies(tmp_path: Path):
    store = EvidenceStore(tmp_path)
    row = dict.fromkeys(HITS.names) | {"file": "a", "row": 7, "tier": "valid"}
    ref = store.write("hits", pa.Table.from_pylist([row], schema=HITS))
    forged = pa.Table.from_pylist([row | {"tier": "lookalike"}], schema=HITS)
    pq.write_table(forged, ref.uri)
    assert not store.verify(ref)


def test_more_rows_than_allowed_are_not_read(tmp_path: Path):
    store = EvidenceStore(tmp_path)
    rows = [dict.fromkeys(HITS.names) | {"file": "a", "row": i} for i in range(3)]
    ref = store.write("hits", pa.Table.from_pylist(rows, schema=HITS))
    with pytest.raises(EvidenceError):
        store.read(ref, limit=2)


def test_a_missing_table_is_an_error_with_a_remedy(tmp_path: Path):
    store = EvidenceStore(tmp_path)
    ref = store.empty("pairs")
    Path(ref.uri).unlink()
    with pytest.raises(EvidenceError) as caught:
        store.read(ref)
    assert "backup" in str(caught.value.advice)


def test_a_document_is_kept_once_under_its_digest(tmp_path: Path):
    document = tmp_path / "licence.txt"
    document.write_text("terms", encoding="utf-8")
    store = EvidenceStore(tmp_path / "evidence")
    first = store.keep(document, "licence", "licence.txt")
    second = store.keep(document, "licence", "licence.txt")
    assert first == second
    assert store.file(first.digest).read_text(encoding="utf-8") == "terms"
    assert len([p for p in (tmp_path / "evidence").rglob("*") if p.is_file()]) == 1


def test_a_damaged_table_is_not_used_and_is_written_anew(tmp_path: Path):
    store = EvidenceStore(tmp_path)
    row = dict.fromkeys(HITS.names) | {"file": "a", "row": 7, "tier": "valid"}
    table = pa.Table.from_pylist([row], schema=HITS)
    ref = store.write("hits", table)
    path = store.table(ref)
    written = path.stat().st_ino
    assert store.write("hits", table) == ref
    assert path.stat().st_ino == written, "a sound table stays as it is"
    forged = pa.Table.from_pylist([row | {"tier": "lookalike"}], schema=HITS)
    for damage, seen in (
        (lambda: path.write_bytes(path.read_bytes()[:-20]), False),
        (lambda: pq.write_table(table.slice(0, 0), path), False),
        (lambda: pq.write_table(table.drop_columns(["tier"]), path), False),
        (lambda: pq.write_table(forged, path), True),
    ):
        damage()
        assert store.has(ref)
        assert store.use(ref) is store.sound(ref) is seen
        assert store.write("hits", table) == ref
        assert store.use(ref)
        assert store.verify(ref)


def test_the_remedy_says_to_delete_a_table_that_an_audit_would_trust_again(tmp_path: Path):
    store = EvidenceStore(tmp_path)
    rows = [dict.fromkeys(HITS.names) | {"file": f"f-{n}", "row": n} for n in range(200)]
    ref = store.write("hits", pa.Table.from_pylist(rows, schema=HITS))
    whole = bytearray(store.table(ref).read_bytes())
    whole[4:200] = b"\xff" * 196
    store.table(ref).write_bytes(whole)
    for damage, remedy in ((whole, "delete it and audit again"), (b"garbage", "or audit again")):
        store.table(ref).write_bytes(damage)
        with pytest.raises(EvidenceError) as caught:
            store.read(ref)
        assert remedy in str(caught.value.advice)


@pytest.mark.parametrize("kind", sorted(KEYS))
def test_every_kind_of_table_can_be_empty(kind: str, tmp_path: Path):
    store = EvidenceStore(tmp_path)
    assert store.read(store.empty(kind)).num_rows == 0


def test_a_table_of_an_earlier_release_keeps_its_name_and_is_not_gone_on_from(tmp_path):
    store = EvidenceStore(tmp_path)
    _, earlier = schemas_of("records")
    assert set(RECORDS.names) - set(earlier.names) == {"words", "repeated"}
    row = dict.fromkeys(RECORDS.names) | {"file": "a", "row": 1, "words": 3, "repeated": 0}
    ref = store.write("records", pa.Table.from_pylist([row], schema=RECORDS))
    old = sorted_table("records", store.read(ref), earlier)
    digest = table_digest("records", old)
    assert digest != ref.digest
    then = replace(ref, digest=digest)
    path = store.table(then)
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(old, path)
    assert (store.verify(then), store.sound(then), store.use(then)) == (True, True, False)
    pq.write_table(old.drop_columns(["lines"]), path)
    assert not store.sound(then)
    with pytest.raises(KeyError):
        store.verify(then)
    changed = old.set_column(1, "row", pa.array([7], pa.int64()))
    pq.write_table(changed, path)
    assert not store.verify(then)


def test_a_table_is_where_its_folder_is_now(tmp_path):
    before, now = tmp_path / "before", tmp_path / "now"
    ref = EvidenceStore(before).write("hits", HITS.empty_table())
    before.rename(now)
    moved = EvidenceStore(now).here(ref)
    assert Path(moved.uri).is_file()
    assert replace(moved, uri=ref.uri) == ref


def test_the_end_of_a_file_says_which_texts_may_be_in_a_column(tmp_path):
    store = EvidenceStore(tmp_path)
    rows = [{"file": name, "row": 0} for name in ("b", "d")]
    schema = KEYS["hits"][0]
    table = [dict.fromkeys(schema.names) | row for row in rows]
    ref = store.write("hits", pa.Table.from_pylist(table, schema))
    expected = {"a": False, "b": True, "c": True, "d": True, "e": False}
    assert {name: store.may_hold(ref, "file", [name]) for name in expected} == expected
    assert store.may_hold(ref, "file", ["a", "c", "e"])
    assert not store.may_hold(ref, "file", ["a", "e"])
    assert not store.may_hold(ref, "file", [])
    store.table(ref).write_bytes(b"")
    assert store.may_hold(ref, "file", ["a"])
