"""Invented runs before the invented run, what changed since the last, and its expectations."""

from dataclasses import replace
from datetime import timedelta

from sample_base import AT, invented_digest

from pipelines.model.history import (
    Changes,
    ControlChange,
    FieldChange,
    PlaceChange,
    RunPoint,
    SubjectChange,
)
from pipelines.model.ids import RunId
from pipelines.model.outcome import Gate, Outcome

GATES = (Gate.PASS, Gate.CONDITIONAL, Gate.INCOMPLETE, Gate.FAIL)


def history() -> tuple[RunPoint, ...]:
    """Four nights, a gate each, the invented run last."""
    last = RunPoint(
        run=RunId("run-20261120-0100-7f3c51ab"),
        at=AT,
        version=invented_digest("version"),
        policy_digest=invented_digest("policy"),
        code_version="tda 0.1.0",
        gate=Gate.FAIL,
        records=482_613,
        quarantined=37,
        exact_duplicates=9_120,
        near_duplicates=4_684,
        personal_information=1_530,
        consent_base=211_480,
        consent_valid=202_000,
        licences={"CC-BY-4.0": 300_000, "Apache-2.0": 100_000, "MIT": 60_000, "": 22_613},
        outcomes={Outcome.FAILED: 3, Outcome.PASSED: 12},
    )
    return tuple(
        replace(
            last,
            run=RunId(f"run-202611{20 - back}-0100-7f3c51a{back}") if back else last.run,
            at=AT - timedelta(days=back),
            gate=GATES[3 - back],
            records=last.records - 40_000 * back,
            quarantined=last.quarantined + (0, 4, 60, 2)[back],
            near_duplicates=last.near_duplicates - 2_000 * back,
            personal_information=last.personal_information + (0, 20, 900, 400)[back],
            consent_base=0 if back == 3 else last.consent_base,
            consent_valid=0 if back == 3 else last.consent_valid - 25_000 * back,
        )
        for back in (3, 2, 1, 0)
    )


def changes() -> Changes:
    """From the night before."""
    points = history()
    subject = SubjectChange(
        subject="source:sample-web",
        before=Outcome.PASSED,
        after=Outcome.FAILED,
        count_before=None,
        count_after=991,
    )
    return Changes(
        before=points[-2],
        after=points[-1],
        counts={"record added": 1_204, "record removed": 204, "record changed": 12},
        places=(
            PlaceChange(
                what="record",
                kind="changed",
                before="zh/part-0001.jsonl#12",
                after="zh/part-0001.jsonl#13",
                detail=None,
            ),
        ),
        controls=(
            ControlChange(
                control="SRC-06",
                before=Outcome.PASSED,
                after=Outcome.FAILED,
                subjects=1,
                first=(subject,),
            ),
        ),
        sources=(
            FieldChange(subject="sample-web", field="licence", before="MIT", after=None),
            FieldChange(subject="sample-new", field="source", before=None, after=""),
        ),
    )


def validation() -> tuple[dict[str, str | int | None], ...]:
    """Three expectations: met, not met, not computed."""
    row: dict[str, str | int | None] = {
        "suite": "fine_tune",
        "table": "profile",
        "expectation": "expect_column_values_to_be_between",
        "column": "empty_share",
        "expected": '{"max_value": "0.05", "mostly": "0.95"}',
        "status": "not_met",
        "observed": "{}",
        "unexpected": 2,
        "elements": 7,
        "error": None,
    }
    broken = {**row, "column": "short_share", "status": "errored", "error": "KeyError: 'short'"}
    met = {**row, "column": "garbled_share", "status": "met", "unexpected": 0}
    return row, broken, met
