"""The hostile corpus, written and audited once a session."""

import importlib
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
from tda_process import tda

sys.path.insert(0, str(Path(__file__).parent))


@dataclass(frozen=True)
class Ran:
    """One command as it ended."""

    arguments: tuple[str, ...]
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Workspace:
    """A folder in which `tda` is run as a process of its own."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "tda"

    def run(self, *arguments: object, lang: str = "en") -> Ran:
        """One command, which writes what it would to a terminal."""
        self.folder.mkdir(parents=True, exist_ok=True)
        environment = {
            "TDA_LANG": lang,
            "TDA_WORKERS": "2",
            "TDA_MAX_RECORD_BYTES": str(1024 * 1024),
        }
        done = tda(self.home, *arguments, folder=self.folder, terminal=True, **environment)
        return Ran(tuple(map(str, arguments)), done.returncode, done.stdout, done.stderr)

    def run_all(self, commands: Sequence[Sequence[object]], lang: str = "en") -> list[Ran]:
        """One command after the other."""
        return [self.run(*words, lang=lang) for words in commands]


@dataclass(frozen=True)
class Hostile:
    """The corpus, the workspace it was audited in, and how that went."""

    manifest: Path
    workspace: Workspace
    ran: Ran

    @property
    def report(self) -> Path:
        """The folder of its report."""
        run_id = re.search(r"run-[0-9a-f-]+", self.ran.out)
        assert run_id, self.ran
        return self.workspace.home / "reports" / run_id[0]

    @property
    def data(self) -> Path:
        return self.manifest.parent / "data"

    @property
    def labels(self) -> Path:
        return self.manifest.parent / "people" / "labels.csv"


@pytest.fixture(scope="session")
def hostile() -> ModuleType:
    return importlib.import_module("hostile_corpus")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace nothing has been done in."""
    return Workspace(tmp_path / "work")


@pytest.fixture(scope="session")
def audited(tmp_path_factory: pytest.TempPathFactory, hostile: ModuleType) -> Hostile:
    """The corpus after `tda audit`."""
    folder = tmp_path_factory.mktemp("hostile")
    manifest = hostile.Corpus(folder / "corpus").write().manifest
    workspace = Workspace(folder / "work")
    return Hostile(manifest, workspace, workspace.run("audit", manifest))


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """A real Chromium."""
    chromium = importlib.import_module("chromium")
    program = chromium.found()
    if program is None:
        said = "NO CHROMIUM HERE: THE REPORT WAS NOT OPENED IN A BROWSER"
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(said)
        pytest.skip(said)
    with chromium.Browser(program, tmp_path_factory.mktemp("chromium")) as opened:
        yield opened
