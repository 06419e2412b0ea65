"""Who refers to a run or to a piece of evidence: the reasons why it has to stay."""

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from pipelines.ledger.dsse import read_envelope
from pipelines.ledger.statement import Predicate
from pipelines.model.errors import EvidenceError
from pipelines.model.message import Message, msg
from pipelines.model.run import AuditRun
from pipelines.settings import Settings
from pipelines.store import runs
from pipelines.store.codec import to_json
from pipelines.store.database import Store
from pipelines.store.holds import Hold, Scope, holding
from pipelines.store.ledger_entries import reading
from pipelines.store.registrations import dataset_at
from pipelines.store.stage_results import stages_of
from pipelines.upkeep.rules import RetentionRules

HOLDERS = ("inquiries", "holds")
"""Folders of the workspace whose files name, in any form, runs and digests that have to stay."""

_HEX = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_RUN = re.compile(rb"run-[0-9]{8}-[0-9]{4}-[0-9a-f]{8}")
_CHUNK = 1024 * 1024
_OVERLAP = 200


@dataclass(frozen=True, slots=True)
class Named:
    """What the files of one inquiry or hold list name."""

    place: str
    runs: frozenset[str]
    digests: frozenset[str]
    """64 hex digits each."""


@dataclass(slots=True)
class References:
    """Reasons to stay: of runs by id, of evidence by the 64 hex digits of its digest."""

    evidence_runs: dict[str, Message] = field(default_factory=dict)
    report_runs: dict[str, Message] = field(default_factory=dict)
    digests: dict[str, Message] = field(default_factory=dict)
    once: set[str] = field(default_factory=set)
    """Digests that some run on record refers to, kept or not."""
    everything: Message | None = None
    """The reason why nothing at all may go."""


def references(
    store: Store, everything: list[AuditRun], found: list[Hold], rules: RetentionRules, at: datetime
) -> References:
    """The references among `everything` on record, at the clock `at`.

    Raises:
        EvidenceError: a file that may name what has to stay cannot be read.
    """
    named = list(named_in_files(store.settings))
    refs = References(everything=_all_held(found, named))
    always = _always(store, everything, found, named, rules)
    refs.evidence_runs = always | _young(everything, rules.evidence_days, at, always)
    refs.report_runs = always | _young(everything, rules.report_days, at, always)
    for run in everything:
        digests = set(_digests_of(store, run))
        refs.once |= digests
        if run.id in refs.evidence_runs:
            _refer(refs, digests, msg("run {run} rests on it", run=run.id))
    for run_id, digest in _in_ledger(store):
        refs.once.add(digest)
        if run_id in refs.evidence_runs:
            _refer(refs, [digest], msg("the ledger names it for run {run}", run=run_id))
    for hold in found:
        if hold.scope is Scope.DIGEST:
            digest = hold.target.removeprefix("sha256:")
            refs.digests[digest] = msg("legal hold {name}", name=hold.name)
    for one in named:
        _refer(refs, one.digests, msg("named in {place}", place=one.place))
    return refs


def named_in_files(settings: Settings) -> Iterator[Named]:
    """What each entry of HOLDERS names: a folder as a whole, a file by itself.

    Raises:
        EvidenceError: one cannot be read: what it would hold is not known.
    """
    for holder in HOLDERS:
        top = settings.home / holder
        try:
            entries = sorted(top.iterdir()) if top.exists() else []
            for entry in entries:
                files = sorted(entry.rglob("*")) if entry.is_dir() else [entry]
                ids: set[str] = set()
                digests: set[str] = set()
                for path in [entry, *files]:
                    ids |= set(_decoded(_RUN, path.name.encode("utf-8", "replace")))
                    if path.is_file():
                        _read_names(path, ids, digests)
                place = f"{holder}/{entry.name}".encode("ascii", "backslashreplace").decode()
                yield Named(place, frozenset(ids), frozenset(digests))
        except OSError as error:
            raise EvidenceError(
                msg("{folder} cannot be read: what has to stay is not known", folder=str(top)),
                advice=msg("give the account that runs tda the right to read it"),
            ) from error


def _all_held(found: list[Hold], named: list[Named]) -> Message | None:
    hold = next((hold for hold in found if hold.scope is Scope.ALL), None)
    if hold is not None:
        return msg("legal hold {name}", name=hold.name)
    silent = next((one for one in named if not one.runs and not one.digests), None)
    if silent is not None:
        return msg("{place} names neither run nor digest: it may need anything", place=silent.place)
    return None


def _always(
    store: Store,
    everything: list[AuditRun],
    found: list[Hold],
    named: list[Named],
    rules: RetentionRules,
) -> dict[str, Message]:
    """Runs that stay whatever their age, with the first reason."""
    reasons: dict[str, Message] = {}
    for run_id, entry in _exported(store):
        reasons.setdefault(run_id, msg("handed over, see ledger entry {entry}", entry=entry))
    for one in named:
        for run_id in one.runs:
            reasons[run_id] = msg("named in {place}", place=one.place)
    sealed: dict[str, int] = defaultdict(int)
    newest_first = sorted(everything, key=lambda run: (run.at, run.id), reverse=True)
    for run in newest_first:
        if run.state == runs.SEALED:
            sealed[run.dataset] += 1
            if sealed[run.dataset] <= rules.runs:
                text = msg("among the newest {count} sealed runs of its dataset", count=rules.runs)
                reasons[run.id] = text
        elif run.state == runs.RUNNING:
            reasons[run.id] = msg("it has not ended")
        hold = holding(found, Scope.RUN, run.id) or holding(found, Scope.DATASET, run.dataset)
        if hold is not None:
            reasons[run.id] = msg("legal hold {name}", name=hold.name)
    return reasons


def _digests_of(store: Store, run: AuditRun) -> Iterator[str]:
    """What the stages of the run left, and every digest in its manifest and policy."""
    for stage in stages_of(store, run.id):
        yield from (table.digest.removeprefix("sha256:") for table in stage.tables)
    yield from _decoded(_HEX, to_json(dataset_at(store, run.registration)).encode())
    yield from _decoded(_HEX, runs.policy_text(store, run.id).encode())


def _in_ledger(store: Store) -> Iterator[tuple[str, str]]:
    """(run, 64 hex digits) for each digest the ledger names in an entry of a run."""
    with reading(store.engine) as book:
        for entry in book.entries():
            run_id, _, what = entry.key.partition("/")
            if what:
                payload = read_envelope(entry.envelope).payload
                yield from ((run_id, digest) for digest in _decoded(_HEX, payload))


def _exported(store: Store) -> Iterator[tuple[str, str]]:
    """(run, entry) for each run that an export in the ledger names."""
    with reading(store.engine) as book:
        for entry in book.entries():
            if entry.predicate in {Predicate.EXPORT.type, Predicate.TEXT_READ.type}:
                payload = read_envelope(entry.envelope).payload
                yield from ((run_id, entry.key) for run_id in _decoded(_RUN, payload))


def _read_names(path: Path, ids: set[str], digests: set[str]) -> None:
    with path.open("rb") as opened:
        tail = b""
        while chunk := opened.read(_CHUNK):
            ids |= set(_decoded(_RUN, tail + chunk))
            digests |= set(_decoded(_HEX, tail + chunk))
            tail = chunk[-_OVERLAP:]


def _decoded(pattern: re.Pattern[bytes], content: bytes) -> Iterator[str]:
    return (found.decode() for found in pattern.findall(content))


def _refer(refs: References, digests: Iterable[str], why: Message) -> None:
    for digest in digests:
        refs.digests.setdefault(digest, why)


def _young(
    everything: list[AuditRun], days: int, at: datetime, besides: Container[str]
) -> dict[str, Message]:
    since = at - timedelta(days=days)
    why = msg("younger than {days} days", days=days)
    return {run.id: why for run in everything if run.at >= since and run.id not in besides}
