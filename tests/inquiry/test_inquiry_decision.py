"""Which answers count: only a reasoned approval by another listed person releases a draft."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.inquiry.approvers import Approver
from pipelines.inquiry.decision import Ruling, decide, eligible, read_answer
from pipelines.inquiry.draft import Draft
from pipelines.model.errors import ConfigError
from pipelines.model.ids import digest_of

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
DRAFT = Draft(
    number="INQ-1", digest=digest_of(b"draft"), files=6, bytes=100, runs=(), drafted_at=AT
)
APPROVERS = (Approver("counsel", "Legal counsel"), Approver("dpo", "Data protection officer"))
GIVEN = {
    "chosen_options": ["Approve"],
    "params_input": {"reason": "reviewed with legal"},
    "responded_at": (AT + timedelta(hours=1)).isoformat(),
    "responded_by_user": {"id": "dpo", "name": "dpo"},
}


def rule(given_answer: object, *, found=DRAFT.digest, requested_by="compliance", triggered_by=None):
    from pipelines.inquiry.request import Inquiry

    inquiry = Inquiry(
        number="INQ-1",
        authority="CAC",
        runs=("a",),
        requested_by=requested_by,
        triggered_by=triggered_by,
        due=None,
    )
    return decide(
        read_answer(given_answer), inquiry=inquiry, draft=DRAFT, found=found, approvers=APPROVERS
    )


def test_a_reasoned_approval_by_a_listed_person_counts():
    decision = rule(GIVEN)
    assert decision.ruling is Ruling.APPROVED
    assert (decision.decided_by, decision.reason) == ("dpo", "reviewed with legal")
    assert decision.decided_at == AT + timedelta(hours=1)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"params_input": {}}, "gives no reason"),
        ({"params_input": None}, "gives no reason"),
        ({"params_input": {"reason": ""}}, "gives no reason"),
        ({"params_input": {"reason": " \n\u3000"}}, "gives no reason"),
        ({"params_input": {"reason": "--"}}, "gives no reason"),
        ({"params_input": {"reason": 5}}, "gives no reason"),
        ({"params_input": {"reason": "x" * 4001}}, "longer than"),
        ({"chosen_options": []}, "nobody has answered"),
        ({"chosen_options": ["Approve", "Reject"]}, "nobody has answered"),
        ({"chosen_options": ["Maybe"]}, "nobody has answered"),
        ({"responded_at": None}, "nobody has answered"),
        ({"responded_at": "2026-11-21T10:00:00"}, "nobody has answered"),
        ({"responded_by_user": {"id": "admin", "name": "dpo"}}, "not listed as an approver"),
        ({"responded_by_user": None}, "not listed as an approver"),
        ({"responded_at": (AT - timedelta(seconds=1)).isoformat()}, "older than the draft"),
    ],
)
def test_an_approval_that_lacks_something_releases_nothing(changed, sentence):
    with pytest.raises(ConfigError) as caught:
        rule({**GIVEN, **changed})
    assert sentence in str(caught.value.message)
    assert "nothing is handed over" in str(caught.value.message)


@pytest.mark.parametrize("answer", [None, {}, "Approve", [], {"chosen_options": "Approve"}])
def test_no_answer_at_all_releases_nothing(answer):
    with pytest.raises(ConfigError):
        rule(answer)


def test_a_draft_that_has_changed_since_is_not_the_one_approved():
    with pytest.raises(ConfigError) as caught:
        rule(GIVEN, found=digest_of(b"another"))
    assert "no longer the one that was approved" in str(caught.value.message)


@pytest.mark.parametrize("name", ["dpo", " DPO ", "ｄｐｏ", "Data Protection Officer"])
def test_the_requester_cannot_approve_under_any_spelling(name):
    for named in ({"requested_by": name}, {"triggered_by": name}):
        with pytest.raises(ConfigError) as caught:
            rule(GIVEN, **named)
        assert "the requester cannot approve" in str(caught.value.message)


@pytest.mark.parametrize("form", [{}, None, {"reason": ""}, {"reason": "figures are missing"}])
def test_a_rejection_by_an_approver_always_counts(form):
    decision = rule(
        {**GIVEN, "chosen_options": ["Reject"], "params_input": form},
        requested_by="dpo",
        found=digest_of(b"another"),
    )
    assert decision.ruling is Ruling.REJECTED
    assert decision.reason == ((form or {}).get("reason") or "")


def test_a_rejection_by_somebody_else_counts_for_nothing():
    with pytest.raises(ConfigError):
        rule({**GIVEN, "chosen_options": ["Reject"], "responded_by_user": {"id": "admin"}})


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*GIVEN, "reason", "id"]), inner, max_size=4)
        ),
        max_leaves=8,
    )
)
def test_whatever_the_answer_is_made_of_it_counts_or_gets_a_sentence(answer):
    with pytest.raises(ConfigError):
        rule(answer)


def test_a_draft_is_only_made_where_somebody_else_may_approve_it():
    from pipelines.inquiry.request import read_inquiry

    inquiry = read_inquiry(
        {"inquiry": "INQ-1", "authority": "CAC", "runs": ["a"], "requested_by": "dpo"},
        triggered_by=None,
    )
    assert [one.id for one in eligible(APPROVERS, inquiry)] == ["counsel"]
    with pytest.raises(ConfigError) as caught:
        eligible(APPROVERS[1:], inquiry)
    assert "nobody but the requester" in str(caught.value.message)
    with pytest.raises(ConfigError):
        eligible((), dataclasses.replace(inquiry, requested_by="compliance"))
