"""A workspace in which an example was audited, to be damaged at will."""

import shutil
from pathlib import Path

import pytest

from pipelines.settings import Settings


@pytest.fixture
def audited_home(audit_example, tmp_path: Path) -> Path:
    """A copy of the workspace of the audited support dialogues."""
    home = tmp_path / "home"
    shutil.copytree(audit_example("support-dialogues").home, home)
    return home


@pytest.fixture
def workspace_settings(audited_home: Path) -> Settings:
    """The settings of that copy."""
    database = f"sqlite:///{audited_home / 'audit.db'}"
    return Settings(home=audited_home, database_url=database, workers=1)
