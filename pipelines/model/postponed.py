"""Packages that others import at once and use later, if at all: imported when they are used."""

import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from importlib.util import LazyLoader, find_spec
from threading import get_ident
from types import ModuleType


@contextmanager
def postponed(*names: str) -> Iterator[None]:
    """Inside, this thread gets modules called `names` that are imported when they are first used.

    They are the same modules, only later. One that is imported already is as it was; one that is
    not installed is not found, as ever.
    """
    finder = _Later(frozenset(names))
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Later:
    """Finds the modules called `names` as all finders do, for the thread that made it."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names
        self._thread = get_ident()
        self._looking = False

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in self._names or get_ident() != self._thread or self._looking:
            return None
        self._looking = True
        try:
            spec = find_spec(name)
        finally:
            self._looking = False
        if spec is not None and spec.loader is not None and hasattr(spec.loader, "exec_module"):
            spec.loader = LazyLoader(_Quiet(spec.loader))
        return spec


class _Quiet(Loader):
    """Loads as `loader` does, without the warnings of an import: nothing we could change."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def __getattr__(self, name: str) -> object:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            warnings.simplefilter("ignore", FutureWarning)
            self._loader.exec_module(module)
