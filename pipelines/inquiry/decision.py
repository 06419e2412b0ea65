"""What a named person answered to the question whether a draft may be handed over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from pipelines.inquiry.approvers import Approver
from pipelines.inquiry.draft import Draft
from pipelines.inquiry.request import Inquiry, folded
from pipelines.model.errors import ConfigError
from pipelines.model.ids import Digest
from pipelines.model.message import Message, msg

LONGEST_REASON = 4000


class Ruling(StrEnum):
    """What was decided of a draft; the words of the ledger."""

    APPROVED = "approved"
    REJECTED = "rejected"


OPTIONS = {"Approve": Ruling.APPROVED, "Reject": Ruling.REJECTED}
"""The options of the question, as Airflow shows them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer as Airflow passes it on; nothing in it has been checked."""

    options: tuple[str, ...]
    reason: object
    user: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A ruling that counts: by an approver, and for an approval with reason and by another."""

    ruling: Ruling
    decided_by: str
    reason: str
    """Empty where somebody rejected without a word: a rejection counts all the same."""
    decided_at: datetime


def eligible(approvers: Sequence[Approver], inquiry: Inquiry) -> tuple[Approver, ...]:
    """The approvers who have not asked for the answer themselves.

    Raises:
        ConfigError: there is none, so nobody could ever approve.
    """
    found = tuple(one for one in approvers if not _asked_for_it(one, inquiry))
    if not found:
        raise ConfigError(
            msg(
                "nobody but the requester may approve the answer to {inquiry}",
                inquiry=inquiry.number,
            ),
            advice=msg("list approvers in approvers.json in the folder TDA_HOME"),
        )
    return found


def read_answer(value: object) -> Answer:
    """The answer in what the question left, however much of it is there."""
    given: Mapping[str, object] = value if isinstance(value, Mapping) else {}
    options, form, user = (
        given.get(name) for name in ("chosen_options", "params_input", "responded_by_user")
    )
    return Answer(
        options=tuple(str(one) for one in options) if isinstance(options, list | tuple) else (),
        reason=form.get("reason") if isinstance(form, Mapping) else None,
        user=_user(user),
        at=_moment(given.get("responded_at")),
    )


def decide(
    answer: Answer,
    *,
    inquiry: Inquiry,
    draft: Draft,
    found: Digest,
    approvers: Sequence[Approver],
) -> Decision:
    """The decision in `answer`; `found` is the digest of the draft as it lies there now.

    A rejection by an approver always counts. An approval counts with a reason, by somebody who did
    not ask for the answer, of the draft that was shown.

    Raises:
        ConfigError: the answer counts for nothing.
    """
    ruling = OPTIONS.get(answer.options[0]) if len(answer.options) == 1 else None
    if ruling is None or answer.at is None:
        raise _void(msg("nobody has answered with Approve or Reject"))
    person = next((one for one in approvers if one.id == answer.user), None)
    if person is None:
        raise _void(msg("whoever answered is not listed as an approver"))
    reason = answer.reason.strip() if isinstance(answer.reason, str) else ""
    decision = Decision(
        ruling=ruling,
        decided_by=person.id,
        reason=reason[:LONGEST_REASON],
        decided_at=answer.at,
    )
    if ruling is Ruling.REJECTED:
        return decision
    if _asked_for_it(person, inquiry):
        raise _void(msg("the requester cannot approve the answer"))
    if not any(character.isalnum() for character in reason):
        raise _void(msg("the approval gives no reason"))
    if len(reason) > LONGEST_REASON:
        raise _void(msg("the reason is longer than {most} characters", most=LONGEST_REASON))
    if answer.at < draft.drafted_at:
        raise _void(msg("the approval is older than the draft"))
    if found != draft.digest or draft.number != inquiry.number:
        raise _void(msg("the draft is no longer the one that was approved"))
    return decision


def _asked_for_it(person: Approver, inquiry: Inquiry) -> bool:
    return not inquiry.requesters.isdisjoint({folded(person.id), folded(person.name)})


def _void(why: Message) -> ConfigError:
    return ConfigError(
        msg("nothing is handed over: {why}", why=why),
        advice=msg(
            "start answer_inquiry again, and let another listed approver answer, with a reason"
        ),
    )


def _user(value: object) -> str | None:
    found = value.get("id") if isinstance(value, Mapping) else None
    return str(found) if isinstance(found, str | int) else None


def _moment(value: object) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime) or value.tzinfo is None:
        return None
    return value.astimezone(UTC)
