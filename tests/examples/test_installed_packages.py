"""Whatever is installed becomes a dataset; metadata is data, and hostile."""

import importlib.metadata
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.manifest import read_manifest

SCRIPT = Path(__file__).parents[2] / "examples" / "installed-packages" / "collect.py"
OUTSIDE = "not for you"


def collected(
    folder: Path, *options: str, path: Path | None = None
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(path) if path else ""}
    command = [sys.executable, "-B", "-W", "error", *options, str(SCRIPT), str(folder)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def sources(folder: Path) -> dict[str, dict[str, dict[str, str]]]:
    return {str(s["id"]): s for s in lines(folder / "sources.jsonl")}  # type: ignore[misc]


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packages") / "build"
    done = collected(folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_every_distribution_is_a_source_and_every_paragraph_a_record(build: Path) -> None:
    installed = {name for d in importlib.metadata.distributions() if (name := d.metadata["Name"])}
    named = {s["publisher"] for s in sources(build).values()}
    assert {str(n).lower() for n in named} == {name.lower() for name in installed}
    records = [r for path in sorted(build.glob("records-*.jsonl")) for r in lines(path)]
    assert {r["package"] for r in records} <= set(sources(build))
    assert all(str(r["text"]).strip() for r in records)
    assert len(records) > len(named)


def test_the_licence_is_what_the_metadata_states(build: Path) -> None:
    for distribution in importlib.metadata.distributions():
        found = sources(build)[
            distribution.metadata["Name"].lower().replace("_", "-").replace(".", "-")
        ]
        stated = found["licence"]["id"]
        if expression := distribution.metadata.get("License-Expression"):
            assert stated == expression
        elif any(
            c.startswith("License ::") for c in distribution.metadata.get_all("Classifier") or ()
        ):
            assert stated.startswith("classifier only: License ::")


def test_licence_files_are_copied_and_bounded(build: Path) -> None:
    texts = [s["licence"]["text"] for s in sources(build).values() if "text" in s["licence"]]
    assert texts
    assert all((build / text).stat().st_size <= 256 * 1024 for text in texts)


def test_the_manifest_is_one_the_audit_reads(build: Path) -> None:
    dataset = read_manifest(build / "dataset.yaml")
    assert len(dataset.sources) == len(sources(build))
    assert dataset.record.contact == "author"
    assert dataset.personal_information.present is None


def test_the_same_environment_gives_the_same_bytes(build: Path, tmp_path: Path) -> None:
    assert collected(tmp_path / "again").returncode == 0
    made = sorted(p.relative_to(build) for p in build.rglob("*") if p.is_file())
    again = sorted(
        p.relative_to(tmp_path / "again") for p in (tmp_path / "again").rglob("*") if p.is_file()
    )
    assert made == again
    assert all((build / p).read_bytes() == (tmp_path / "again" / p).read_bytes() for p in made)


def test_what_an_earlier_run_wrote_is_replaced(build: Path) -> None:
    stale = build / "records-999.jsonl"
    stale.write_text('{"text": "stale"}\n', encoding="utf-8")
    assert collected(build).returncode == 0
    assert not stale.exists()


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    done = collected(tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "name a new folder" in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A folder of installed packages made to lead the script astray."""
    site = tmp_path / "site"
    info = site / "evil-1.dist-info"
    (info / "licenses").mkdir(parents=True)
    (tmp_path / "LICENSE-outside").write_text(OUTSIDE, encoding="utf-8")
    (info / "LICENSE-link").symlink_to(tmp_path / "LICENSE-outside")
    (info / "LICENSE-huge").write_bytes(b"x" * (256 * 1024 + 1))
    (info / "LICENSE-empty").write_bytes(b"")
    (info / "licenses" / "a b\u202e.txt").write_text("good", encoding="utf-8")
    names = [
        "../LICENSE-outside", "evil-1.dist-info/../../LICENSE-outside", "/etc/LICENSE",
        "evil-1.dist-info/LICENSE-link", "evil-1.dist-info/LICENSE-huge",
        "evil-1.dist-info/LICENSE-empty", "evil-1.dist-info/LICENSE-gone",
        "evil-1.dist-info/licenses/a b\u202e.txt", "evil-1.dist-info/METADATA",
    ]  # fmt: skip
    (info / "RECORD").write_text("".join(f"{n},,\n" for n in names), encoding="utf-8")
    body = ["first\n second", "", "\t", "é" * 20_001, "", "last {{ 7*7 }} <script>"]
    (info / "METADATA").write_text(
        "Metadata-Version: 2.4\nName: ../../Evil: <b>päck\x1b[31m\nVersion: 1\n"
        "License: UNKNOWN\nHome-page: http://localhost/x\n"
        "Project-URL: Local, http://127.0.0.1/\nProject-URL: Inner, https://a.internal/\n"
        "Author-email: someone@example.org\n\n" + "\n".join(body),
        encoding="utf-8",
    )
    broken = site / "broken-1.dist-info"
    broken.mkdir()
    (broken / "METADATA").write_bytes(b"Name: broken\nSummary: \xff\xfe\n\n\xff")
    (site / "nothing-1.dist-info").mkdir()
    return site


def test_hostile_metadata_reaches_nothing_and_names_nothing(hostile: Path, tmp_path: Path) -> None:
    folder = tmp_path / "build"
    done = collected(folder, "-S", path=hostile)
    assert done.returncode == 0, done.stderr
    (evil,) = sources(folder).values()
    assert evil["id"] == "evil-b-p-ck-31m"
    assert evil["licence"]["id"] is None
    assert "url" not in evil
    copied = [p for p in folder.rglob("*") if p.is_file() and "evidence" in p.parts]
    assert [p.read_text("utf-8") for p in copied] == ["good"]
    assert evil["licence"]["text"] == "evidence/evil-b-p-ck-31m/0-a-b-.txt"
    written = b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())
    assert OUTSIDE.encode() not in written
    assert b"\x1b" not in written
    assert [r["text"] for r in lines(folder / "records-000.jsonl")] == [
        "first\n second", "last {{ 7*7 }} <script>",
    ]  # fmt: skip


def test_an_environment_without_packages_is_an_empty_dataset(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    done = collected(tmp_path / "build", "-S", path=tmp_path / "site")
    assert done.returncode == 0
    assert done.stdout.startswith("0 distributions")
