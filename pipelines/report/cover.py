"""The cover of an answer to an inquiry: which runs it holds, in zh, en and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pipelines.language.catalogue import Language
from pipelines.model.audit import GateDecision, LedgerHead
from pipelines.model.ids import Digest
from pipelines.model.run import AuditRun
from pipelines.report import words
from pipelines.report.html import FILES, environment, style_sheet
from pipelines.report.marks import SYMBOLS

PAGES = {Language.ZH: "cover.zh.html", Language.EN: "cover.en.html"}
JSON_FILE = "cover.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverFile:
    """A file of the answer: its path below the cover, and what it holds."""

    path: str
    digest: Digest
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverRun:
    """A run of the answer, its gate, and the files of its report."""

    run: AuditRun
    gate: GateDecision
    purpose: str
    asked_as: str
    """What was asked for: the run itself, or the dataset whose latest run it is."""
    files: tuple[CoverFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What an answer says of itself. `log_id` and `head` are those of the ledger when drafted."""

    inquiry: str
    authority: str
    due: date | None
    requested_by: str
    drafted_at: datetime
    code_version: str
    runs: tuple[CoverRun, ...]
    head: LedgerHead
    log_id: str


def render_cover(cover: Cover, language: Language) -> str:
    """The cover as a page; it links to the reports beside it and asks for nothing else."""
    other = Language.EN if language is Language.ZH else Language.ZH
    return (
        environment(language)
        .get_template("cover.j2")
        .render(
            c=cover,
            lang=language.value,
            other=other.value,
            other_file=PAGES[other],
            report_file=FILES[language],
            style=style_sheet(cover.inquiry),
            symbols=SYMBOLS,
            words=words,
            root=_groups(cover.head.root),
        )
    )


def cover_json(cover: Cover) -> str:
    """The same as JSON, keys sorted."""
    content = {
        "inquiry": cover.inquiry,
        "authority": cover.authority,
        "due": cover.due.isoformat() if cover.due else None,
        "requested_by": cover.requested_by,
        "drafted_at": cover.drafted_at.isoformat(),
        "code_version": cover.code_version,
        "ledger": {
            "log_id": cover.log_id,
            "size": cover.head.size,
            "root": cover.head.root,
            "at": cover.head.at.isoformat(),
            "key_id": cover.head.key_id,
            "signature": cover.head.signature,
        },
        "runs": [_run(one) for one in cover.runs],
    }
    return json.dumps(content, ensure_ascii=True, indent=1, sort_keys=True) + "\n"


def _run(one: CoverRun) -> dict[str, object]:
    return {
        "run": one.run.id,
        "asked_as": one.asked_as,
        "dataset": one.run.dataset,
        "version": one.run.version,
        "at": one.run.at.isoformat(),
        "purpose": one.purpose,
        "gate": one.gate.gate.value,
        "gate_after_repair": one.gate.after_repair.value,
        "controls_applied": one.gate.applied,
        "controls_catalogue": one.gate.catalogue,
        "policy_digest": one.run.policy_digest,
        "code_version": one.run.code_version,
        "files": [
            {"path": file.path, "digest": file.digest, "bytes": file.bytes} for file in one.files
        ],
    }


def _groups(root: str) -> Sequence[str]:
    return [root[at : at + 4] for at in range(0, len(root), 4)]
