"""The draft of an answer: the reports of the chosen runs under a cover, in one folder."""

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipelines.inquiry.folder import Fingerprint, list_digests, put_folder
from pipelines.inquiry.request import Inquiry
from pipelines.ledger.dsse import read_envelope
from pipelines.ledger.faults import ADVICE
from pipelines.model.errors import ConfigError, EvidenceError, TamperedError
from pipelines.model.ids import Digest, RunId, digest_of
from pipelines.model.message import msg
from pipelines.model.run import AuditRun
from pipelines.report.cover import (
    JSON_FILE,
    PAGES,
    Cover,
    CoverFile,
    CoverRun,
    cover_json,
    render_cover,
)
from pipelines.report.html import FILES, HISTORIES
from pipelines.report.writing import JSON_FILE as REPORT_JSON
from pipelines.settings import Settings, code_version
from pipelines.stages.ledger_view import inspect_store, newest_head
from pipelines.stages.report import report_folder
from pipelines.stages.seal import statements_of
from pipelines.store import runs
from pipelines.store.database import Store
from pipelines.store.ledger_entries import reading

DRAFT = "draft"
REPORTS = (*FILES.values(), REPORT_JSON)
_RUN = re.compile(r"run-\d{8}-\d{4}-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft as it lay there when it was made; `digest` is that of its list of digests."""

    number: str
    digest: Digest
    files: int
    bytes: int
    runs: tuple[RunId, ...]
    drafted_at: datetime

    def to_json(self) -> dict[str, object]:
        """Ids, digests, counts and a time."""
        return {
            "inquiry": self.number,
            "digest": self.digest,
            "files": self.files,
            "bytes": self.bytes,
            "runs": list(self.runs),
            "drafted_at": self.drafted_at.isoformat(),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, object]) -> "Draft":
        """The draft that `to_json` wrote."""
        listed = value["runs"]
        assert isinstance(listed, list | tuple)  # noqa: S101  we wrote it
        return cls(
            number=str(value["inquiry"]),
            digest=Digest(str(value["digest"])),
            files=int(str(value["files"])),
            bytes=int(str(value["bytes"])),
            runs=tuple(RunId(str(run)) for run in listed),
            drafted_at=datetime.fromisoformat(str(value["drafted_at"])),
        )


def inquiry_folder(settings: Settings, number: str) -> Path:
    """Where everything about the inquiry is."""
    return settings.home / "inquiries" / number


def draft_answer(inquiry: Inquiry, *, at: datetime, settings: Settings, store: Store) -> Draft:
    """The draft of the answer lies in `inquiries/<number>/draft`, and replaces an earlier one.

    Everything it cites is checked first: the whole ledger, and that it says of each run what the
    store says now.

    Raises:
        ConfigError: a run is not there, or has not been sealed.
        EvidenceError: a report is missing or belongs to another run.
        TamperedError: the ledger does not verify, or says something else of a run.
    """
    chosen = chosen_runs(inquiry, store)
    _refuse_a_damaged_ledger(store)
    for run in chosen.values():
        _refuse_what_was_not_sealed(run, store)
    found: list[Fingerprint] = []

    def fill(folder: Path) -> None:
        cited = tuple(_cited(run, asked, folder, settings, store) for asked, run in chosen.items())
        head = newest_head(store)
        cover = Cover(
            inquiry=inquiry.number,
            authority=inquiry.authority,
            due=inquiry.due,
            requested_by=inquiry.requested_by,
            drafted_at=at,
            code_version=code_version(),
            runs=cited,
            head=head.for_report(),
            log_id=head.head.log_id,
        )
        for language, name in PAGES.items():
            (folder / name).write_text(render_cover(cover, language), encoding="utf-8")
        (folder / JSON_FILE).write_text(cover_json(cover), encoding="utf-8")
        found.append(list_digests(folder))

    put_folder(inquiry_folder(settings, inquiry.number) / DRAFT, fill, replace=True)
    return Draft(
        number=inquiry.number,
        digest=found[0].digest,
        files=found[0].files,
        bytes=found[0].bytes,
        runs=tuple(run.id for run in chosen.values()),
        drafted_at=at,
    )


def chosen_runs(inquiry: Inquiry, store: Store) -> dict[str, AuditRun]:
    """The sealed runs that were asked for, by what was asked; each run once.

    Raises:
        ConfigError: there is no such run, or it has not been sealed.
    """
    chosen: dict[str, AuditRun] = {}
    for asked in inquiry.runs:
        named = _RUN.fullmatch(asked) is not None
        run = runs.run(store, RunId(asked)) if named else runs.latest(store, asked)
        if run is None or run.state != runs.SEALED:
            raise ConfigError(
                msg("{asked} has no sealed run", asked=asked),
                advice=msg("audit it to the end first, or leave it out"),
            )
        if run.id not in {other.id for other in chosen.values()}:
            chosen[asked] = run
    return chosen


def _refuse_a_damaged_ledger(store: Store) -> None:
    for fault in inspect_store(store).faults:
        raise TamperedError(fault.message, advice=ADVICE[fault.reason])


def _refuse_what_was_not_sealed(run: AuditRun, store: Store) -> None:
    """What the store says of the run now is what the ledger was told when it was sealed."""
    with reading(store.engine) as book:
        for statement in statements_of(run.id, store):
            entry = book.entry(statement.key)
            if entry is None or read_envelope(entry.envelope).payload != statement.payload:
                raise TamperedError(
                    msg("The store says of {entry} what the ledger does not.", entry=statement.key),
                    advice=msg("Run tda ledger verify, and restore the store from a back-up."),
                )


def _cited(run: AuditRun, asked: str, folder: Path, settings: Settings, store: Store) -> CoverRun:
    """The run with its report, which is copied below `folder`."""
    target = folder / "runs" / run.id
    target.mkdir(parents=True)
    written = []
    reported = report_folder(settings, run.id)
    for name in (*REPORTS, *_histories(reported)):
        source = reported / name
        if not source.is_file():
            raise EvidenceError(
                msg("the report {file} of run {run} is missing", file=name, run=run.id),
                advice=msg("write it again: tda report {run}", run=run.id),
            )
        shutil.copyfile(source, target / name)
        content = (target / name).read_bytes()
        path = f"runs/{run.id}/{name}"
        written.append(CoverFile(path=path, digest=digest_of(content), bytes=len(content)))
    gate = runs.gate_of(store, run.id)
    said = json.loads((target / REPORT_JSON).read_bytes())
    identity = said["identity"]
    if (identity["run"], identity["version"], identity["policy_digest"], said["gate"]["gate"]) != (
        run.id,
        run.version,
        run.policy_digest,
        gate.gate.value,
    ):
        raise EvidenceError(
            msg("the report in {folder} is not that of the sealed run", folder=run.id),
            advice=msg("write it again: tda report {run}", run=run.id),
        )
    purpose = runs.dataset_of(store, run.id).purpose.value
    return CoverRun(run=run, gate=gate, purpose=purpose, asked_as=asked, files=tuple(written))


def _histories(reported: Path) -> tuple[str, ...]:
    """The pages that the reports in the folder lead to; those of an earlier time lead to none."""
    pages = [path.read_bytes() for name in FILES.values() if (path := reported / name).is_file()]
    return tuple(
        name for name in HISTORIES.values() if any(name.encode() in page for page in pages)
    )
