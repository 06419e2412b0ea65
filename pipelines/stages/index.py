"""An index of files: their flat tables, what they have in common, and the verdicts reached.

With it, files that came are looked up among those that were there, and neither these nor what they
have in common is read or compared again. Everything in it follows from the files and can be had
again: an index that is gone, damaged, or of another sketch is made anew, and gives the same pairs.

Tables are Parquet files named by the SHA-256 of their bytes, see `index_state`. One process at a
time writes an index; another one then works without.
"""

import fcntl
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipelines.engine.base import Engine
from pipelines.model.errors import EvidenceError
from pipelines.model.evidence import LONGEST_COMPARED
from pipelines.ownership import stamp
from pipelines.stages import sharing
from pipelines.stages.arrivals import Change, answers_after
from pipelines.stages.candidates import Answers, answers, columns_of
from pipelines.stages.index_state import CURRENT, State, Unit, placed, read_state, write_state
from pipelines.stages.known import NOTHING, Known, read_known
from pipelines.stages.placing import ordinals_of
from pipelines.stages.shared import Shared, shared_of
from pipelines.stages.sharing import read_sketches, shared_in_memory

MOST_SEGMENTS = 64
"""Tables of texts before they are made anew, so that asking stays cheap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketched:
    """Flat tables of units that came, and what was counted in each, by key."""

    flat: Sequence[str]
    counts: Mapping[str, Mapping[str, int]]


Names = Callable[[], Sequence[str]]
"""The names of the files of a unit; asked for when it comes."""
Sketch = Callable[[Mapping[str, Unit], Sequence[str]], Sketched]
"""Sketches the units that came; the second argument is the ids of the sources by number."""


class Index:
    """An index in a folder, which may be empty, and the work on it."""

    def __init__(self, folder: Path, work: Path, *, lasting: bool) -> None:
        """`work` is a folder in `folder`; what it ends with is kept if the index is `lasting`."""
        self._folder = folder
        self._work = work
        self._lasting = lasting
        self.state = read_state(folder) if lasting else State()
        self.arrived = 0
        """Units that were sketched by the last `update`."""

    def update(
        self, units: Mapping[str, Names], sources: Sequence[str], sketch: Sketch, engine: Engine
    ) -> Shared | None:
        """What the files of `units` (key to their names) have in common; None: no texts.

        Places hold the numbers that `state` gives to the files.

        Raises:
            EvidenceError: what came cannot be sketched.
        """
        if self.state.units:
            try:
                return self._update(units, sources, sketch, engine)
            except (EvidenceError, OSError, pa.ArrowException):
                # a table of the index is gone or damaged: without it, the same comes out
                self.state = State()
        return self._update(units, sources, sketch, engine)

    def _update(
        self, units: Mapping[str, Names], sources: Sequence[str], sketch: Sketch, engine: Engine
    ) -> Shared | None:
        before = self._worth_keeping(units)
        names = [*before.sources, *sorted(set(sources) - set(before.sources))]
        came, number = dict[str, Unit](), before.numbers
        for key, files_of in units.items():
            if key not in before.units:
                came[key] = Unit(first=number, files=tuple(files_of()), counts={})
                number += len(came[key].files)
        sketched = sketch(came, names) if came else Sketched(flat=(), counts={})
        came = _counted(came, sketched)
        self.arrived = len(came)
        now = {key: came.get(key) or before.units[key] for key in units}
        there = [str(self._folder / name) for name in before.segments]
        texts = sum(unit.counts["texts"] for unit in now.values())
        found = None
        if texts > sharing.MOST_IN_MEMORY:
            if before.units and before.answers is None:
                # so far they were few enough for memory, and there are no answers to go on from
                self.state = State(verdicts=before.verdicts, bytes=before.bytes)
                return self._update(units, sources, sketch, engine)
            found = self._answers(before, there, sketched.flat, now, number, engine)
        self.state = State(
            sources=tuple(names),
            units=now,
            numbers=number,
            segments=(*there, *sketched.flat),
            answers=found,
            verdicts=before.verdicts,
            bytes=before.bytes,
        )
        if found is not None:
            return shared_of(found)
        flat = [*there, *sketched.flat]
        alive = _standing(now.values(), number)
        return shared_in_memory(read_sketches(flat, alive)) if texts else None

    def _worth_keeping(self, units: Mapping[str, Names]) -> State:
        """The state, or an empty one with its verdicts where most would be made anew anyway."""
        state = self.state
        stay = sum(unit.counts["texts"] for key, unit in state.units.items() if key in units)
        ever = sum(_rows(self._folder / name) for name in state.segments)
        share = sum(key in state.units for key in units) / max(1, len(units))
        lasts = len(state.segments) < MOST_SEGMENTS and stay * 2 > ever and share > 0.5
        return state if lasts else State(verdicts=state.verdicts, bytes=state.bytes)

    def _answers(
        self,
        before: State,
        there: Sequence[str],
        flat: Sequence[str],
        now: Mapping[str, Unit],
        numbers: int,
        engine: Engine,
    ) -> Answers:
        if before.answers is None:
            return answers(flat, engine=engine, folder=self._work)
        change = Change(
            before=placed(before.answers, self._folder),
            there=there,
            arrived=flat,
            was=_standing(before.units.values(), numbers),
            alive=_standing(now.values(), numbers),
            texts=sum(unit.counts["texts"] for unit in now.values()),
            long=sum(unit.counts["long"] for unit in now.values()),
        )
        return answers_after(change, engine=engine, folder=self._work)

    def ordinals(self, of: Callable[[str, str], int]) -> NDArray[np.int64]:
        """Where each file stands by number, as `of` its unit's key and its name says."""
        found = np.zeros(self.state.numbers, np.int64)
        for key, unit in self.state.units.items():
            for number, name in enumerate(unit.files, unit.first):
                found[number] = of(key, name)
        return found

    def known(self) -> Known:
        """The verdicts on record."""
        return read_known(self._folder / self.state.verdicts) if self.state.verdicts else NOTHING

    def keep(self, verdicts: pa.Table) -> None:
        """The index holds what `update` found, and `verdicts`, and nothing else."""
        if not self._lasting:
            return
        path = self._work / "verdicts.parquet"
        pq.write_table(verdicts, path, compression="zstd")
        state, found = self.state, self.state.answers
        kept = dict[str, int]()
        if found is not None:
            names = [self._take(part, kept) for part in found.entries]
            found = replace(
                found,
                entries=tuple(names),
                repeated=self._take(found.repeated, kept),
                members=self._take(found.members, kept),
            )
        segments = tuple(self._take(name, kept) for name in state.segments)
        taken = self._take(str(path), kept)
        self.state = replace(state, answers=found, segments=segments, verdicts=taken, bytes=kept)
        write_state(self.state, self._folder)
        for path in self._folder.iterdir():
            if path.name not in kept and path not in {self._work, self._folder / CURRENT}:
                _remove(path)

    def _take(self, path: str, kept: dict[str, int]) -> str:
        """The name under which the table at `path` lies in the folder, by its content."""
        given = Path(path)
        if given.parent == self._folder:
            name = given.name
        else:
            with given.open("rb") as table:
                name = f"{hashlib.file_digest(table, 'sha256').hexdigest()}.parquet"
            given.replace(self._folder / name)
        kept[name] = (self._folder / name).stat().st_size
        return name


@contextmanager
def opened(folder: Path | None, temporary: Path) -> Iterator[tuple[Index, Path]]:
    """The index in `folder`, and a folder to work in that is gone afterwards.

    Without a folder, or while another process works on it, an index that nothing is left of.
    """
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        lock = folder / "lock"
        with lock.open("a") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                pass
            else:
                with tempfile.TemporaryDirectory(dir=folder, prefix=f"work-{stamp()}-") as work:
                    yield Index(folder, Path(work), lasting=True), Path(work)
                return
    with tempfile.TemporaryDirectory(dir=temporary, prefix=f"relate-{stamp()}-") as work:
        yield Index(Path(work), Path(work), lasting=False), Path(work)


def _standing(units: Iterable[Unit], numbers: int) -> NDArray[np.bool_]:
    """Whether the file with each number is in one of `units`."""
    found = np.zeros(numbers, np.bool_)
    for unit in units:
        found[unit.first : unit.first + len(unit.files)] = True
    return found


def _counted(came: Mapping[str, Unit], sketched: Sketched) -> dict[str, Unit]:
    """The units with what was counted in them, and their texts and long texts."""
    end = max((unit.first + len(unit.files) for unit in came.values()), default=0)
    texts, long = np.zeros(end, np.int64), np.zeros(end, np.int64)
    for path in sketched.flat:
        found = columns_of(path, places="place", chars="chars")
        numbers = ordinals_of(found["places"])
        texts += np.bincount(numbers, minlength=end)
        long += np.bincount(numbers[found["chars"] > LONGEST_COMPARED], minlength=end)
    return {
        key: replace(unit, counts={**sketched.counts[key], **_own(unit, texts, long)})
        for key, unit in came.items()
    }


def _own(unit: Unit, texts: NDArray[np.int64], long: NDArray[np.int64]) -> dict[str, int]:
    part = slice(unit.first, unit.first + len(unit.files))
    return {"texts": int(texts[part].sum()), "long": int(long[part].sum())}


def _rows(path: Path) -> int:
    try:
        with pq.ParquetFile(path) as file:
            return int(file.metadata.num_rows)
    except (OSError, pa.ArrowException):
        return 0


def _remove(path: Path) -> None:
    if path.name == "lock":
        return
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
