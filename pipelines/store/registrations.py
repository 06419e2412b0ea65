"""Datasets as their manifests described them, and the facts in them that change with time."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from itertools import islice

import sqlalchemy as sa

from pipelines.model.annotation import Annotator
from pipelines.model.dataset import Dataset, Purpose
from pipelines.model.errors import EvidenceError
from pipelines.model.ids import digest_of
from pipelines.model.message import msg
from pipelines.model.source import Consent
from pipelines.store.codec import from_json, to_json
from pipelines.store.database import Store, writing
from pipelines.store.engines import one_at_a_time
from pipelines.store.tables import consents, licences, qualifications, registrations

ROWS_AT_ONCE = 5000


def register(store: Store, dataset: Dataset, *, at: datetime) -> int:
    """The registration of `dataset` as it reads now; the last one where nothing has changed."""
    content = to_json(dataset)
    digest = digest_of(content.encode())
    with writing(store.engine) as connection:
        one_at_a_time(connection, registrations.name, dataset.id)
        latest = connection.execute(
            sa.select(registrations.c.id, registrations.c.content_digest)
            .where(registrations.c.dataset == dataset.id)
            .order_by(registrations.c.id.desc())
            .limit(1)
        ).first()
        if latest is not None and latest.content_digest == digest:
            return int(latest.id)
        added = connection.execute(
            registrations.insert().values(
                dataset=dataset.id, content_digest=digest, content=content, recorded_at=at
            )
        )
        key = added.inserted_primary_key
        assert key is not None  # noqa: S101  an autoincrement column always has one
        registration = int(key[0])
        _record_licences(connection, registration, dataset, at)
        return registration


def dataset_at(store: Store, registration: int) -> Dataset:
    """The dataset as registered.

    Raises:
        EvidenceError: there is no such registration.
    """
    with store.engine.connect() as connection:
        content = connection.execute(
            sa.select(registrations.c.content).where(registrations.c.id == registration)
        ).scalar()
    if content is None:
        raise EvidenceError(
            msg("there is no registration {number}", number=registration),
            advice=msg("audit the manifest again; it is registered anew"),
        )
    return from_json(Dataset, str(content))


def known_registration(store: Store, dataset: str, *, known_at: datetime) -> int | None:
    """The registration of `dataset` that was the newest known at `known_at`."""
    with store.engine.connect() as connection:
        return connection.execute(
            sa.select(sa.func.max(registrations.c.id)).where(
                registrations.c.dataset == dataset, registrations.c.recorded_at <= known_at
            )
        ).scalar()


def newest_registration(store: Store, dataset: str) -> int | None:
    """The newest registration of `dataset`; None where nobody registered it."""
    with store.engine.connect() as connection:
        return connection.execute(
            sa.select(sa.func.max(registrations.c.id)).where(registrations.c.dataset == dataset)
        ).scalar()


def datasets_for(store: Store, purpose: Purpose) -> dict[str, int]:
    """The datasets that are registered for `purpose` now, each with its newest registration."""
    newest = sa.select(sa.func.max(registrations.c.id)).group_by(registrations.c.dataset)
    query = sa.select(registrations.c.id, registrations.c.dataset, registrations.c.content).where(
        registrations.c.id.in_(newest),
        # a title may say so too: what is found is read, but not what every dataset registered
        registrations.c.content.contains(f'"purpose":"{purpose.value}"', autoescape=True),
    )
    with store.engine.connect() as connection:
        found = connection.execute(query).all()
    return {
        str(row.dataset): int(row.id)
        for row in sorted(found, key=lambda row: str(row.dataset))
        if json.loads(row.content)["purpose"] == purpose.value
    }


def record_people(
    store: Store, registration: int, annotators: Sequence[Annotator], *, at: datetime
) -> None:
    """The qualifications of `annotators` are on record for `registration`, once."""
    rows = [
        {
            "registration": registration,
            "annotator": person.id,
            "roles": to_json(person.roles),
            "topics": to_json(person.topics),
            "vendor": person.vendor,
            "suspended_from": _midnight(person.suspended_from),
            "valid_from": _midnight(person.qualified_from),
            "valid_to": _midnight(person.qualified_to),
            "recorded_at": at,
        }
        for person in annotators
    ]
    _record_once(store, qualifications, registration, rows)


def record_consents(
    store: Store, registration: int, given: Iterable[Consent], *, at: datetime
) -> None:
    """The consents `given` are on record for `registration`, once; subjects as keyed digests."""
    rows = (
        {
            "registration": registration,
            "subject": consent.subject,
            "basis": consent.basis,
            "purpose": consent.purpose,
            "notice_version": consent.notice_version,
            "withdrawn_at": consent.withdrawn_at,
            "valid_from": consent.given_at,
            "valid_to": consent.valid_to,
            "recorded_at": at,
        }
        for consent in given
    )
    _record_once(store, consents, registration, rows)


def _record_once(
    store: Store, table: sa.Table, registration: int, rows: Iterable[Mapping[str, object]]
) -> None:
    """All of `rows` in one transaction, unless the registration has rows already."""
    with writing(store.engine) as connection:
        one_at_a_time(connection, table.name, str(registration))
        present = connection.execute(
            sa.select(table.c.id).where(table.c.registration == registration).limit(1)
        ).first()
        if present is not None:
            return
        remaining = iter(rows)
        while chunk := list(islice(remaining, ROWS_AT_ONCE)):
            connection.execute(table.insert(), chunk)


def _record_licences(
    connection: sa.Connection, registration: int, dataset: Dataset, at: datetime
) -> None:
    rows = [
        {
            "registration": registration,
            "source": source.id,
            "licence": source.licence.id,
            "spdx": source.licence.spdx,
            "text_digest": source.licence.text.digest if source.licence.text else None,
            "verified_by": source.licence.verified_by,
            "valid_from": _midnight(source.collected_from),
            "valid_to": _midnight(source.licence.valid_to),
            "recorded_at": at,
        }
        for source in dataset.sources
    ]
    if rows:
        connection.execute(licences.insert(), rows)


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)
