"""What tests of several rooms share: a workspace of their own, and the examples as audited."""

import os
from pathlib import Path

import pytest

from pipelines.settings import Settings

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A workspace in a temporary folder, one worker, SQLite."""
    home = tmp_path / "home"
    return Settings(home=home, database_url=f"sqlite:///{home / 'audit.db'}", workers=1)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data named by TDA_REAL_DATA; without it the test is skipped."""
    named = os.environ.get("TDA_REAL_DATA")
    if not named:
        pytest.skip("TDA_REAL_DATA names no folder of real data")
    return Path(named)
