"""What an executor of Spark does with one item, and how it says that it does not fit the driver."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pipelines.engine.attempt import attempt
from pipelines.engine.base import Summary
from pipelines.settings import code_version


class Misfit(StrEnum):
    """Why an executor may not work for this driver."""

    FOLDER = "folder"
    """It does not see the folder the driver writes to: what it wrote would be found by nobody."""
    RELEASE = "release"
    """It has another release of tda, which may come to other results."""


@dataclass(frozen=True, slots=True)
class Work:
    """A function of an item, done where the folder and the release are those of the driver."""

    fn: Callable[[str], Summary]
    probe: str
    """A file that the driver has just made in the folder that all share."""
    release: str

    def __call__(self, item: str) -> tuple[Misfit | None, Summary]:
        """The summary of `item`, or why it was not begun."""
        if not Path(self.probe).exists():
            return Misfit.FOLDER, {}
        if code_version() != self.release:
            return Misfit.RELEASE, {}
        return None, attempt(self.fn, item)


def nothing(item: str) -> Summary:
    """No work at all: an executor that gives this back is there and can import tda."""
    return {"item": item}
