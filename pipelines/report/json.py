"""The report as one JSON document: whole digests, every figure, both languages side by side."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum

from pipelines.language.catalogue import Language, translate
from pipelines.model.message import Message
from pipelines.report.figures import Share
from pipelines.report.model import Report

SCHEMA = "https://training-data-audit/report/v1"


def render_json(report: Report) -> str:
    """The document; keys in a fixed order, so that equal reports are equal bytes."""
    document = {"schema": SCHEMA, **_fields(report)}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _fields(value: object) -> dict[str, object]:
    return {
        field.name: plain(getattr(value, field.name))
        for field in fields(value)  # type: ignore[arg-type]
    }


def plain(value: object) -> object:
    """The value as JSON has it: messages in both languages, shares with count and base."""
    match value:
        case Message():
            return {
                **{lang.value: translate(value, lang) for lang in Language},
                "values": {name: plain(held) for name, held in value.values.items()},
            }
        case Share():
            return {"count": value.count, "base": value.base, "percent": value.percent}
        case Enum():
            return value.value
        case datetime() | date():
            return value.isoformat()
        case Mapping():
            return {str(plain(key)): plain(held) for key, held in value.items()}
        case tuple() | list():
            return [plain(held) for held in value]
        case _ if is_dataclass(value):
            return _fields(value)
        case str() | int() | None:
            return value
        case _:
            raise TypeError(f"a report holds a {type(value).__name__}")
