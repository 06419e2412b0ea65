"""register: what the manifest says of people, labels and consents becomes facts and tables."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import pyarrow as pa

from connectors import people
from pipelines.engine.base import Engine
from pipelines.kernels.pseudonym import keyed_digest
from pipelines.model.dataset import Dataset
from pipelines.model.evidence import CONSENTS, TableRef
from pipelines.model.ids import RunId
from pipelines.model.source import Consent
from pipelines.settings import Settings
from pipelines.stages.base import Progress, StageOutput
from pipelines.store import registrations, runs
from pipelines.store.database import Store
from pipelines.store.keys import identifier_key

VERSION = "2"
POLICY: tuple[str, ...] = ()
CONSENTS_AT_ONCE = 100_000


def inputs(run_id: RunId, store: Store) -> Mapping[str, object]:
    """The documents the stage reads, by digest, and the key identifiers are digested with."""
    dataset = runs.dataset_of(store, run_id)
    project = dataset.annotation
    documents = [
        *dataset.evidence,
        dataset.personal_information.consents,
        *((project.annotators, project.reviews, *project.labels) if project else ()),
    ]
    return {
        "dataset": dataset.id,
        "manifest": dataset.manifest_digest,
        "documents": sorted(file.digest for file in documents if file),
        "key": identifier_key(store.settings)[1],
    }


def register(
    run_id: RunId, *, settings: Settings, store: Store, engine: Engine, progress: Progress
) -> StageOutput:
    """Documents are kept; labels, reviews and consents are tables; people are on record."""
    audited = runs.run(store, run_id)
    dataset = runs.dataset_of(store, run_id)
    progress.start("register", len(dataset.evidence))
    for document in dataset.evidence:
        store.evidence.keep(dataset.root / document.name, document.kind, document.name)
        progress.advance()
    tables = list(_annotation_tables(store, dataset, audited.registration, audited.at))
    consents = dataset.personal_information.consents
    given = 0
    if consents is not None:
        for table in _consent_tables(dataset, settings):
            given += table.num_rows
            tables.append(store.evidence.write("consents", table))
        registrations.record_consents(
            store, audited.registration, _read_consents(dataset, settings), at=audited.at
        )
    progress.done("register")
    summary = {
        "sources": len(dataset.sources),
        "evidence_files": len(dataset.evidence),
        "consents": given,
        "labels": sum(table.rows for table in tables if table.kind == "labels"),
        "reviews": sum(table.rows for table in tables if table.kind == "reviews"),
    }
    return StageOutput(summary=summary, tables=tuple(tables))


def _annotation_tables(
    store: Store, dataset: Dataset, registration: int, at: datetime
) -> Iterator[TableRef]:
    project = dataset.annotation
    if project is None:
        return
    if project.annotators is not None:
        found = people.read_annotators(dataset.root / project.annotators.name)
        registrations.record_people(store, registration, found, at=at)
    if project.labels:
        yield store.evidence.write("labels", people.read_labels(dataset))
    if project.reviews is not None:
        yield store.evidence.write("reviews", people.read_reviews(dataset))


def _read_consents(dataset: Dataset, settings: Settings) -> Iterator[Consent]:
    file = dataset.personal_information.consents
    assert file is not None  # noqa: S101  the caller has looked
    key, key_id = identifier_key(settings)
    return people.read_consents(
        dataset.root / file.name, lambda kind, value: keyed_digest(kind, value, key, key_id)
    )


def _consent_tables(dataset: Dataset, settings: Settings) -> Iterator[pa.Table]:
    """The consents in tables of a bounded size: a file of millions does not fill the memory."""
    waiting: list[Consent] = []
    for consent in _read_consents(dataset, settings):
        waiting.append(consent)
        if len(waiting) == CONSENTS_AT_ONCE:
            yield _consent_table(waiting)
            waiting = []
    yield _consent_table(waiting)


def _consent_table(consents: Sequence[Consent]) -> pa.Table:
    def moment(value: datetime | None) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    rows = [
        {
            "subject": consent.subject,
            "basis": consent.basis,
            "purpose": consent.purpose,
            "notice_version": consent.notice_version,
            "given_at": moment(consent.given_at),
            "valid_to": moment(consent.valid_to),
            "withdrawn_at": moment(consent.withdrawn_at),
        }
        for consent in consents
    ]
    return pa.Table.from_pylist(rows, schema=CONSENTS)
