"""Large CSV records: the fields the csv module would give, without what it costs."""

import csv

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from connectors.base import ReadRequest, Reason
from connectors.delimited_fields import LARGE_BYTES, MOST_FIELDS, field_count_exceeds, pick
from connectors.json_values import MOST_VALUES, JsonColumns
from connectors.reading import read


def _rows(record: str) -> list[list[str]] | None:
    try:
        return list(csv.reader([record]))
    except csv.Error:
        return None


def _open_at_the_end(record: str) -> bool:
    """Whether a quote is left open: such a record never comes alone, it swallows the next."""
    return _rows(f"{record}\nend") != [*(_rows(record) or []), ["end"]] and '"' in record


@settings(max_examples=400)
@given(st.text(alphabet='ab,"é \r', max_size=12))
def test_the_fields_are_those_of_the_csv_module(record: str) -> None:
    rows = _rows(record)
    assume(rows != [] and rows != [[]] and not _open_at_the_end(record))

    picked = pick(record.encode(), b",", range(14), 14)

    if rows is None or len(rows) != 1:
        assert picked is Reason.MALFORMED
    else:
        assert not isinstance(picked, Reason)
        assert [field.decode() for field in picked if field is not None] == rows[0]


def test_a_field_beyond_the_header_is_malformed_only_where_it_holds_text() -> None:
    assert pick(b"a,b,,", b",", [0, 1], 2) == [b"a", b"b"]
    assert pick(b'a,b,,""', b",", [1], 2) == [b"b"]
    assert pick(b"a,b,c", b",", [0], 2) is Reason.MALFORMED


def test_a_row_that_ends_before_a_wanted_field_lacks_it() -> None:
    assert pick(b"a", b",", [0, 1], 2) == [b"a", None]


def test_commas_inside_quotes_are_no_fields() -> None:
    quoted = b'"' + b"," * (2 * MOST_FIELDS) + b'",x'

    assert not field_count_exceeds(quoted, b",")
    assert pick(quoted, b",", [1], 2) == [b"x"]
    assert field_count_exceeds(b"," * MOST_FIELDS, b",")
    # a quote in the middle of a field is a character: what follows are fields
    assert field_count_exceeds(b'a"' + b"," * MOST_FIELDS + b'"', b",")


def test_large_rows_are_read_like_small_ones(tmp_path) -> None:
    path = tmp_path / "large.csv"
    long = "é\n," * LARGE_BYTES
    commas = "," * (LARGE_BYTES + MOST_FIELDS)
    path.write_text(f'id,text,more\n1,a,b\n2,"{long}",""\n3,{commas}\n4,"c"\n5,d,e\n')

    blocks = list(read(path, ReadRequest(columns=("text",))))

    texts = [text for block in blocks for text in block.batch.column("text").to_pylist()]
    faults = [(item.row, item.reason) for block in blocks for item in block.quarantined]
    assert texts == ["a", long, "c", "d"]
    assert faults == [(2, Reason.TOO_LARGE)]


def test_a_header_of_a_million_fields_is_not_read(tmp_path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text("," * 1_000_000 + "\na\n")

    (block,) = read(path, ReadRequest(columns=("text",)))

    assert [item.reason for item in block.quarantined] == [Reason.UNREADABLE]


def test_json_values_are_counted_outside_strings_only() -> None:
    text = b"[1,{" * MOST_VALUES
    many = b"[" + b"1," * MOST_VALUES + b"1]"
    parse = JsonColumns(("text",))

    inside = parse([b'{"text": "' + text + b'"}'])
    beside = parse([b'{"text": "a", "ids": ' + many + b"}"])

    assert not inside.faults
    assert inside.columns[0].to_pylist() == [text.decode()]
    assert beside.faults == {0: Reason.TOO_LARGE}


def test_brackets_that_close_nothing_are_malformed() -> None:
    parsed = JsonColumns(("text",))([b'{"text": "a"}' + b"]" * 1000 + b"[" * 1000])

    assert parsed.faults == {0: Reason.MALFORMED}
