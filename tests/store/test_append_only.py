import pytest
import sqlalchemy as sa

from pipelines.store.append_only import append_only_ddl
from pipelines.store.engines import make_engine

FACTS = sa.Table(
    "facts",
    sa.MetaData(),
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("word", sa.String(20), unique=True),
)


@pytest.fixture
def connection(empty_database_url):
    engine = make_engine(empty_database_url)
    with engine.connect() as opened:
        FACTS.create(opened)
        for statement in append_only_ddl(engine.dialect.name, ["facts"]):
            opened.exec_driver_sql(statement)
        opened.execute(FACTS.insert(), [{"id": 1, "word": "one"}, {"id": 2, "word": "two"}])
        opened.commit()
        yield opened
    engine.dispose()


def words(connection):
    return list(connection.execute(sa.select(FACTS.c.word).order_by(FACTS.c.id)).scalars())


@pytest.mark.parametrize(
    "statement",
    [FACTS.update().values(word="three").where(FACTS.c.id == 1), FACTS.delete()],
    ids=["update", "delete"],
)
def test_a_row_on_record_is_neither_changed_nor_deleted(connection, statement):
    with pytest.raises(sa.exc.IntegrityError, match="facts is append-only"):
        connection.execute(statement)
    connection.rollback()
    assert words(connection) == ["one", "two"]


def test_a_new_row_is_still_welcome(connection):
    connection.execute(FACTS.insert().values(id=3, word="three"))
    assert words(connection) == ["one", "two", "three"]


@pytest.mark.parametrize("row", ["(1, 'other')", "(9, 'one')"], ids=["same id", "same word"])
def test_replacing_a_row_is_refused(connection, row):
    if connection.dialect.name == "postgresql":
        refused = f"INSERT INTO facts VALUES {row} ON CONFLICT (id) DO UPDATE SET word = 'other'"
        match = "append-only" if row.startswith("(1") else "duplicate key"
    else:
        refused, match = f"INSERT OR REPLACE INTO facts VALUES {row}", "append-only"
    with pytest.raises(sa.exc.IntegrityError, match=match):
        connection.exec_driver_sql(refused)
    connection.rollback()
    assert words(connection) == ["one", "two"]


# SQLite has no TRUNCATE; DELETE is tested above
@pytest.mark.parametrize("empty_database_url", ["postgresql"], indirect=True)
def test_a_table_of_postgresql_is_not_emptied_at_one_stroke(connection):
    for statement in ("TRUNCATE facts", "TRUNCATE facts CASCADE"):
        with pytest.raises(sa.exc.IntegrityError, match="facts is append-only, TRUNCATE refused"):
            connection.exec_driver_sql(statement)
        connection.rollback()
    assert words(connection) == ["one", "two"]


def test_postgresql_refuses_truncate_as_well():
    statements = append_only_ddl("postgresql", ["facts", "other"])
    assert sum("UPDATE OR DELETE ON" in s for s in statements) == 2
    assert sum("BEFORE TRUNCATE ON" in s for s in statements) == 2


def test_a_dialect_without_triggers_of_ours_is_refused():
    with pytest.raises(ValueError, match="mysql"):
        append_only_ddl("mysql", ["facts"])


def test_a_table_name_never_carries_sql():
    with pytest.raises(ValueError, match="identifier"):
        append_only_ddl("sqlite", ["facts; DROP TABLE facts"])
