"""A night is closed: concluded, on record, in the ledger, and its digest in the reports folder."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from expectations.findings import day
from pipelines.language.catalogue import Language
from pipelines.ledger.keys import public_keys, signing_key
from pipelines.ledger.log import append, sign_tree
from pipelines.ledger.sweep_statement import sweep_ended
from pipelines.model.ids import digest_of
from pipelines.model.nightly import Night, SweepPlan
from pipelines.nightly.outcome import conclude
from pipelines.nightly.page import digest_page
from pipelines.nightly.text import digest_json, digest_text
from pipelines.ownership import temporary_name
from pipelines.settings import Settings, code_version
from pipelines.store import sweeps
from pipelines.store.codec import to_json
from pipelines.store.database import Store
from pipelines.store.ledger_entries import appending


def close(plan: SweepPlan, *, settings: Settings, store: Store) -> Night:
    """What the sweep came to; closing it again writes what is missing, and changes nothing.

    The record comes first: a retried task seals the night it finds there, not another one.
    """
    night = sweeps.night_of(store, plan.id)
    while night is None:
        # another sweep may be recorded while this one is concluded: then it is the night before,
        # and what it told is not told again
        night = sweeps.record_night(store, conclude(plan, store))
    seal_night(night, settings=settings, store=store)
    write_digest(night, settings=settings, store=store)
    return night


def seal_night(night: Night, *, settings: Settings, store: Store) -> None:
    """The statement of the night is in the ledger, once, under a signed head."""
    said = sweep_ended(
        night, digest=digest_of(to_json(night).encode()), code_version=code_version()
    )
    key = signing_key(settings.keys)
    with appending(store.engine) as book:
        append(book, [said], key=key)
        sign_tree(book, at=night.at, key=key, trusted=public_keys(settings.keys))


def write_digest(night: Night, *, settings: Settings, store: Store) -> Mapping[str, Path]:
    """The digest of the night as files, each whole or not at all, by their ending."""
    stem = _stem(night, sweeps.clocks_until(store, night.sweep))
    folder = settings.reports / "nightly"
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"json": digest_json(night)}
    for lang in Language:
        texts[f"{lang.value}.txt"] = digest_text(night, lang)
        texts[f"{lang.value}.html"] = digest_page(night, lang, stem=stem)
    return {ending: _put(folder / f"{stem}.{ending}", text) for ending, text in texts.items()}


def _stem(night: Night, clocks: list[datetime]) -> str:
    """The day of the night; a second sweep of the same day is `<day>-2`."""
    today = day(night.at)
    number = sum(day(at) == today for at in clocks)
    return today.isoformat() if number < 2 else f"{today.isoformat()}-{number}"


def _put(path: Path, text: str) -> Path:
    written = path.with_name(temporary_name())
    written.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    written.replace(path)
    return path
