"""Progress of the stages on stderr: a bar for a person, nothing for a pipe."""

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pipelines.language.catalogue import translate
from pipelines.model.message import Message, msg

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

STAGES: dict[str, Message] = {
    "register": msg("register sources"),
    "ingest": msg("hash files"),
    "scan": msg("scan records"),
    "relate": msg("find duplicates"),
    "compare": msg("compare with evaluation sets"),
    "profile": msg("count figures"),
    "validate": msg("run expectations"),
    "sample": msg("draw the sample"),
    "controls": msg("judge controls"),
    "gate": msg("decide the gate"),
    "seal": msg("seal the ledger"),
    "report": msg("write the report"),
}


class StageBars:
    """A Progress of one bar a stage; silent where stderr is no terminal."""

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self._bars = _bars() if sys.stderr.isatty() else None
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        if self._bars is not None:
            self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    def start(self, stage: str, total: int | None) -> None:
        """A bar for `stage`; of unknown length when `total` is None."""
        if self._bars is None:
            return
        title = translate(STAGES[stage], self._lang) if stage in STAGES else stage
        self._tasks[stage] = self._bars.add_task(title, total=total)

    def advance(self, n: int = 1) -> None:
        """The bar begun last moves by `n`."""
        if self._bars is not None and self._tasks:
            self._bars.advance(next(reversed(self._tasks.values())), n)

    def done(self, stage: str) -> None:
        """The bar of `stage` is full."""
        task = self._tasks.get(stage)
        if self._bars is not None and task is not None:
            self._bars.update(task, total=1, completed=1)


def _bars() -> "Progress":
    """Bars on stderr; rich is imported for whoever sees them, and takes a tenth of a second."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    return Progress(
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=32),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
