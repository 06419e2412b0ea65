"""Triggers that refuse to change or delete what is on record."""

from collections.abc import Sequence

_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION tda_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
        MESSAGE = TG_TABLE_NAME || ' is append-only, ' || TG_OP || ' refused';
END
$$
""".strip()


def append_only_ddl(dialect: str, tables: Sequence[str]) -> list[str]:
    """The statements after which each of `tables` refuses UPDATE and DELETE (and TRUNCATE).

    They guard against a mistake, not against whoever owns the database: that is what the ledger is
    for. On SQLite, `INSERT OR REPLACE` deletes without asking a trigger unless the connection says
    `PRAGMA recursive_triggers = ON`; `GUARD_REPLACE` is that statement.

    Raises:
        ValueError: a dialect other than `sqlite` and `postgresql`, or a name that is no identifier.
    """
    for table in tables:
        if not table.isidentifier() or not table.isascii():
            raise ValueError("a table name is an ASCII identifier")
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_refuse_{event} BEFORE {event.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only, {event.upper()} refused'); END"
            for table in tables
            for event in ("update", "delete")
        ]
    if dialect == "postgresql":
        return [
            _POSTGRESQL_FUNCTION,
            *(
                f"CREATE TRIGGER {table}_refuse_change BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION tda_refuse_change()"
                for table in tables
            ),
            *(
                f"CREATE TRIGGER {table}_refuse_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION tda_refuse_change()"
                for table in tables
            ),
        ]
    raise ValueError(f"no append-only triggers for {dialect}")


GUARD_REPLACE = "PRAGMA recursive_triggers = ON"
"""Makes the DELETE trigger of SQLite fire for `INSERT OR REPLACE` too; one connection at a time."""
