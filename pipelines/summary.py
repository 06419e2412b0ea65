"""What `tda audit` prints of a run, as one JSON object."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from pipelines.flow import Done
from pipelines.model.ids import RunId
from pipelines.model.outcome import Gate, Outcome
from pipelines.settings import Settings
from pipelines.stages.profile import profile_of
from pipelines.stages.report import report_folder
from pipelines.store import runs
from pipelines.store.database import Store

EXIT_CODES = {Gate.PASS: 0, Gate.CONDITIONAL: 0, Gate.FAIL: 1, Gate.INCOMPLETE: 3}


def summarise(
    run_id: RunId,
    *,
    settings: Settings,
    store: Store,
    done: Sequence[Done],
    seconds: float,
    lang: str,
) -> dict[str, Any]:
    """The run in figures: gate, counts, outcomes, where the report is, what was reused."""
    audited = runs.run(store, run_id)
    figures = profile_of(run_id, store)
    decision = runs.gate_of(store, run_id)
    results = runs.findings_of(store, run_id)
    findings = Counter(finding.outcome for result in results for finding in result.findings)
    controls = Counter(result.outcome for result in results)
    folder = report_folder(settings, run_id)
    return {
        "run_id": run_id,
        "dataset": audited.dataset,
        "version": audited.version,
        "at": audited.at.isoformat(),
        "gate": decision.gate.value,
        "gate_after_repair": decision.after_repair.value,
        "records": figures.records,
        "empty": figures.empty,
        "quarantined": figures.quarantined,
        "exact_duplicates": figures.exact_duplicates,
        "near_duplicates": figures.near_duplicates,
        "personal_information": sum(hit.hits for hit in figures.hits if hit.tier == "valid"),
        "findings": {outcome.value: findings[outcome] for outcome in Outcome},
        "controls": {outcome.value: controls[outcome] for outcome in Outcome},
        "controls_applied": decision.applied,
        "controls_catalogue": decision.catalogue,
        "report": {
            "html": str(folder / f"report.{lang}.html"),
            "html_zh": str(folder / "report.zh.html"),
            "html_en": str(folder / "report.en.html"),
            "json": str(folder / "report.json"),
            "pdf": None,
        },
        "attempt": audited.attempt,
        "stages": [stage.stage for stage in done],
        "reused_stages": [stage.stage for stage in done if stage.reused],
        "shards": _shards(done),
        "digests": _digests(run_id, store),
        "seconds": round(seconds, 3),
    }


def _shards(done: Sequence[Done]) -> dict[str, int] | None:
    """Files by whether they were scanned or found on record; None where nobody kept count."""
    found = next((stage.shards for stage in done if stage.shards is not None), None)
    if found is None:
        return None
    return {"all": found.scanned + found.reused, "scanned": found.scanned, "reused": found.reused}


def _digests(run_id: RunId, store: Store) -> dict[str, int]:
    """Files by whether their digest was computed in this run or taken over from an earlier one."""
    ingested = runs.stage_summary(store, run_id, "ingest")
    files, taken_over = (int(str(ingested.get(name, 0))) for name in ("files", "taken_over"))
    return {"all": files, "computed": files - taken_over, "taken_over": taken_over}


def exit_code(gates: Sequence[str]) -> int:
    """The exit code of several gates: a fail counts most, then an incomplete."""
    codes = {EXIT_CODES[Gate(gate)] for gate in gates}
    return next((code for code in (1, 3) if code in codes), 0)
