"""Windows of 1, 7 and 30 days: a term is in the smallest it fits, and told of once in each."""

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from pipelines.model.evidence import CONSENTS
from pipelines.model.nightly import Due, Term
from pipelines.nightly.terms import Span, Terms, after_last_day, first_moment
from pipelines.store.database import open_store

AT = datetime(2026, 11, 20, 1, tzinfo=UTC)


def terms(*ends: datetime, store=None, consents=()) -> Terms:
    listed = tuple((Term.LICENCE, end) for end in ends)
    return Terms(begins=(), ends=listed, consents=tuple(consents), store=store)


@pytest.mark.parametrize(
    ("after", "days"),
    [
        (timedelta(0), None),
        (timedelta(microseconds=1), 1),
        (timedelta(days=1), 1),
        (timedelta(days=1, microseconds=1), 7),
        (timedelta(days=7), 7),
        (timedelta(days=7, microseconds=1), 30),
        (timedelta(days=30), 30),
        (timedelta(days=30, microseconds=1), None),
        (timedelta(days=-1), None),
    ],
)
def test_the_boundaries_of_the_windows(after, days):
    due = terms(AT + after).due(AT, None)
    expected = () if days is None else (Due(term=Term.LICENCE, days=days, count=1, entered=1),)
    assert due == expected


def test_what_was_told_of_is_counted_and_not_told_again():
    ending = terms(AT + timedelta(days=20), AT + timedelta(days=6))
    assert ending.due(AT, AT - timedelta(days=2)) == (
        Due(term=Term.LICENCE, days=7, count=1, entered=1),
        Due(term=Term.LICENCE, days=30, count=1, entered=0),
    )


@given(
    st.integers(1, 60 * 86_400),
    st.lists(st.integers(1, 20 * 86_400), min_size=1, max_size=12),
)
@examples(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_over_any_row_of_sweeps_a_term_is_told_of_at_most_once_a_window(end, gaps):
    ending = terms(AT + timedelta(seconds=end))
    told: dict[int, int] = {}
    before, at = None, AT
    for gap in gaps:
        for due in ending.due(at, before):
            assert due.count == 1
            told[due.days] = told.get(due.days, 0) + due.entered
        before, at = at, at + timedelta(seconds=gap)
    assert set(told.values()) <= {1}


def test_a_term_nobody_knew_of_is_told_of_wherever_it_lies():
    yesterday = AT - timedelta(days=1)
    four, twenty = AT + timedelta(days=4), AT + timedelta(days=20)
    assert terms(four, twenty).due(AT, yesterday, terms(twenty)) == (
        Due(term=Term.LICENCE, days=7, count=1, entered=1),
        Due(term=Term.LICENCE, days=30, count=1, entered=0),
    )
    # a second one of the same day is news as well
    (week,) = terms(four, four).due(AT, yesterday, terms(four))
    assert (week.count, week.entered) == (2, 1)


@given(st.lists(st.integers(1, 40 * 86_400), max_size=6), st.integers(1, 40 * 86_400))
def test_terms_that_are_the_same_as_before_are_no_news_by_that(ends, gap):
    resting = terms(*(AT + timedelta(seconds=end) for end in ends))
    before = AT - timedelta(seconds=gap)
    assert resting.due(AT, before, resting) == resting.due(AT, before)


def test_the_last_day_of_a_term_is_a_day_in_shanghai_and_belongs_to_it():
    assert first_moment(date(2026, 11, 25)).isoformat() == "2026-11-25T00:00:00+08:00"
    assert after_last_day(date(2026, 11, 25)).isoformat() == "2026-11-26T00:00:00+08:00"


def consent(given_at=None, valid_to=None, withdrawn_at=None) -> dict[str, object]:
    base = {"subject": "hmac", "basis": "13(1)", "purpose": "x", "notice_version": None}
    return {**base, "given_at": given_at, "valid_to": valid_to, "withdrawn_at": withdrawn_at}


def test_consents_are_counted_where_they_lie(settings):
    store = open_store(settings)
    soon = AT + timedelta(hours=12)
    rows = [
        consent(valid_to=soon),
        consent(valid_to=soon, withdrawn_at=AT - timedelta(days=2)),
        consent(valid_to=AT - timedelta(hours=1)),
        consent(withdrawn_at=AT),
        consent(given_at=AT + timedelta(seconds=1)),
        consent(),
    ]
    ref = store.evidence.write("consents", pa.Table.from_pylist(rows, schema=CONSENTS))
    resting = terms(store=store, consents=[ref])
    assert resting.due(AT, None) == (Due(term=Term.CONSENT, days=1, count=1, entered=1),)
    since = Span(AT - timedelta(days=1), AT)
    assert resting.ended(since) == {"consent": 2}
    assert resting.begun(since) == {}
    assert resting.begun(Span(AT, AT + timedelta(seconds=1))) == {"consent": 1}
    # a register with one more of the same day is news of one
    more = store.evidence.write(
        "consents", pa.Table.from_pylist([*rows, consent(valid_to=soon)], schema=CONSENTS)
    )
    grown = terms(store=store, consents=[more])
    (day,) = grown.due(AT, AT - timedelta(minutes=5), resting)
    assert (day.count, day.entered) == (2, 1)
    # one that was withdrawn does not lapse a second time
    assert resting.ended(Span(AT, soon)) == {"consent": 1}
