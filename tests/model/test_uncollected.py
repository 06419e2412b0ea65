import gc
import subprocess
import sys
import weakref

import pytest

from pipelines.model.uncollected import uncollected


class Ring:
    """An object that is garbage only a collector finds."""

    def __init__(self):
        self.itself = self


@pytest.fixture(autouse=True)
def as_it_was():
    enabled = gc.isenabled()
    yield
    gc.enable() if enabled else gc.disable()
    gc.unfreeze()


@pytest.mark.parametrize("before", [True, False])
def test_the_collector_rests_and_is_as_it_was_afterwards(before):
    gc.enable() if before else gc.disable()
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled() == before


def test_what_was_made_inside_is_not_looked_through_again_and_what_comes_later_is(monkeypatch):
    monkeypatch.delitem(sys.modules, "duckdb", raising=False)
    with uncollected():
        made = Ring()
    later = Ring()
    first, second = weakref.ref(made), weakref.ref(later)
    del made, later
    gc.collect()
    assert first() is not None
    assert second() is None
    gc.unfreeze()
    gc.collect()
    assert first() is None


ASKED = "duckdb.connect(':memory:').execute('SELECT 1')"
IMPORTED = "with uncollected():\n    import pyarrow"


@pytest.mark.parametrize(
    "steps", [["import duckdb", IMPORTED, ASKED], [IMPORTED, "import duckdb", ASKED]]
)
def test_duckdb_has_nothing_to_say_of_what_is_left_of_it_at_the_end(steps):
    program = "\n".join(["from pipelines.model.uncollected import uncollected", *steps])
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert ended.stderr == b""


def test_the_collector_works_again_when_an_import_fails():
    gc.enable()
    frozen = gc.get_freeze_count()
    with pytest.raises(ImportError), uncollected():
        raise ImportError
    assert gc.isenabled()
    assert gc.get_freeze_count() == frozen
