"""What changed between two runs: records by SQL, everything that was stated by comparison."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pipelines.engine.base import Engine
from pipelines.model.audit import ControlResult
from pipelines.model.dataset import Dataset
from pipelines.model.history import (
    Changes,
    ControlChange,
    FieldChange,
    PlaceChange,
    RunPoint,
    SubjectChange,
)
from pipelines.model.ids import RunId
from pipelines.model.outcome import Outcome
from pipelines.model.source import Source
from pipelines.stages.base import policy_of
from pipelines.stages.history import points_of
from pipelines.stages.profile import of_kind
from pipelines.stages.record_changes import read_changes, write_changes
from pipelines.store import runs
from pipelines.store.database import Store

PLACES = 20
SUBJECTS = 20
"""Subjects of a control that are named."""
FIELDS = 500
"""Stated differences that are listed; a renamed list of sources is not a longer report."""


def changes_between(
    before: RunId,
    after: RunId,
    *,
    store: Store,
    engine: Engine,
    places: int = PLACES,
    keep: Path | None = None,
) -> Changes:
    """What is another in `after` than in `before`; every changed place is in the file `keep`.

    Raises:
        ConfigError: one of them is no run, or has not reached a gate.
    """
    for run_id in (before, after):
        runs.gate_of(store, run_id)
    points = points_of(store, [runs.run(store, before), runs.run(store, after)])
    counts, details, first = _records(before, after, store, engine, places, keep)
    then, now = runs.dataset_of(store, before), runs.dataset_of(store, after)
    return Changes(
        before=points[0],
        after=points[1],
        counts=counts,
        details=details,
        places=first,
        controls=tuple(_controls(runs.findings_of(store, before), runs.findings_of(store, after))),
        sources=_bounded(_sources(then.sources, now.sources)),
        policy=_bounded(_differences("policy", *(_policy(run, store) for run in (before, after)))),
        files=_bounded(_differences("files", *(_files(run, store) for run in (before, after)))),
        run=_bounded(
            _differences("run", _stated(then, points[0]), _stated(now, points[1])),
        ),
    )


def _records(
    before: RunId, after: RunId, store: Store, engine: Engine, places: int, keep: Path | None
) -> tuple[dict[str, int] | None, dict[str, int], tuple[PlaceChange, ...]]:
    folder = store.settings.home / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    out = keep or folder / f"changes-{os.getpid()}-{os.urandom(6).hex()}.parquet"
    try:
        if not write_changes(before, after, store, engine, out):
            return None, {}, ()
        return read_changes(out, store, engine, places=places)
    finally:
        if keep is None:
            out.unlink(missing_ok=True)


def _bounded(changes: Iterator[FieldChange]) -> tuple[FieldChange, ...]:
    return tuple(change for change, _ in zip(changes, range(FIELDS), strict=False))


def _differences(
    subject: str, before: Mapping[str, str | None], after: Mapping[str, str | None]
) -> Iterator[FieldChange]:
    for name in sorted(before.keys() | after.keys()):
        then, now = before.get(name), after.get(name)
        if then != now:
            yield FieldChange(subject=subject, field=name, before=then, after=now)


def _sources(before: Sequence[Source], after: Sequence[Source]) -> Iterator[FieldChange]:
    then = {source.id: source for source in before}
    now = {source.id: source for source in after}
    for name in sorted(then.keys() | now.keys()):
        if name not in now or name not in then:
            given = _source(then[name]) if name in then else None
            found = _source(now[name]) if name in now else None
            yield FieldChange(
                subject=name,
                field="source",
                before=given["licence"] or "" if given else None,
                after=found["licence"] or "" if found else None,
            )
        else:
            yield from _differences(name, _source(then[name]), _source(now[name]))


def _source(source: Source) -> dict[str, str | None]:
    licence = source.licence
    held: dict[str, object] = {
        "type": source.type.value if source.type else None,
        "licence": licence.spdx or licence.id,
        "licence_text": licence.text.digest if licence.text else None,
        "licence_verified_by": licence.verified_by,
        "licence_valid_to": licence.valid_to,
        "publisher": source.publisher,
        "url": source.url,
        "territory": source.territory,
        "collected_from": source.collected_from,
        "collected_to": source.collected_to,
        "generator_model": source.generator_model,
        "generated_at": source.generated_at,
        "documents": len(source.evidence),
    }
    return {name: None if value is None else str(value) for name, value in held.items()}


def _policy(run_id: RunId, store: Store) -> dict[str, str | None]:
    """What the policy says, a line a value: `thresholds.QLT-01.maximum_share` and the like."""
    return dict(_leaves("", policy_of(run_id, store).model_dump(mode="json")))


def _leaves(path: str, value: object) -> Iterator[tuple[str, str | None]]:
    if isinstance(value, Mapping):
        for name, held in value.items():
            yield from _leaves(f"{path}.{name}" if path else str(name), held)
    elif value is not None:
        yield path, str(value)


def _files(run_id: RunId, store: Store) -> dict[str, str | None]:
    ingested = of_kind(runs.stage_tables(store, run_id, "ingest"), "files")
    found: dict[str, str | None] = {}
    for ref in ingested:
        if store.evidence.has(ref):
            table = store.evidence.read(ref, columns=["file", "digest"])
            found |= dict(zip(table["file"].to_pylist(), table["digest"].to_pylist(), strict=True))
    return found


def _stated(dataset: Dataset, point: RunPoint) -> dict[str, str | None]:
    declared = dataset.personal_information
    rules = dataset.annotation.rules if dataset.annotation else None
    return {
        "purpose": dataset.purpose.value,
        "manifest": dataset.manifest_digest,
        "version": point.version,
        "policy": point.policy_digest,
        "code": point.code_version,
        "gate": point.gate.value,
        "personal_information": None if declared.present is None else str(declared.present).lower(),
        "basis": declared.basis,
        "consents": declared.consents.digest if declared.consents else None,
        "labelling_rules": rules.version if rules else None,
    }


def _controls(
    before: Sequence[ControlResult], after: Sequence[ControlResult]
) -> Iterator[ControlChange]:
    """The controls that differ, those that are worse off now first."""
    then = {result.control: result for result in before}
    now = {result.control: result for result in after}
    found = []
    for name in sorted(then.keys() | now.keys()):
        old, new = then.get(name), now.get(name)
        subjects = list(_subjects(old, new))
        outcome = old.outcome if old else None, new.outcome if new else None
        if subjects or outcome[0] != outcome[1]:
            subjects.sort(key=lambda change: (_rank(change.after), change.subject))
            found.append(
                ControlChange(
                    control=name,
                    before=outcome[0],
                    after=outcome[1],
                    subjects=len(subjects),
                    first=tuple(subjects[:SUBJECTS]),
                )
            )
    yield from sorted(
        found, key=lambda change: (change.before == change.after, _rank(change.after))
    )


def _subjects(old: ControlResult | None, new: ControlResult | None) -> Iterator[SubjectChange]:
    then, now = _said(old), _said(new)
    for subject in sorted(then.keys() | now.keys()):
        before, after = then.get(subject, (None, None)), now.get(subject, (None, None))
        if before != after:
            yield SubjectChange(
                subject=subject,
                before=before[0],
                after=after[0],
                count_before=before[1],
                count_after=after[1],
            )


Said = dict[str, tuple[Outcome | None, int | None]]


def _said(result: ControlResult | None) -> Said:
    """The worst a control says of each subject, and what it counts there."""
    said: Said = {}
    for finding in result.findings if result else ():
        known = said.get(finding.subject)
        if known is None or finding.outcome.rank < _rank(known[0]):
            said[finding.subject] = finding.outcome, finding.count
    return said


def _rank(outcome: Outcome | None) -> int:
    return len(Outcome) if outcome is None else outcome.rank
