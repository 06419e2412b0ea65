"""Digests of files nobody touched are taken over, and those of all others computed."""

import hashlib
import os
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st

from connectors.manifest import read_manifest
from expectations.policy import load_policy
from pipelines.engine.local import Local
from pipelines.settings import Settings
from pipelines.stages import ingest, known_digests
from pipelines.stages.base import Silent, StageOutput
from pipelines.stages.known_digests import Hashed, read_digests, settled, stamp_of, write_digests
from pipelines.store import registrations, runs
from pipelines.store.database import open_store

AT = datetime(2026, 11, 20, tzinfo=UTC)
MANIFEST = """
dataset: hashed
title: {en: Hashed}
purpose: pretrain
files: ["*.txt"]
record: {text: [text]}
sources: [{id: own, type: self_produced, licence: {id: MIT}}]
personal_information: {present: false}
"""


class House:
    """A folder of texts and a workspace."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.data.mkdir()
        (self.data / "dataset.yaml").write_text(MANIFEST, encoding="utf-8")
        home = folder / "home"
        url = f"sqlite:///{home / 'audit.db'}"
        self.settings = Settings(home=home, database_url=url, workers=1)
        self.memory = self.settings.digests / "hashed.parquet"

    def write(self, name: str, text: str) -> Path:
        path = self.data / name
        path.write_text(text, encoding="utf-8")
        return path

    def let_time_pass(self) -> None:
        """The clock of the file system has moved on: it ticks every few milliseconds."""
        probe = self.data / "probe"
        probe.touch()
        began = probe.stat().st_ctime_ns
        while probe.stat().st_ctime_ns == began:
            time.sleep(0.001)
            probe.touch()
        probe.unlink()

    def ingest(self, **given: bool) -> StageOutput:
        settings = replace(self.settings, **given)
        store = open_store(settings)
        try:
            dataset = read_manifest(self.data / "dataset.yaml", roots=())
            policy = load_policy(None)
            run_id = runs.start(
                store,
                dataset=dataset.id,
                registration=registrations.register(store, dataset, at=AT),
                policy=policy.to_json(),
                policy_digest=policy.digest,
                code_version="tda test",
                at=AT,
                owner="test",
            )
            with Local(1, "256MB", settings.home / "tmp") as engine:
                return ingest.ingest(
                    run_id, settings=settings, store=store, engine=engine, progress=Silent()
                )
        finally:
            store.engine.dispose()

    def version(self) -> str:
        """The name of the version, from the bytes that lie there."""
        found = [
            (path.name, "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest())
            for path in self.data.glob("*.txt")
        ]
        return ingest.version_digest(found)

    def taken_over(self, **given: bool) -> int:
        """The files that were not read, once the version has the right name."""
        summary = self.ingest(**given).summary
        assert summary["version"] == self.version()
        assert summary["files"] == len(list(self.data.glob("*.txt")))
        return int(str(summary["taken_over"]))


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(tmp_path)
    for number in range(3):
        made.write(f"{number}.txt", f"text {number}\n")
    return made


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files count as settled as soon as they are hashed."""
    monkeypatch.setattr(known_digests, "SETTLED_NS", -1)


def test_a_file_that_was_written_a_moment_ago_is_hashed_again(house: House):
    assert house.taken_over() == 0
    assert house.taken_over() == 0


@pytest.mark.usefixtures("at_once")
def test_files_nobody_touched_are_not_read_again(house: House):
    first = house.ingest()
    again = house.ingest()
    assert (first.summary["taken_over"], again.summary["taken_over"]) == (0, 3)
    assert first.tables == again.tables
    assert house.taken_over(rehash=True) == 0


@pytest.mark.usefixtures("at_once")
def test_what_is_kept_is_believed_and_reading_every_byte_again_is_not_bound_by_it(house: House):
    house.ingest()
    kept = read_digests(house.memory)
    wrong = {name: Hashed(held.stamp, kept["0.txt"].digest) for name, held in kept.items()}
    write_digests(house.memory, wrong.items(), house.settings.home / "tmp")
    assert house.ingest().summary["version"] != house.version()
    assert house.taken_over(rehash=True) == 0
    assert house.taken_over() == 3  # and what it read is what is known from then on


@pytest.mark.usefixtures("at_once")
def test_a_change_that_leaves_size_and_time_as_they_were_is_seen(house: House):
    path = house.write("0.txt", "before")
    house.ingest()
    was = path.stat()
    house.let_time_pass()
    house.write("0.txt", "after!")
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
    now = path.stat()
    assert (now.st_size, now.st_mtime_ns, now.st_ino) == (was.st_size, was.st_mtime_ns, was.st_ino)
    assert house.taken_over() == 2


@pytest.mark.usefixtures("at_once")
def test_another_file_under_the_same_name_is_seen(house: House):
    house.ingest()
    was = (house.data / "0.txt").stat()
    other = house.write("other", "Text 0\n")
    os.utime(other, ns=(was.st_atime_ns, was.st_mtime_ns))
    other.replace(house.data / "0.txt")
    assert house.taken_over() == 2


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("harm", ["gone", "cut", "flipped", "other columns", "no table"])
def test_where_what_was_kept_is_damaged_every_file_is_read(house: House, harm: str):
    house.ingest()
    content = house.memory.read_bytes()
    if harm == "gone":
        house.memory.unlink()
    elif harm == "cut":
        house.memory.write_bytes(content[:-20])
    elif harm == "flipped":
        at = content.index(read_digests(house.memory)["0.txt"].digest[-8:].encode()[:1], 20)
        house.memory.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    elif harm == "other columns":
        kept = known_digests.pq.read_table(house.memory).rename_columns(["a", "b", "c"])
        known_digests.pq.write_table(kept, house.memory)
    else:
        house.memory.write_bytes(b"nothing of the kind")
    assert house.taken_over() == 0


def test_what_changed_shortly_before_or_while_it_was_hashed_cannot_be_known_again():
    whole = {"st_dev": 1, "st_ino": 2, "st_size": 3, "st_mtime_ns": 4, "st_ctime_ns": 5}
    then = SimpleNamespace(**whole)
    long_after = 6 + known_digests.SETTLED_NS
    assert settled(then, then, began_ns=long_after)
    assert not settled(then, then, began_ns=long_after - 1)
    assert not settled(then, then, began_ns=0)  # a clock that went back
    for name in whole:
        other = SimpleNamespace(**whole | {name: 6})
        assert stamp_of(other) != stamp_of(then)
        assert not settled(then, other, began_ns=long_after)


edits = st.tuples(
    st.sampled_from(["write", "disguise", "replace", "touch", "go", "turn", "nothing"]),
    st.integers(0, 3),
    st.sampled_from(["one", "two", "ten", "three"]),
)


@tries(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(edits, min_size=1, max_size=6))
def test_whatever_happens_to_files_the_version_is_named_by_their_bytes(
    tmp_path_factory, at_once, steps
):
    house = House(tmp_path_factory.mktemp("edits"))
    for number in range(3):
        house.write(f"{number}.txt", "one")
    house.ingest()
    for kind, number, text in steps:
        house.let_time_pass()
        path = house.data / f"{number}.txt"
        was = path.stat() if path.exists() else None
        if kind == "write" or was is None:
            house.write(path.name, text)
        elif kind == "disguise":
            house.write(path.name, text)
            os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
        elif kind == "replace":
            house.write("new", text).replace(path)
        elif kind == "touch":
            path.touch()
        elif kind == "go" and len(list(house.data.glob("*.txt"))) > 1:
            path.unlink()
        elif kind == "turn" and number != 0 and (house.data / "0.txt").exists():
            path.replace(house.data / "aside")
            (house.data / "0.txt").replace(path)
            (house.data / "aside").replace(house.data / "0.txt")
        house.taken_over()
