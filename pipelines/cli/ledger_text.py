"""The ledger for people and for scripts: a head, and what verification found."""

import json
from collections.abc import Iterator

from pipelines.language.catalogue import translate
from pipelines.ledger.canonical import timestamp
from pipelines.ledger.faults import ADVICE, Fault
from pipelines.ledger.head import SignedHead
from pipelines.ledger.verify import Verification
from pipelines.model.message import Message, msg

SHOWN = 20
"""Faults printed for people; the JSON has all of them."""


def groups(root: str) -> list[str]:
    """A root of 64 hex digits as 16 groups of 4, to be compared by eye."""
    return [root[start : start + 4] for start in range(0, len(root), 4)]


def head_document(signed: SignedHead) -> dict[str, object]:
    """The head as JSON; `envelope` alone is what `--anchor` believes."""
    head = signed.head
    return {
        "log_id": head.log_id,
        "size": head.size,
        "root": head.root,
        "root_groups": groups(head.root),
        "at": timestamp(head.at),
        "key_id": head.key_id,
        "signature": signed.signature,
        "envelope": json.loads(signed.envelope.to_bytes()),
    }


def head_lines(signed: SignedHead, lang: str) -> Iterator[str]:
    """The head for people: the root in two lines of eight groups."""
    head, shown = signed.head, groups(signed.head.root)
    yield translate(msg("Ledger head over {size} entries", size=head.size), lang)
    yield "  " + " ".join(shown[:8])
    yield "  " + " ".join(shown[8:])
    yield "  " + translate(
        msg("signed {at} with key {key}", at=timestamp(head.at), key=head.key_id), lang
    )
    yield "  " + translate(msg("signature {signature}", signature=signed.signature), lang)
    yield translate(
        msg("Keep it outside this machine: only such a copy shows a cut tail later."), lang
    )


def verification_document(found: Verification, lang: str, *, anchored: bool) -> dict[str, object]:
    """The verification as JSON."""
    return {
        "reason": found.reason.value,
        "size": found.size,
        "after_head": found.after_head,
        "head": head_document(found.head) if found.head else None,
        "anchor_compared": found.anchor is not None,
        "anchor_size": found.anchor.head.size if found.anchor else None,
        "faults": [
            {
                "reason": fault.reason.value,
                "position": fault.position,
                "message": translate(fault.message, lang),
                "advice": translate(ADVICE[fault.reason], lang),
            }
            for fault in found.faults
        ],
        "limits": [translate(limit, lang) for limit in _limits(found, anchored=anchored)],
    }


def verification_lines(found: Verification, lang: str, *, anchored: bool) -> Iterator[str]:
    """The verification for people: what agrees or does not, then what that does not show."""
    if found.faults:
        yield from _fault_lines(found.faults, lang)
    elif found.head:
        agreed = msg(
            "ok: {size} entries recomputed; every hash, signature and signed root agrees.",
            size=found.size,
        )
        yield translate(agreed, lang)
        yield "  " + " ".join(groups(found.head.head.root)[:8])
        yield "  " + " ".join(groups(found.head.head.root)[8:])
    for limit in _limits(found, anchored=anchored):
        yield translate(limit, lang)


def _fault_lines(faults: tuple[Fault, ...], lang: str) -> Iterator[str]:
    for fault in faults[:SHOWN]:
        yield f"{fault.reason.value}: {translate(fault.message, lang)}"
    if len(faults) > SHOWN:
        yield translate(msg("and {count} more", count=len(faults) - SHOWN), lang)
    for advice in dict.fromkeys(translate(ADVICE[fault.reason], lang) for fault in faults):
        yield f"  {advice}"


def _limits(found: Verification, *, anchored: bool) -> Iterator[Message]:
    if found.head and found.after_head:
        yield msg(
            "{count} entries after the newest signed head: their order rests on nothing yet.",
            count=found.after_head,
        )
    if not anchored:
        yield msg("Nothing outside was compared: a cut tail would not show.")
    elif found.anchor and not found.faults:
        yield msg(
            "The anchor agrees over the first {size} entries; one kept by the same administrator "
            "is not independent.",
            size=found.anchor.head.size,
        )
