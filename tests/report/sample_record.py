"""A finished run made up from end to end: every name and number here is invented."""

from pathlib import Path

from sample_annotation import agreement, annotation, annotators, draw
from sample_base import AT, invented_digest
from sample_controls import CONTROLS, catalogue, clauses, gate, results
from sample_history import changes, history, validation
from sample_sources import consents, contamination, profile, sources

from pipelines.model.audit import (
    AuditRecord,
    LedgerHead,
    StageRecord,
)
from pipelines.model.dataset import Dataset, Purpose, RecordShape
from pipelines.model.evidence import TableRef
from pipelines.model.ids import DatasetId, RunId
from pipelines.model.run import AuditRun
from pipelines.model.source import (
    PersonalInformation,
)

__all__ = ["CONTROLS", "catalogue", "run", "sample_record"]


def dataset() -> Dataset:
    """The manifest of the invented dataset."""
    return Dataset(
        id=DatasetId("sample-dialogues"),
        title={"zh": "样例对话", "en": "Sample dialogues"},
        purpose=Purpose.FINE_TUNE,
        manifest=Path("invented/dataset.yaml"),
        manifest_digest=invented_digest("manifest"),
        root=Path("invented"),
        files=("zh/part-0007.jsonl",),
        record=RecordShape(text=("text",)),
        sources=sources(),
        personal_information=PersonalInformation(present=True, basis="13(1)"),
        annotation=annotation(),
    )


def run() -> AuditRun:
    """An invented run."""
    return AuditRun(
        id=RunId("run-20261120-0100-7f3c51ab"),
        dataset=DatasetId("sample-dialogues"),
        registration=1,
        version=invented_digest("version"),
        at=AT,
        policy_digest=invented_digest("policy"),
        code_version="tda 0.1.0",
        state="sealed",
        owner="sample",
        attempt=1,
    )


def stages() -> tuple[StageRecord, ...]:
    """The stages with one table each where there is one."""
    tables = {"relate": "pairs", "scan": "quarantine", "register": "labels"}
    return tuple(
        StageRecord(
            stage=stage,
            key=invented_digest(stage),
            reused=False,
            summary={},
            tables=(
                TableRef(
                    kind=tables[stage],
                    digest=invented_digest(tables[stage]),
                    rows=9,
                    uri="invented",
                ),
            )
            if stage in tables
            else (),
        )
        for stage in (
            "register",
            "ingest",
            "scan",
            "relate",
            "compare",
            "profile",
            "validate",
            "sample",
            "controls",
            "gate",
            "seal",
        )
    )


def sample_record() -> AuditRecord:
    """The whole invented run."""
    return AuditRecord(
        run=run(),
        dataset=dataset(),
        policy_version="sample-2026.11",
        policy_thresholds={"QLT-01": {"jaccard": "0.80"}},
        profile=profile(),
        consents=consents(),
        results=results(),
        clauses=clauses(),
        gate=gate(),
        stages=stages(),
        quarantine=(
            {"file": "zh/part-0003.jsonl", "row": 12, "reason": "malformed", "extent": "one"},
            {
                "file": "vendor/part-07.jsonl.gz",
                "row": None,
                "reason": "truncated",
                "extent": "unknown",
            },
        ),
        validation=validation(),
        history=history(),
        changes=changes(),
        annotators=annotators(),
        label_counts={
            "label-1": 820,
            "label-2": 510,
            "label-3": 330,
            "label-4": 180,
            "label-5": 50,
        },
        agreement=agreement(),
        draws=(draw(),),
        contamination=contamination(),
        head=LedgerHead(
            size=48_213,
            root=invented_digest("root").removeprefix("sha256:"),
            at=AT,
            key_id="7be241c9",
            signature="aW52ZW50ZWQ=",
        ),
    )
