"""What was known of a dataset on a day, on either database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tiny_dataset import write_tiny

from connectors.manifest import read_manifest
from pipelines.model.dataset import Dataset, Purpose
from pipelines.store.database import Store
from pipelines.store.registrations import (
    dataset_at,
    datasets_for,
    known_registration,
    newest_registration,
    register,
)

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
SECOND = datetime(2026, 6, 1, 12, 30, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return read_manifest(write_tiny(tmp_path), roots=())


def test_a_question_about_an_earlier_day_is_answered_with_what_was_known_then(
    store: Store, dataset: Dataset
):
    changed = replace(dataset, title={"en": "Tiny, corrected"})
    first = register(store, dataset, at=FIRST)
    second = register(store, changed, at=SECOND)
    assert first != second

    def known(at: datetime) -> int | None:
        return known_registration(store, "tiny", known_at=at)

    assert known(FIRST - MOMENT) is None
    assert known(FIRST) == known(SECOND - MOMENT) == first
    assert known(SECOND) == known(SECOND + timedelta(days=900)) == second
    assert dataset_at(store, first) == dataset
    assert dataset_at(store, second) == changed
    assert known_registration(store, "other", known_at=SECOND) is None


def test_what_reads_the_same_is_not_registered_again(store: Store, dataset: Dataset):
    first = register(store, dataset, at=FIRST)
    assert register(store, dataset, at=SECOND) == first
    assert known_registration(store, "tiny", known_at=SECOND) == first


def test_the_purpose_that_counts_is_the_one_registered_last(store: Store, dataset: Dataset):
    exam = replace(dataset, id="exam", purpose=Purpose.EVALUATION)
    # what looks like a purpose in a title is none
    titled = replace(dataset, id="titled", title={"en": '"purpose":"evaluation"'})
    first = register(store, exam, at=FIRST)
    register(store, titled, at=FIRST)
    register(store, dataset, at=FIRST)
    assert datasets_for(store, Purpose.EVALUATION) == {"exam": first}
    second = register(store, replace(titled, purpose=Purpose.EVALUATION), at=SECOND)
    assert datasets_for(store, Purpose.EVALUATION) == {"exam": first, "titled": second}
    register(store, replace(exam, purpose=Purpose.PRETRAIN), at=SECOND)
    assert datasets_for(store, Purpose.EVALUATION) == {"titled": second}
    assert newest_registration(store, "titled") == second
    assert newest_registration(store, "nobody") is None
