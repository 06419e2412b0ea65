"""A headless Chromium, driven over the DevTools protocol; every request it makes is recorded."""

import base64
import json
import os
import re
import shutil
import signal
import subprocess
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from websockets.sync.client import ClientConnection, connect

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 120
"""Seconds any step may take."""
_BOX = re.compile(rb"/MediaBox\s*\[\s*([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s*\]")


def found() -> str | None:
    """Where Chromium is, None where there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@dataclass
class Page:
    """One tab."""

    connection: ClientConnection
    session: str
    requests: list[str] = field(default_factory=list)
    loaded: bool = False
    number: int = 0

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """The answer to one command; what happens meanwhile is noted."""
        self.number += 1
        message = {"id": self.number, "sessionId": self.session, "method": method}
        self.connection.send(json.dumps(message | {"params": parameters}))
        while True:
            answer = self._next()
            if answer.get("id") == self.number and answer.get("sessionId") == self.session:
                assert "error" not in answer, answer
                return dict(answer["result"])

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression of ours on the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def printed_sizes(self) -> list[tuple[float, float]]:
        """Width and height in points of each page of the print."""
        answer = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        return media_boxes(base64.b64decode(answer["data"]))

    def open(self, address: str) -> None:
        """Load `address` and everything it asks for."""
        self.call("Page.navigate", url=address)
        while not self.loaded:
            self._next()
        # a refresh of nought seconds, an animation frame, a timer: each would have come by then
        self.call("Runtime.evaluate", expression=_SETTLE, awaitPromise=True)

    def _next(self) -> dict[str, Any]:
        message = dict(json.loads(self.connection.recv(timeout=PATIENCE)))
        match message.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(message["params"]["request"]["url"])
            case "Page.loadEventFired":
                self.loaded = True
        return message


_SETTLE = "new Promise(r => requestAnimationFrame(() => setTimeout(r, 300)))"


class Browser:
    """A Chromium with a profile of its own, to which no host but nowhere resolves."""

    def __init__(self, program: str, folder: Path) -> None:
        self._command = [
            program,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--remote-debugging-port=0",
            f"--user-data-dir={folder}",
            "about:blank",
        ]
        self._port = folder / "DevToolsActivePort"
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        end = time.monotonic() + PATIENCE
        while not (self._port.exists() and self._port.read_text().count("\n") >= 1):
            assert self._process.poll() is None, "Chromium ended"
            assert time.monotonic() < end, "Chromium did not open its port"
            time.sleep(0.05)
        port, path = self._port.read_text().split("\n")[:2]
        self._connection = self._open.enter_context(
            connect(
                f"ws://127.0.0.1:{port}{path}", max_size=None, open_timeout=PATIENCE, proxy=None
            )
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._open.close()
        finally:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    @contextmanager
    def page(self, address: str, width: int) -> Iterator[Page]:
        """A tab of `width` CSS pixels with `address` loaded."""
        root = Page(self._connection, "")
        target = self._root("Target.createTarget", url="about:blank")["targetId"]
        session = self._root("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(root.connection, session)
        screen = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        page.call("Emulation.setDeviceMetricsOverride", **screen)
        page.call("Network.enable")
        page.call("Page.enable")
        page.open(address)
        try:
            yield page
        finally:
            self._root("Target.closeTarget", targetId=target)

    def _root(self, method: str, **parameters: object) -> dict[str, Any]:
        number = time.monotonic_ns() & 0x7FFFFFFF
        self._connection.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._connection.recv(timeout=PATIENCE))
            if answer.get("id") == number and "sessionId" not in answer:
                assert "error" not in answer, answer
                return dict(answer["result"])


def media_boxes(pdf: bytes) -> list[tuple[float, float]]:
    """Size of each page, from the page objects as they stand or inside object streams."""
    parts = [pdf]
    for found_stream in re.finditer(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            parts.append(zlib.decompress(found_stream[1]))
        except zlib.error:
            continue  # not a deflated one: a picture or a font
    return [
        (float(box[3]) - float(box[1]), float(box[4]) - float(box[2]))
        for part in parts
        for box in _BOX.finditer(part)
    ]
