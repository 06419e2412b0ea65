"""Arrow without pandas, which it would otherwise import to look at the first value it is given.

`pa.array` asks whether its argument is something of pandas, and imports pandas for the question:
a second of each command and of each worker. Who converts to a frame says so, and only then does
Arrow import pandas, and knows its types from then on.
"""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from threading import get_ident
from types import ModuleType

import pyarrow as pa


class _Absent:
    """Makes pandas impossible to import, for one thread."""

    def __init__(self) -> None:
        self._thread = get_ident()

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name == "pandas" and get_ident() == self._thread:
            raise ModuleNotFoundError(name, name=name)
        return None


def arrow_alone() -> None:
    """Arrow has looked for pandas and found none; `to_pandas` looks again.

    Nothing happens where pandas has been imported already, or where Arrow has looked before.
    """
    if "pandas" in sys.modules:
        return
    absent = _Absent()
    sys.meta_path.insert(0, absent)
    try:
        pa.array(())
    finally:
        sys.meta_path.remove(absent)
