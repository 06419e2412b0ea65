"""One SQL text, two engines: every query of the product gives the same rows on DuckDB and Spark."""

import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from declared_queries import declared, written_elsewhere

QUERIES = declared()
IN_ORDER = re.compile(r"ORDER BY[^()]*\Z")
"""A query that asks for an order asks for it last."""


def rows_of(table: pa.Table) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in table.to_pylist()]


def shape_of(table: pa.Table) -> list[tuple[str, pa.DataType]]:
    return [(field.name, field.type) for field in table.schema]


@pytest.mark.spark
@pytest.mark.parametrize("name", sorted(QUERIES))
def test_a_query_gives_the_same_rows_on_both_engines(name, asked, spark, tmp_path):
    asked_so = [one for one in asked if one.query == QUERIES[name]]
    assert asked_so, "neither the audits nor the comparison of the fixture `asked` ask this"
    for one in sorted(asked_so, key=lambda one: -pq.read_metadata(one.answer).num_rows)[:2]:
        out = tmp_path / "out.parquet"
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
    empty = {one.query for one in asked} - {
        one.query for one in asked if pq.read_metadata(one.answer).num_rows
    }
    assert [name for name, text in QUERIES.items() if text in empty] == []
