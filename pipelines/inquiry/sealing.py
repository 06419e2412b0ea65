"""The sealed answer: the draft as approved, the approval, and its proof in the ledger."""

import json
import shutil
from pathlib import Path

from pipelines.inquiry.decision import Ruling
from pipelines.inquiry.draft import DRAFT, inquiry_folder
from pipelines.inquiry.folder import Fingerprint, fingerprint, list_digests, put_folder
from pipelines.ledger.keys import public_keys
from pipelines.model.errors import ConfigError, EvidenceError
from pipelines.model.message import msg
from pipelines.settings import Settings
from pipelines.stages.ledger_view import proof_of
from pipelines.store import inquiries
from pipelines.store.database import Store

SEALED = "sealed"
DIGESTS = "sealed.sha256"
APPROVAL, PROOF = "approval.json", "proof.json"


class RejectedError(ConfigError):
    """A named person has rejected the draft: there is nothing to seal, and that is no mistake."""


def sealed_folder(settings: Settings, number: str, entry: str) -> Path:
    """Where the answer approved under the ledger entry `entry` is."""
    return inquiry_folder(settings, number) / SEALED / entry.rpartition("/")[2]


def seal_answer(number: str, entry: str, *, settings: Settings, store: Store) -> Fingerprint:
    """The sealed answer lies in its folder, read-only, and verifies.

    `digests.sha256` in it is what was approved; `sealed.sha256` lists that and what was added:
    the approval, the proof that the ledger holds it, and the public keys to check the proof with.

    Raises:
        RejectedError: the decision under `entry` is a rejection.
        ConfigError: there is no decision under `entry`.
        EvidenceError: the draft is not the one that was approved, or the sealed answer was changed.
    """
    decided = inquiries.decision(store, entry)
    if decided is None or decided["inquiry"] != number:
        raise ConfigError(
            msg("no decision on inquiry {number} is on record", number=number),
            advice=msg("start answer_inquiry again"),
        )
    if decided["outcome"] != Ruling.APPROVED:
        raise RejectedError(
            msg("the answer to inquiry {number} was rejected", number=number),
            advice=msg("see ledger entry {entry}; correct the draft and start again", entry=entry),
        )

    def fill(folder: Path) -> None:
        draft = inquiry_folder(settings, number) / DRAFT
        if not draft.is_dir():
            raise _another()
        shutil.copytree(draft, folder, dirs_exist_ok=True, symlinks=True)
        if fingerprint(folder).digest != decided["draft_digest"]:
            raise _another()
        _put(folder / APPROVAL, _approval(decided))
        _put(folder / PROOF, proof_of(store, entry))
        for key_id, key in public_keys(settings.keys).items():
            (folder / f"ledger-{key_id}.pub").write_bytes(key.pem)
        list_digests(folder, DIGESTS)
        for path in folder.rglob("*"):
            if path.is_file():
                path.chmod(0o444)

    target = sealed_folder(settings, number, entry)
    put_folder(target, fill, replace=False)
    return fingerprint(target, DIGESTS)


def _approval(decided: inquiries.Row) -> dict[str, object]:
    named = ("inquiry", "authority", "requested_by", "decided_by", "reason", "outcome", "entry")
    return {name: decided[name] for name in named} | {
        "draft_digest": decided["draft_digest"],
        "decided_at": decided["decided_at"].isoformat(),
        "runs": json.loads(decided["runs"]),
    }


def _put(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _another() -> EvidenceError:
    return EvidenceError(
        msg("the draft is no longer the one that was approved"),
        advice=msg("start answer_inquiry again; it drafts and asks anew"),
    )
