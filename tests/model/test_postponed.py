import importlib
import importlib.util
import sys
import threading

import pytest

from pipelines.model.postponed import postponed

SOURCE = """
import warnings
warnings.warn("of its own", DeprecationWarning)
from told import said
said.append("imported")
value = 7
"""


@pytest.fixture
def said(tmp_path, monkeypatch):
    """What the module `seldom` says while it is imported."""
    (tmp_path / "told.py").write_text("said = []\n")
    (tmp_path / "seldom.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("told").said
    for name in ("told", "seldom"):
        sys.modules.pop(name, None)


def test_a_postponed_module_is_imported_when_it_is_first_used(said):
    with postponed("seldom"):
        module = importlib.import_module("seldom")
    assert said == []
    assert module.value == 7
    assert said == ["imported"]
    assert importlib.import_module("seldom") is module


def test_a_module_that_was_there_before_is_left_as_it_is(said):
    with pytest.warns(DeprecationWarning, match="of its own"):
        before = importlib.import_module("seldom")
    with postponed("seldom"):
        assert importlib.import_module("seldom") is before
    assert said == ["imported"]


def test_a_postponed_module_that_is_not_installed_is_not_found():
    with postponed("nowhere_at_all"), pytest.raises(ModuleNotFoundError):
        importlib.import_module("nowhere_at_all")


def test_afterwards_and_for_other_threads_nothing_is_postponed(said):
    def elsewhere():
        with pytest.warns(DeprecationWarning, match="of its own"):
            importlib.import_module("seldom")

    with postponed("seldom"):
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    assert said == ["imported"]
    assert not any(type(finder).__name__ == "_Later" for finder in sys.meta_path)
