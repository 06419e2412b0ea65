"""Consent coverage: what counts as valid at a moment, and what never does."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.stages.consents import STATES, state_at

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("given_at", "valid_to", "withdrawn_at", "state"),
    [
        (NOW - DAY, None, None, "valid"),
        (NOW - DAY, NOW + DAY, None, "valid"),
        (NOW - DAY, NOW, None, "lapsed"),
        (NOW - DAY, NOW - DAY / 2, None, "lapsed"),
        (NOW + DAY, None, None, "not_yet_given"),
        (None, None, None, "not_yet_given"),
        (NOW - DAY, None, NOW, "withdrawn"),
        (NOW - DAY, None, NOW + DAY, "valid"),
        (NOW - 2 * DAY, NOW - DAY, NOW - DAY, "withdrawn"),
    ],
)
def test_a_consent_is_judged_at_the_clock_of_the_run(given_at, valid_to, withdrawn_at, state):
    assert state_at(NOW, given_at, valid_to, withdrawn_at) == state


moments = st.none() | st.timedeltas(-400 * DAY, 400 * DAY).map(lambda past: NOW + past)


@given(at=moments.filter(bool), given_at=moments, valid_to=moments, withdrawn=moments)
def test_only_a_consent_given_before_and_not_ended_is_valid(at, given_at, valid_to, withdrawn):
    state = state_at(at, given_at, valid_to, withdrawn)
    assert state in STATES
    holds = given_at is not None and given_at <= at
    holds = holds and (valid_to is None or valid_to > at)
    holds = holds and (withdrawn is None or withdrawn > at)
    assert (state == "valid") == holds
