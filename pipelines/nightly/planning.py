"""The sweep: every registered dataset looked at, and compared with what was audited last.

Nothing is believed of events: the manifest is read again, the files are listed again, and the key
of every stage of the last run is computed again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from connectors.manifest import read_manifest
from expectations.policy import Policy, load_policy
from pipelines import flow
from pipelines.model.dataset import Dataset
from pipelines.model.errors import AuditError, EvidenceError
from pipelines.model.ids import DatasetId, RunId
from pipelines.model.message import Message, msg
from pipelines.model.nightly import Change, Planned, Standing
from pipelines.model.run import AuditRun
from pipelines.nightly.terms import Span, terms_of
from pipelines.settings import Settings, code_version
from pipelines.store import registrations, runs, stage_results
from pipelines.store.codec import to_json
from pipelines.store.database import Store
from pipelines.store.registry import Registered


class Policies:
    """Policies, each file read once a sweep, each recorded policy parsed once."""

    def __init__(self) -> None:
        self._files: dict[Path | None, Policy] = {}
        self._recorded: dict[str, Policy] = {}

    def at(self, path: Path | None) -> Policy:
        """The policy in the file at `path`; None is the one that ships with the code."""
        if path not in self._files:
            self._files[path] = load_policy(path)
        return self._files[path]

    def of(self, run: AuditRun, store: Store) -> Policy:
        """The policy of the run."""
        if run.policy_digest not in self._recorded:
            text = runs.policy_text(store, run.id)
            self._recorded[run.policy_digest] = Policy.from_json(text)
        return self._recorded[run.policy_digest]


def plan(
    known: Registered, *, at: datetime, settings: Settings, store: Store, policies: Policies
) -> Planned:
    """Whether the dataset has to be audited, and why."""
    last = runs.latest(store, known.dataset)
    last_id = None if last is None else last.id
    try:
        rules = policies.at(known.policy)
        dataset = read_manifest(known.manifest, roots=settings.roots)
    except AuditError as error:
        return _out_of_reach(known, last_id, error.message)
    if dataset.id != known.dataset:
        problem = msg("the manifest describes {dataset} now", dataset=str(dataset.id))
        return Planned(
            dataset=known.dataset, standing=Standing.UNREADABLE, last=last_id, problem=problem
        )
    if last is None:
        changes: tuple[Change, ...] = (Change.NEVER_AUDITED,)
        lapsed: Mapping[str, int] = {}
    else:
        changes = tuple(dict.fromkeys(_changes(dataset, rules, last, store)))
        terms = terms_of(last.id, store, policies.of(last, store))
        since = Span(last.at, at)
        try:
            lapsed, begun = terms.ended(since), terms.begun(since)
        except EvidenceError as error:
            if not changes:  # an audit would reuse the table that cannot be read
                return _not_compared(known.dataset, last_id, error)
            terms = terms.without_consents()
            lapsed, begun = terms.ended(since), terms.begun(since)
        changes += (Change.LAPSED,) if lapsed else ()
        changes += (Change.BEGUN,) if begun else ()
    return Planned(
        dataset=known.dataset,
        standing=Standing.CHANGED if changes else Standing.UNCHANGED,
        changes=changes,
        lapsed=lapsed,
        last=last_id,
    )


def _not_compared(dataset: DatasetId, last: RunId | None, error: EvidenceError) -> Planned:
    problem = msg("{problem}; tda doctor --deep says what to do", problem=error.message)
    return Planned(dataset=dataset, standing=Standing.UNREADABLE, last=last, problem=problem)


def _out_of_reach(known: Registered, last: RunId | None, problem: Message) -> Planned:
    try:
        there = known.manifest.is_file()
    except OSError:
        there = False
    standing = Standing.UNREADABLE if there else Standing.UNREACHABLE
    return Planned(dataset=known.dataset, standing=standing, last=last, problem=problem)


def _changes(dataset: Dataset, rules: Policy, last: AuditRun, store: Store) -> Iterator[Change]:
    """What has changed since `last`, in the order of Change."""
    audited = registrations.dataset_at(store, last.registration)
    if to_json(replace(dataset, files=())) != to_json(replace(audited, files=())):
        yield Change.MANIFEST
    if dataset.files != audited.files or not _same_listing(last, store):
        yield Change.FILES
    if rules.digest != last.policy_digest:
        yield Change.POLICY
    if last.code_version != code_version():
        yield Change.METHOD
    yield from _of_stages(last, store)


def _same_listing(last: AuditRun, store: Store) -> bool:
    """Whether names, sizes and times of change of the files are those that were audited."""
    try:
        return _same_key("ingest", last, store)
    except AuditError:
        return False


def _same_key(stage: str, last: AuditRun, store: Store) -> bool:
    recorded = {record.stage: record.key for record in stage_results.stages_of(store, last.id)}
    found = next(one for one in flow.STAGES if one.name == stage)
    return recorded.get(stage) == flow.stage_key(found, last.id, store)


def _of_stages(last: AuditRun, store: Store) -> Iterator[Change]:
    """Stages whose key would be another today, and results whose evidence is gone or damaged."""
    recorded = {record.stage: record for record in stage_results.stages_of(store, last.id)}
    for stage in flow.STAGES:
        record = recorded.get(stage.name)
        if record is None:
            yield Change.METHOD
            continue
        if not all(store.evidence.sound(table) for table in record.tables):
            yield Change.EVIDENCE
            continue
        if stage.name == "ingest":
            continue  # its key is the listing
        try:
            if flow.stage_key(stage, last.id, store) != record.key:
                compares = stage.name == "compare"
                yield Change.EVALUATION_SETS if compares else Change.METHOD
        except AuditError:
            yield Change.EVIDENCE
