"""What of evidence and reports may go, why everything else stays, and removing it."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pipelines.kernels.pseudonym import keyed_digest
from pipelines.ledger.keys import signing_key
from pipelines.ledger.log import append
from pipelines.ledger.retention_statement import Removal, evidence_removed
from pipelines.model.errors import ConfigError
from pipelines.model.ids import digest_of
from pipelines.model.message import Message, msg
from pipelines.ownership import temporary_name
from pipelines.store import removals, runs
from pipelines.store.database import Store, writing
from pipelines.store.engines import one_at_a_time
from pipelines.store.holds import all_in_force, in_force
from pipelines.store.keys import identifier_key
from pipelines.store.ledger_entries import appending
from pipelines.upkeep.indexes import forget
from pipelines.upkeep.references import References, references
from pipelines.upkeep.rules import RetentionRules

IN_USE = timedelta(days=2)
"""Evidence touched so recently may belong to a stage that has not been recorded yet."""
DOCUMENT, REPORT = "document", "report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A table, a document, or the report of a run."""

    kind: str
    name: str
    """`sha256:…`; of a report, the run."""
    path: Path
    bytes: int
    why: Message | None
    """Why it stays; None: it may go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would be removed now, and the reasons of all that stays."""

    items: tuple[Item, ...]
    runs: Mapping[str, Message]
    """Runs whose evidence stays, and why."""
    old: tuple[str, ...]
    """Runs whose evidence nothing needs any more."""

    @property
    def going(self) -> list[Item]:
        """What may go."""
        return [item for item in self.items if item.why is None]


def plan(store: Store, rules: RetentionRules, *, at: datetime, now: datetime) -> Plan:
    """What the rules let go at the clock `at`; `now` is what file times are compared with.

    Raises:
        EvidenceError: a list of what has to stay cannot be read.
    """
    everything = runs.all_runs(store)
    refs = references(store, everything, all_in_force(store), rules, at)
    recent = (now - IN_USE).timestamp()
    cutoff = (at - timedelta(days=rules.evidence_days)).timestamp()
    items = [
        *_evidence(store, refs, recent=recent, cutoff=cutoff),
        *_reports(store, refs, {run.id for run in everything}),
    ]
    old = [] if refs.everything else [r.id for r in everything if r.id not in refs.evidence_runs]
    kept: dict[str, Message] = {
        run.id: refs.everything or refs.evidence_runs[run.id]
        for run in everything
        if run.id not in old
    }
    return Plan(items=tuple(items), runs=kept, old=tuple(old))


def apply(
    store: Store, rules: RetentionRules, *, at: datetime, now: datetime
) -> tuple[Plan, tuple[Item, ...]]:
    """The plan as it stands now, and what of it was removed; the ledger says so first.

    Raises:
        ConfigError: a hold was placed or released meanwhile.
    """
    before = all_in_force(store)
    found = plan(store, rules, at=at, now=now)
    going = found.going
    if not going:
        return found, ()
    entry = _announce(store, rules, found, at)
    with writing(store.engine) as connection:
        one_at_a_time(connection, "holds", "all")
        if in_force(connection) != before:
            raise ConfigError(
                msg("a legal hold was placed or released meanwhile; nothing was removed"),
                advice=msg("look at it again: tda retention plan"),
            )
        pairs = [(item.kind, item.name) for item in going]
        removals.mark(connection, pairs, removals.REMOVED, entry=entry, at=at)
    recent = (now - IN_USE).timestamp()
    removed = tuple(item for item in going if _remove(item, recent))
    forget(store.settings, (item.name for item in removed if item.kind == "records"))
    spared = [(item.kind, item.name) for item in going if item not in removed]
    with writing(store.engine) as connection:
        removals.mark(connection, spared, removals.THERE_AGAIN, entry=None, at=at)
    return found, removed


def _evidence(store: Store, refs: References, *, recent: float, cutoff: float) -> Iterator[Item]:
    for kind, digest, path in store.evidence.all():
        stat = path.stat()
        name = digest.removeprefix("sha256:")
        why = refs.everything or refs.digests.get(name)
        if why is None and kind == DOCUMENT:
            why = msg("documents are kept with the register")
        if why is None and stat.st_mtime >= recent:
            why = msg("used in the last {days} days", days=IN_USE.days)
        if why is None and name not in refs.once and stat.st_mtime >= cutoff:
            why = msg("no run refers to it yet, and it is not old")
        yield Item(kind=kind, name=digest, path=path, bytes=stat.st_size, why=why)


def _reports(store: Store, refs: References, known: set[str]) -> Iterator[Item]:
    top = store.settings.reports
    for folder in sorted(top.iterdir()) if top.is_dir() else []:
        if folder.name not in known or folder.is_symlink() or not folder.is_dir():
            continue
        size = sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())
        why = refs.everything or refs.report_runs.get(folder.name)
        yield Item(kind=REPORT, name=folder.name, path=folder, bytes=size, why=why)


def _announce(store: Store, rules: RetentionRules, found: Plan, at: datetime) -> str:
    going = found.going
    lines = "\n".join(sorted(f"{item.kind} {item.name}" for item in going))
    key, key_id = identifier_key(store.settings)
    because = rules.shorter_because
    said = evidence_removed(
        Removal(
            at=at,
            evidence_days=rules.evidence_days,
            report_days=rules.report_days,
            runs_kept=rules.runs,
            shorter_because=because and keyed_digest("reason", because, key, key_id),
            runs=len(found.old),
            tables=sum(item.kind != REPORT for item in going),
            reports=sum(item.kind == REPORT for item in going),
            bytes=sum(item.bytes for item in going),
            removed=digest_of(lines.encode()),
        )
    )
    with appending(store.engine) as book:
        append(book, [said], key=signing_key(store.settings.keys))
    return said.key


def _remove(item: Item, recent: float) -> bool:
    """Whether the item is gone now; one that was used after the plan is put back."""
    if item.kind == REPORT:
        shutil.rmtree(item.path)
        return True
    aside = item.path.with_name(temporary_name())
    try:
        # whoever looks for it from here on finds nothing and writes it anew
        item.path.rename(aside)
    except FileNotFoundError:
        return True
    if aside.stat().st_mtime >= recent:
        aside.rename(item.path)
        return False
    aside.unlink()
    return True
