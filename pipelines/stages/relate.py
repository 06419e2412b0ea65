"""relate: which records repeat or nearly repeat an earlier one, as a ledger of pairs."""

import json
import tempfile
from collections import Counter
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from connectors.base import ReadRequest
from connectors.location import locate
from pipelines.engine.base import Engine
from pipelines.kernels.sketch_spec import DEFAULT, require_same
from pipelines.model.dataset import Dataset
from pipelines.model.errors import EvidenceError
from pipelines.model.evidence import TableRef
from pipelines.model.ids import RunId, digest_of
from pipelines.model.message import msg
from pipelines.ownership import stamp
from pipelines.settings import Settings
from pipelines.stages.base import Progress, StageOutput, policy_of
from pipelines.stages.duplicates import find_duplicates, summary_of
from pipelines.stages.placing import flatten
from pipelines.stages.preferring import numbered, preference_of, stated
from pipelines.stages.rereading import Rereader
from pipelines.store import runs
from pipelines.store.codec import to_json
from pipelines.store.database import Store

VERSION = "3"
POLICY: tuple[str, ...] = ("duplicates",)
AT_ONCE = 16
"""Records tables in one item of work (a million records at most): fewer are not worth a pool."""


def inputs(run_id: RunId, store: Store) -> Mapping[str, object]:
    """The records tables, the files in their order, how texts are read, and which are preferred."""
    tables = [
        *_tables(run_id, store, "scan", "records"),
        *_tables(run_id, store, "ingest", "files"),
    ]
    dataset = runs.dataset_of(store, run_id)
    return {
        "tables": sorted(f"{table.kind} {table.digest}" for table in tables),
        "layouts": digest_of(to_json(dataset.layouts).encode()),
        "sketch": DEFAULT.name,
        "preference": stated(policy_of(run_id, store).duplicates, dataset.sources),
    }


def relate(
    run_id: RunId, *, settings: Settings, store: Store, engine: Engine, progress: Progress
) -> StageOutput:
    """The `pairs` tables of the version, and the counts that follow from them.

    Raises:
        EvidenceError: The scan left another sketch, a table cannot be read, or a file was changed
            since the scan.
    """
    require_same(DEFAULT.name, _scanned_with(run_id, store))
    rule = policy_of(run_id, store).duplicates
    dataset = runs.dataset_of(store, run_id)
    preference = preference_of(rule, dataset.sources)
    files = _files(run_id, store)
    scanned = _tables(run_id, store, "scan", "records")
    progress.start("relate", len(scanned) + 1)
    temporary = settings.home / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=temporary, prefix=f"relate-{stamp()}-") as folder:
        flat, counts = _flatten(scanned, files, dataset, engine, folder, progress)
        found = find_duplicates(
            flat,
            engine=engine,
            folder=Path(folder),
            rereader=_rereader(dataset, files, settings),
            threshold=float(rule.threshold),
            preference=preference,
        )
        pairs = tuple(store.evidence.write("pairs", table) for table in found.tables(files))
    progress.done("relate")
    summary = {
        "records": counts["records"],
        "empty": counts["empty"],
        **summary_of(found, str(rule.threshold), preference),
    }
    return StageOutput(summary=summary, tables=pairs or (store.evidence.empty("pairs"),))


def _scanned_with(run_id: RunId, store: Store) -> str:
    """The name of the sketch the scan left its band keys under."""
    schemes = runs.stage_summary(store, run_id, "scan").get("schemes")
    return str(schemes.get("sketch")) if isinstance(schemes, dict) else "unnamed"


def _flatten(
    scanned: list[TableRef],
    files: list[str],
    dataset: Dataset,
    engine: Engine,
    folder: str,
    progress: Progress,
) -> tuple[list[str], Counter[str]]:
    """The flat table of each records table that has one, and the records and empty texts."""
    ordinals = {name: ordinal for ordinal, name in enumerate(files)}
    flat: list[str] = []
    counts: Counter[str] = Counter()
    work = partial(flatten, ordinals=ordinals, sources=numbered(dataset.sources), folder=folder)
    uris = [table.uri for table in scanned]
    items = [json.dumps(uris[at : at + AT_ONCE]) for at in range(0, len(uris), AT_ONCE)]
    for summary in engine.map(work, items):
        if "error" in summary:
            raise EvidenceError(
                msg("a records table could not be read ({error})", error=str(summary["error"])),
                advice=msg("free memory and disk space, then run the audit again"),
            )
        counts.update({name: int(str(summary[name])) for name in ("records", "empty")})
        if summary["out"] is not None:
            flat.append(str(summary["out"]))
        progress.advance(AT_ONCE)
    return sorted(flat), counts


def _files(run_id: RunId, store: Store) -> list[str]:
    """The files of the version by ordinal."""
    names: dict[int, str] = {}
    for table in _tables(run_id, store, "ingest", "files"):
        rows = store.evidence.read(table, columns=["ordinal", "file"])
        names.update(zip(rows["ordinal"].to_pylist(), rows["file"].to_pylist(), strict=True))
    return [names[ordinal] for ordinal in sorted(names)]


def _rereader(dataset: Dataset, files: list[str], settings: Settings) -> Rereader:
    requests = {
        name: ReadRequest(
            columns=layout.record.text,
            optional=frozenset(layout.record.optional),
            format=layout.format,
            split=layout.split,
            encoding=layout.encoding,
            max_record_bytes=settings.max_record_bytes,
        )
        for layout in dataset.layouts
        for name in layout.files
    }
    located = [locate(dataset.root, name) for name in files]
    return Rereader(located, [requests[name] for name in files])


def _tables(run_id: RunId, store: Store, stage: str, kind: str) -> list[TableRef]:
    return [table for table in runs.stage_tables(store, run_id, stage) if table.kind == kind]
