"""One SQL text, two engines: every query of the product gives the same rows on DuckDB and Spark."""

import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from declared_queries import declared, written_elsewhere
from recording_engine import Asked

from pipelines.engine.local import Local

QUERIES = declared()
IN_ORDER = re.compile(r"ORDER BY[^()]*\Z")
"""A query that asks for an order asks for it last."""


def rows_of(table: pa.Table) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in table.to_pylist()]


def rows_in(path: Path) -> int:
    return int(pq.read_metadata(path).num_rows)


def shape_of(table: pa.Table) -> list[tuple[str, pa.DataType]]:
    return [(field.name, field.type) for field in table.schema]


def answered(name, asked, folder) -> list[Asked]:
    """How `name` was asked; where only another of its family was, it is asked the same now."""
    text, family = QUERIES[name], name.partition("[")[0]
    if found := [one for one in asked if one.query == text]:
        return found
    kin = {other for key, other in QUERIES.items() if key.partition("[")[0] == family}
    largest = max(
        (one for one in asked if one.query in kin),
        key=lambda one: rows_in(one.answer),
        default=None,
    )
    assert largest is not None, "neither the audits nor the comparison of `asked` ask this"
    out = folder / "here.parquet"
    with Local(1, "256MB", folder / "temp") as engine:
        engine.sql(text, largest.tables, str(out))
    return [Asked(text, largest.tables, out)]


@pytest.mark.slow
@pytest.mark.spark
@pytest.mark.parametrize("name", sorted(QUERIES))
def test_a_query_gives_the_same_rows_on_both_engines(name, asked, spark, tmp_path):
    answers = sorted(answered(name, asked, tmp_path), key=lambda one: -rows_in(one.answer))
    for one in answers[:2]:
        out = tmp_path / "there.parquet"
        spark.sql(one.query, one.tables, str(out))
        here, there = pq.read_table(one.answer), pq.read_table(out)
        assert shape_of(there) == shape_of(here)
        assert sorted(rows_of(there), key=repr) == sorted(rows_of(here), key=repr)
        if IN_ORDER.search(one.query):
            assert rows_of(there) == rows_of(here)


def test_every_query_that_was_asked_is_a_constant_of_a_module(asked):
    assert {one.query for one in asked} <= set(QUERIES.values())


def test_sql_is_written_where_it_can_be_found():
    assert written_elsewhere() == []


def test_the_answers_that_are_compared_have_rows(asked):
    """Equal because both are empty would say little."""
    empty = {one.query for one in asked} - {one.query for one in asked if rows_in(one.answer)}
    assert [name for name, text in QUERIES.items() if text in empty] == []
