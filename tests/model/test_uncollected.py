import gc

import pytest

from pipelines.model.uncollected import uncollected


@pytest.fixture(autouse=True)
def as_it_was():
    enabled = gc.isenabled()
    yield
    gc.enable() if enabled else gc.disable()


@pytest.mark.parametrize("before", [True, False])
def test_the_collector_rests_and_is_as_it_was_afterwards(before):
    gc.enable() if before else gc.disable()
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled() == before


def test_the_collector_works_again_when_an_import_fails():
    gc.enable()
    with pytest.raises(ImportError), uncollected():
        raise ImportError
    assert gc.isenabled()
