"""The digest of a night as text, zh and en, and as one JSON document."""

import json
from typing import Any

from pipelines.language.catalogue import Language, translate
from pipelines.model.message import Message, msg
from pipelines.model.nightly import DatasetNight, Night, State
from pipelines.nightly.digest import QUIET, headlines, moment_text, quiet, sections
from pipelines.store.codec import plain

SCHEMA = "https://training-data-audit/nightly/v1"
_JOIN = {Language.ZH: "；", Language.EN: "; "}


def digest_text(night: Night, lang: str) -> str:
    """The digest for a terminal or a message: what changed, one line a dataset."""
    language = Language(lang)

    def say(message: Message) -> str:
        return translate(message, language)

    title = say(msg("Nightly audit"))
    lines = [f"{title} · {moment_text(night.at)} · {night.sweep}"]
    lines += map(say, headlines(night))
    for section in sections(night):
        lines += ["", f"{say(section.title)} ({len(section.lines)})"]
        for line in section.lines:
            lines.append(f"  {line.dataset}  {_JOIN[language].join(map(say, line.parts))}")
    if quiet(night):
        lines += ["", say(QUIET)]
    return "\n".join(lines) + "\n"


def digest_document(night: Night) -> dict[str, Any]:
    """The night as JSON: figures, what changed, and every dataset; sentences in zh and en."""
    ran, reused, undone = night.stages()
    return {
        "schema": SCHEMA,
        "sweep": night.sweep,
        "at": night.at.isoformat(),
        "previous": night.previous,
        "previous_at": None if night.previous_at is None else night.previous_at.isoformat(),
        "complete": night.complete,
        "counts": {
            "registered": len(night.datasets),
            **{state.value: sum(d.state is state for d in night.datasets) for state in State},
        },
        "stages": {
            "all": ran + reused + undone,
            "ran": ran,
            "reused": reused,
            "undone": undone,
        },
        "changed": {
            section.id: [line.dataset for line in section.lines] for section in sections(night)
        },
        "datasets": [_dataset(found) for found in night.datasets],
    }


def digest_json(night: Night) -> str:
    """`digest_document` as text; equal nights are equal bytes."""
    return json.dumps(digest_document(night), ensure_ascii=False, indent=1) + "\n"


def _dataset(found: DatasetNight) -> dict[str, Any]:
    document = plain(found)
    assert isinstance(document, dict)  # noqa: S101  a dataclass is an object in JSON
    if found.problem is not None:
        document["problem"] = {lang.value: translate(found.problem, lang) for lang in Language}
    return document
