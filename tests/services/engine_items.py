"""Functions of one item that tests hand to an engine; its workers import this module too."""

import os
import signal
import time
from pathlib import Path

from pipelines.model.errors import ConnectorError
from pipelines.model.message import msg
from pipelines.ownership import temporary_name
from pipelines.stages.shard import scan_batch

PATIENCE = 300.0


def length(item: str) -> dict[str, object]:
    if item == "bad":
        raise ConnectorError(msg("{item} is bad", item=item), advice=msg("leave it out"))
    if item == "quoting":
        raise ValueError("the text of a record")
    if item == "deadly":
        os.kill(os.getpid(), signal.SIGKILL)
    return {"item": item, "length": len(item)}


def scanned_while_held(item: str, *, folder: str) -> dict[str, object]:
    """The scan of a batch; whoever comes after the first waits for the file `go` before it."""
    try:
        Path(folder, "first").touch(exist_ok=False)
    except FileExistsError:
        Path(folder, f"held{temporary_name()}").touch()
        deadline = time.monotonic() + PATIENCE
        while not Path(folder, "go").exists():
            if time.monotonic() > deadline:
                raise TimeoutError("nobody said go") from None
            time.sleep(0.02)
    return dict(scan_batch(item))


def marked(item: str, *, folder: str) -> dict[str, object]:
    """Leaves a file named as the item."""
    time.sleep(0.02)
    Path(folder, item).touch()
    return {"item": item}
