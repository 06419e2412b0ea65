"""One side of a comparison of files: which they are, how they are read, and what they hold."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.base import ReadRequest, Reason
from connectors.location import File, fresh
from connectors.reading import expand, guess_format
from pipelines.engine.base import Engine
from pipelines.engine.failure import reason_of
from pipelines.kernels.units import Unit
from pipelines.model.errors import ConfigError, EvidenceError
from pipelines.model.message import msg
from pipelines.stages.sketching import sketch_file

if TYPE_CHECKING:
    from pipelines.stages.base import Progress  # brings the store, which nothing here needs

POOL_BYTES = 64 * 1024 * 1024
"""Below so much on disk, processes take longer to start than to work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Files that are read in one way."""

    files: Sequence[File]
    request: ReadRequest
    option: str = "--text"
    """Where the text columns of these files are named."""
    unit: Unit = Unit.CHAR


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketched:
    """What the files of a side hold, and the flat tables of their texts."""

    files: int = 0
    records: int = 0
    empty: int = 0
    quarantined: int = 0
    flat: tuple[str, ...] = ()

    def counts(self) -> dict[str, int]:
        """The figures by name, in the order in which they are printed."""
        return {
            "files": self.files,
            "records": self.records,
            "empty": self.empty,
            "quarantined": self.quarantined,
        }


def side_of(paths: Sequence[Path | str], request: ReadRequest, option: str = "--text") -> Side:
    """The data files of `paths`.

    Raises:
        ConfigError: A path does not exist, or nobody can tell the format of a file.
    """
    files = expand(paths)
    if request.format is None:
        for file in files:
            guess_format(fresh(file))  # an unclear format is misuse, said before any work
    return Side(files=files, request=request, option=option)


def sketch_side(
    side: Side,
    before: Sequence[File],
    *,
    engine: Engine,
    folder: str,
    progress: "Progress",
) -> Sketched:
    """The flat tables of the texts of `side` in `folder`, its files numbered after those `before`.

    Raises:
        ConfigError: No record has the text columns.
        EvidenceError: A file could not be read to its end.
    """
    if not side.files:
        return Sketched()
    files = [*before, *side.files]
    sketch = partial(sketch_file, paths=files, request=side.request, folder=folder, unit=side.unit)
    flat: dict[str, str] = {}
    totals: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for summary in engine.map(sketch, [str(n) for n in range(len(before), len(files))]):
        item = str(summary["item"])
        if "error" in summary:
            raise EvidenceError(
                msg(
                    "{file} could not be read to its end ({error})",
                    file=str(files[int(item)]),
                    error=reason_of(summary),
                ),
                advice=msg("free memory and disk space, or leave the file out, and run again"),
            )
        totals.update({name: int(str(summary[name])) for name in ("records", "empty")})
        reasons.update(_counts(summary["reasons"]))
        if summary["out"] is not None:
            flat[item] = str(summary["out"])
        progress.advance()
    if totals["records"] == 0 and reasons[Reason.COLUMN_ABSENT]:
        raise ConfigError(
            msg(
                "no record has the text columns {columns}", columns=", ".join(side.request.columns)
            ),
            advice=msg(
                "name the columns of the text: {option} instruction,output", option=side.option
            ),
        )
    return Sketched(
        files=len(side.files),
        records=totals["records"],
        empty=totals["empty"],
        quarantined=reasons.total(),
        flat=tuple(flat[item] for item in sorted(flat, key=int)),
    )


def _counts(given: object) -> dict[str, int]:
    return (
        {str(name): int(count) for name, count in given.items()} if isinstance(given, dict) else {}
    )


def workers_for(files: Sequence[File], workers: int) -> int:
    """`workers` where they pay; objects always do, as each takes its time to come."""
    local = [file for file in files if isinstance(file, Path)]
    if len(local) < len(files):
        return workers
    return workers if sum(file.stat().st_size for file in local) > POOL_BYTES else 1
