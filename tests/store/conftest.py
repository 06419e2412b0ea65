"""Every test of the store that asks for `settings` runs on SQLite and on PostgreSQL."""

import pytest

from pipelines.settings import Settings


@pytest.fixture
def settings(store_settings: Settings) -> Settings:
    return store_settings
