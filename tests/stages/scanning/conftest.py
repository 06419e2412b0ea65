"""What is scanned, and the store it is recorded in."""

import sys
from pathlib import Path

import pytest

from pipelines.settings import Settings
from pipelines.store.database import Store, open_store

sys.path.insert(0, str(Path(__file__).parent))

from scan_setting import written_in


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small dataset, written down."""
    return written_in(tmp_path)


@pytest.fixture
def store(settings: Settings) -> Store:
    """An open store without any run, on SQLite."""
    return open_store(settings)
