"""docs/operations.md, Upgrade: the owner upgrades the database, and the audit role goes on."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from documented_roles import documented, opened, record_a_run, run
from tiny_dataset import write_tiny

from pipelines.cli import main
from pipelines.model.errors import ConfigError
from pipelines.stages.ledger_view import inspect_store
from pipelines.store import database, holds, runs
from pipelines.store.database import revision_of
from pipelines.store.engines import make_engine, writing

EARLIER = "0004"
"""The migration before the one that made the table of holds."""


def at_an_earlier_release(address: sa.URL) -> None:
    """The tables as an earlier release made them."""
    config = Config()
    folder = Path(database.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    engine = make_engine(address.render_as_string(hide_password=False))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, EARLIER)
    assert revision_of(engine) == EARLIER
    engine.dispose()


def test_the_owner_upgrades_and_audits_go_on_with_the_rights_they_had(
    postgresql, tmp_path, monkeypatch, capsys
):
    home = tmp_path / "home"
    with documented(postgresql) as made:
        at_an_earlier_release(made.owner)
        run(made.owner, made.narrow)
        with pytest.raises(ConfigError, match="may not read or upgrade"):
            opened(home, made.audit)

        # `tda ledger head` once, as the page says
        monkeypatch.setenv("TDA_HOME", str(home))
        monkeypatch.setenv("TDA_LANG", "en")
        url = made.owner.render_as_string(hide_password=False)
        monkeypatch.setenv("TDA_DATABASE_URL", url)
        with pytest.raises(SystemExit):
            main(["ledger", "head"])
        assert "no signed head yet" in capsys.readouterr().err

        store = opened(home, made.audit)
        assert revision_of(store.engine) == database.HEAD
        record_a_run(store, write_tiny(tmp_path))
        assert [one.state for one in runs.all_runs(store)] == [runs.SEALED]
        assert inspect_store(store).reason == "ok"
        # a table that this release has added
        assert holds.all_in_force(store) == []
        store.engine.dispose()


def test_an_older_release_refuses_a_newer_database(postgresql, tmp_path):
    with documented(postgresql) as made:
        opened(tmp_path / "home", made.owner).engine.dispose()
        run(made.owner, "UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(ConfigError, match="newer than this code"):
            opened(tmp_path / "home", made.owner)
