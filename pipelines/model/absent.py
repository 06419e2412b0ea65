"""Packages that others import on the off chance, kept away from where nobody wants them."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from threading import get_ident
from types import ModuleType


@contextmanager
def absent(package: str) -> Iterator[None]:
    """Inside, this thread finds no `package`, and no module of it that is not imported yet."""
    finder = _Nowhere(package)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Nowhere:
    """Finds that a package does not exist, for the thread that made it."""

    def __init__(self, package: str) -> None:
        self._package = package
        self._thread = get_ident()

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name.partition(".")[0] == self._package and get_ident() == self._thread:
            raise ModuleNotFoundError(name, name=name)
        return None
