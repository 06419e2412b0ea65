"""Indexes of duplicates go with the evidence they were made of: they hold hashes of its texts.

So do the digests of files that are kept to know them again, and what was found of evaluation sets.
"""

import shutil
from collections.abc import Iterable

from pipelines.settings import Settings
from pipelines.stages.index_state import CURRENT


def forget(settings: Settings, digests: Iterable[str]) -> int:
    """The number of indexes made of one of the tables `digests`, or of nobody knows what; gone."""
    gone = set(digests)
    forgotten = 0
    if gone:
        shutil.rmtree(settings.digests, ignore_errors=True)
        shutil.rmtree(settings.passages, ignore_errors=True)
    for folder in sorted(settings.indexes.glob("*")) if gone else []:
        try:
            named = (folder / CURRENT).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError):
            named = None
        if named is None or any(digest in named for digest in gone):
            shutil.rmtree(folder)
            forgotten += 1
    return forgotten
