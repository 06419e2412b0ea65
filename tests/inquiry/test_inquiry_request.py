"""What an inquiry may ask for, and what is refused with a sentence."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.inquiry.approvers import Approver, approvers_path, read_approvers
from pipelines.inquiry.request import read_inquiry
from pipelines.model.errors import ConfigError

GIVEN = {
    "inquiry": "INQ-2026-0007",
    "authority": "某市网信办",
    "runs": ["run-20261120-0100-12345678", "support-dialogues"],
    "requested_by": "compliance",
    "due": "2026-12-01",
}


def test_the_params_become_an_inquiry():
    inquiry = read_inquiry(GIVEN, triggered_by="operator")
    assert inquiry.number == "INQ-2026-0007"
    assert inquiry.runs == ("run-20261120-0100-12345678", "support-dialogues")
    assert inquiry.due == date(2026, 12, 1)
    assert inquiry.requesters == {"compliance", "operator"}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"inquiry": "../../etc"}, "cannot name a folder"),
        ({"inquiry": ".."}, "cannot name a folder"),
        ({"inquiry": "INQ-1\n"}, "control characters"),
        ({"inquiry": "a/b"}, "cannot name a folder"),
        ({"inquiry": "x" * 65}, "cannot name a folder"),
        ({"inquiry": None}, "inquiry is empty"),
        ({"authority": "  "}, "authority is empty"),
        ({"authority": "a\u202eb"}, "authority holds control characters"),
        ({"requested_by": 7}, "requested_by is empty, too long or not a text"),
        ({"runs": []}, "runs is not a list"),
        ({"runs": "support-dialogues"}, "runs is not a list"),
        ({"runs": ["x" * 201]}, "runs is empty, too long"),
        ({"due": "tomorrow"}, "due is not a date"),
    ],
)
def test_what_nobody_can_follow_is_refused(changed, sentence):
    with pytest.raises(ConfigError) as caught:
        read_inquiry({**GIVEN, **changed}, triggered_by=None)
    assert sentence in str(caught.value.message)


@given(st.text())
def test_a_number_that_is_accepted_is_one_step_below_its_folder(number):
    try:
        inquiry = read_inquiry({**GIVEN, "inquiry": number}, triggered_by=None)
    except ConfigError:
        return
    assert inquiry.number.isascii()
    assert "/" not in inquiry.number
    assert not inquiry.number.startswith(".")


def test_approvers_are_read_once_each_and_sorted(tmp_path):
    path = approvers_path(tmp_path)
    path.write_text(
        '{"approvers": [{"id": "dpo", "name": "DPO"}, {"id": " counsel "}, {"id": "dpo"},'
        ' {"name": "nobody"}, {"id": ""}, 7]}'
    )
    assert read_approvers(path) == (Approver("counsel", "counsel"), Approver("dpo", "DPO"))


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"approvers": {}}', b"\xff", b"[" * 99999]
)
def test_a_damaged_list_of_approvers_names_nobody(content, tmp_path):
    path = approvers_path(tmp_path)
    path.write_bytes(content)
    assert read_approvers(path) == ()
    assert read_approvers(approvers_path(tmp_path / "nowhere")) == ()
