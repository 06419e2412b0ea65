"""Carrying out `tda dups`: sketch every file, relate the texts, write the pairs."""

import hashlib
import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import typer

from connectors.base import ReadRequest, Reason
from connectors.encoding import declared
from connectors.location import File, fresh, full_name
from connectors.reading import expand, guess_format
from pipelines.cli.choosing import one_of
from pipelines.cli.progress import StageBars
from pipelines.engine.base import Engine
from pipelines.engine.opening import open_engine
from pipelines.language.catalogue import translate
from pipelines.language.choice import choose_language
from pipelines.model.dataset import Format
from pipelines.model.errors import ConfigError, EvidenceError
from pipelines.model.evidence import PAIRS
from pipelines.model.message import msg
from pipelines.ownership import stamp, temporary_name
from pipelines.settings import ENGINES, Settings, read_settings
from pipelines.stages.duplicates import Duplicates, find_duplicates, summary_of
from pipelines.stages.rereading import Rereader
from pipelines.stages.sketching import sketch_file

if TYPE_CHECKING:
    from pipelines.stages.base import Progress  # brings the store, which nothing here needs

POOL_BYTES = 64 * 1024 * 1024
"""Below so much on disk, processes take longer to start than to work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketched:
    """What the files hold, and the flat tables of their texts."""

    flat: tuple[str, ...]
    records: int
    empty: int
    quarantined: int


def compare_files(
    paths: Sequence[Path | str],
    *,
    text: str,
    threshold: str,
    layout: str | None,
    encoding: str | None,
    pairs: Path | None,
    workers: int | None,
    engine: str | None,
    as_json: bool,
    lang: str | None,
) -> int:
    """The duplicates across `paths` on stdout, the pairs in a Parquet file; the exit code.

    Raises:
        ConfigError: A path, column, format, encoding or threshold nobody can follow.
    """
    began = time.monotonic()
    language = choose_language(lang, os.environ)
    settings = read_settings()
    if engine is not None:
        settings = replace(settings, engine=one_of("--engine", engine, ENGINES))
    least = _threshold(threshold)
    files = expand(paths)
    request = ReadRequest(
        columns=_columns(text),
        format=None if layout is None else Format(one_of("--format", layout, list(Format))),
        # an encoding nobody knows is misuse, said before any work, and so is an unclear format
        encoding=None if encoding is None else declared(encoding),
        max_record_bytes=settings.max_record_bytes,
    )
    if request.format is None:
        for file in files:
            guess_format(fresh(file))
    temporary = settings.home / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    pool = _workers(files, workers or settings.workers)
    with (
        open_engine(settings, workers=pool) as running,
        tempfile.TemporaryDirectory(dir=temporary, prefix=f"dups-{stamp()}-") as folder,
    ):
        with StageBars(language) as bars:
            sketched = _sketch(files, request, running, folder, bars)
            # what reading here has freed, Arrow would keep while DuckDB fills the memory it may
            pa.default_memory_pool().release_unused()
            bars.start("relate", None)
            found = find_duplicates(
                sketched.flat,
                engine=running,
                folder=Path(folder),
                rereader=Rereader(files, [request] * len(files)),
                threshold=float(least),
            )
            bars.done("relate")
        ledger = _write(found, [full_name(file) for file in files], pairs, settings)
    outcome = {
        "files": len(files),
        "records": sketched.records,
        "empty": sketched.empty,
        "quarantined": sketched.quarantined,
        **summary_of(found, str(least)),
        "pairs": str(ledger),
        "seconds": round(time.monotonic() - began, 3),
    }
    if as_json:
        typer.echo(json.dumps(outcome, ensure_ascii=False, indent=1))
    else:
        _print(outcome, language)
    return 0


def _sketch(
    files: Sequence[File], request: ReadRequest, engine: Engine, folder: str, progress: "Progress"
) -> Sketched:
    progress.start("scan", len(files))
    sketch = partial(sketch_file, paths=files, request=request, folder=folder)
    flat: dict[str, str] = {}
    totals: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for summary in engine.map(sketch, [str(ordinal) for ordinal in range(len(files))]):
        item = str(summary["item"])
        if "error" in summary:
            raise EvidenceError(
                msg(
                    "{file} could not be read to its end ({error})",
                    file=str(files[int(item)]),
                    error=str(summary["error"]),
                ),
                advice=msg("free memory and disk space, or leave the file out, and run again"),
            )
        totals.update({name: int(str(summary[name])) for name in ("records", "empty")})
        reasons.update(_counts(summary["reasons"]))
        if summary["out"] is not None:
            flat[item] = str(summary["out"])
        progress.advance()
    progress.done("scan")
    if totals["records"] == 0 and reasons[Reason.COLUMN_ABSENT]:
        raise ConfigError(
            msg("no record has the text columns {columns}", columns=", ".join(request.columns)),
            advice=msg("name the columns of the text: --text instruction,output"),
        )
    return Sketched(
        flat=tuple(flat[item] for item in sorted(flat, key=int)),
        records=totals["records"],
        empty=totals["empty"],
        quarantined=reasons.total(),
    )


def _counts(given: object) -> dict[str, int]:
    return (
        {str(name): int(count) for name, count in given.items()} if isinstance(given, dict) else {}
    )


def _write(found: Duplicates, names: Sequence[str], pairs: Path | None, settings: Settings) -> Path:
    """The path of the pairs, which appear there whole; named by their content by default."""
    if pairs is None:
        sha = hashlib.sha256(json.dumps(names).encode())
        for column in (found.removed, found.kept, found.similarity, found.exact):
            sha.update(column.tobytes())
        pairs = settings.home / f"pairs-{sha.hexdigest()[:16]}.parquet"
    part = pairs.with_name(f"{temporary_name()}.part")
    try:
        with pq.ParquetWriter(part, PAIRS, compression="zstd") as writer:
            for table in found.tables(names):
                writer.write_table(table)
        part.replace(pairs)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ConfigError(
            msg(
                "the pairs cannot be written to {path} ({reason})",
                path=str(pairs),
                reason=error.strerror or type(error).__name__,
            ),
            advice=msg("name a file in a folder that can be written with --pairs"),
        ) from error
    return pairs


def _print(outcome: dict[str, object], language: str) -> None:
    def figure(name: str) -> int:
        return int(str(outcome[name]))

    for line in (
        msg(
            "{records} records in {files} files, {empty} empty, {quarantined} quarantined",
            records=figure("records"),
            files=figure("files"),
            empty=figure("empty"),
            quarantined=figure("quarantined"),
        ),
        msg(
            "{exact} exact and {near} near duplicates (Jaccard {threshold} or more); "
            "{clusters} kept records stand for them",
            exact=figure("exact_duplicates"),
            near=figure("near_duplicates"),
            threshold=str(outcome["threshold"]),
            clusters=figure("clusters"),
        ),
        msg(
            "a pair right at this threshold is found with probability {recall}",
            recall=str(outcome["recall_at_threshold"]),
        ),
        msg("pairs: {path}", path=str(outcome["pairs"])),
    ):
        typer.echo(translate(line, language))
    if figure("too_long_to_compare"):
        line = msg(
            "texts so long that they were compared for equality only: {count}",
            count=figure("too_long_to_compare"),
        )
        typer.echo(translate(line, language))


def _columns(text: str) -> tuple[str, ...]:
    columns = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    if not all(columns):
        raise ConfigError(
            msg("--text names no column in {text}", text=repr(text)),
            advice=msg("name the columns of the text: --text instruction,output"),
        )
    return columns


def _threshold(text: str) -> Decimal:
    try:
        least = Decimal(text)
    except InvalidOperation:
        least = Decimal(0)
    if not (least.is_finite() and 0 < least <= 1):
        raise ConfigError(
            msg("--threshold is {text}, not a number above 0 up to 1", text=text),
            advice=msg("give a Jaccard similarity, for example --threshold 0.8"),
        )
    return least


def _workers(files: Sequence[File], workers: int) -> int:
    """`workers` where they pay; objects always do, as each takes its time to come."""
    local = [file for file in files if isinstance(file, Path)]
    if len(local) < len(files):
        return workers
    return workers if sum(file.stat().st_size for file in local) > POOL_BYTES else 1
