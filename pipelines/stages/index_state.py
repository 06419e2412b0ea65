"""What an index holds, as a file beside its tables that names them and appears whole."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from pipelines.kernels.sketch_spec import DEFAULT
from pipelines.stages.candidates import Answers
from pipelines.stages.shard_files import write_whole

FORM = 2
"""Raised when an index of before can no longer be read."""
CURRENT = "current.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """Files that come and go together."""

    first: int
    """Number of the first of `files`; the others follow."""
    files: tuple[str, ...]
    counts: Mapping[str, int]
    """What the sketch counted, and `texts` and `long`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The index as `current.json` describes it; paths are names in its folder."""

    sources: tuple[str, ...] = ()
    """Ids by number."""
    units: Mapping[str, Unit] = field(default_factory=dict)
    """The living ones by their key, which says all that decides their texts."""
    numbers: int = 0
    """Numbers given to files so far."""
    segments: tuple[str, ...] = ()
    answers: Answers | None = None
    verdicts: str | None = None
    bytes: Mapping[str, int] = field(default_factory=dict)


def read_state(folder: Path) -> State:
    """The state in `folder`; an empty one where there is none that can be used."""
    try:
        held = json.loads((folder / CURRENT).read_text(encoding="ascii"))
        if (held.pop("form"), held.pop("sketch")) != (FORM, DEFAULT.name):
            return State()
        units = {
            key: Unit(**{**unit, "files": tuple(unit["files"])})
            for key, unit in held.pop("units").items()
        }
        found = held.pop("answers")
        if found is not None:
            found = Answers(**{**found, "entries": tuple(found["entries"])})
        sources, segments = tuple(held.pop("sources")), tuple(held.pop("segments"))
        state = State(**held, units=units, answers=found, sources=sources, segments=segments)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return State()
    return state if _sound(state, folder) else State()


def _sound(state: State, folder: Path) -> bool:
    """Whether the tables are as they were written; those of texts are too big to be hashed."""
    try:
        for name, size in state.bytes.items():
            path = folder / name
            if path.stat().st_size != size:
                return False
            if name in state.segments:
                continue
            with path.open("rb") as table:
                if hashlib.file_digest(table, "sha256").hexdigest() != path.stem:
                    return False
    except OSError:
        return False
    return True


def placed(found: Answers, folder: Path) -> Answers:
    """`found` with its tables where they lie in `folder`."""
    return replace(
        found,
        entries=tuple(str(folder / name) for name in found.entries),
        repeated=str(folder / found.repeated),
        members=str(folder / found.members),
    )


def write_state(state: State, folder: Path) -> None:
    """`state` is the one in force in `folder`, where its tables lie."""
    content = {"form": FORM, "sketch": DEFAULT.name, **asdict(state)}
    write_whole(folder / CURRENT, json.dumps(content, sort_keys=True))
