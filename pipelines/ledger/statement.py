"""in-toto statements with our predicate types, checked against their schemas before they exist."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from pipelines.ledger.canonical import Json, canonical, parse, timestamp
from pipelines.model.errors import LedgerError
from pipelines.model.ids import Digest
from pipelines.model.message import msg

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"


class Predicate(StrEnum):
    """What a statement can be about; each has a schema of its name in `predicates/`."""

    RUN_STARTED = "run-started"
    RUN_INTERRUPTED = "run-interrupted"
    EVIDENCE = "evidence"
    FINDINGS = "findings"
    GATE = "gate"
    SAMPLE_DRAW = "sample-draw"
    DECISION = "decision"
    WAIVER = "waiver"
    EXPORT = "export"
    TEXT_READ = "text-read"
    SWEEP = "sweep"
    RETENTION = "retention"
    HOLD = "hold"

    @property
    def type(self) -> str:
        """The predicateType: `urn:tda:predicate:<name>:v1`."""
        return f"urn:tda:predicate:{self}:v1"


@dataclass(frozen=True, slots=True)
class Subject:
    """Something a statement is about, known by its digest."""

    name: str
    digest: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement; `payload` are its canonical bytes, which are what is signed."""

    key: str
    """The entry key: two statements with the same key are the same statement."""
    predicate: str
    """Its predicateType."""
    payload: bytes


def statement(
    predicate: Predicate,
    *,
    key: str,
    at: datetime,
    subjects: Sequence[Subject],
    body: Mapping[str, Json],
) -> Statement:
    """The statement `predicate` about `subjects`, valid under its schema.

    Raises:
        LedgerError: it breaks the schema: what it would say has no place in the ledger.
        ValueError, TypeError: it holds what has no canonical form, such as a float.
    """
    value: Json = {
        "_type": STATEMENT_TYPE,
        "subject": [
            {"name": s.name, "digest": {"sha256": s.digest.removeprefix("sha256:")}}
            for s in subjects
        ],
        "predicateType": predicate.type,
        "predicate": {"entry": key, "at": timestamp(at), **body},
    }
    payload = canonical(value)
    check_schema(payload)
    return Statement(key=key, predicate=predicate.type, payload=payload)


def read_statement(payload: bytes) -> Statement:
    """The statement whose canonical bytes are `payload`; its schema is not checked.

    Raises:
        LedgerError: the bytes are not those of a statement of ours.
    """
    try:
        value = parse(payload)
    except ValueError as error:
        raise _malformed() from error
    match value:
        case {
            "_type": str(kind),
            "predicateType": str(predicate),
            "predicate": {"entry": str(key)},
        }:
            if kind == STATEMENT_TYPE:
                return Statement(key=key, predicate=predicate, payload=payload)
    raise _malformed()


def check_schema(payload: bytes) -> None:
    """The statement in `payload` is valid under its schema.

    Raises:
        LedgerError: it is not; the message names the place, never the value.
    """
    value = json.loads(payload)
    _refuse_invalid("statement", value)
    _refuse_invalid(str(value["predicateType"]).split(":")[-2], value["predicate"])


def _refuse_invalid(schema: str, value: object) -> None:
    if schema not in _schemas():
        raise LedgerError(
            msg("There is no schema for statements of type {schema}.", schema=schema[:80]),
            advice=msg("Use the version of tda that wrote this ledger, or a newer one."),
        )
    error = next(_validator(schema).iter_errors(value), None)
    if error is not None:
        place = "/".join(str(step) for step in error.absolute_path) or "."
        raise LedgerError(
            msg(
                "A {schema} statement breaks its schema at {place} ({rule}).",
                schema=schema,
                place=place[:120],
                rule=str(error.validator),
            ),
            advice=msg(
                "Only ids, digests, counts and times go into the ledger; mend the id named."
            ),
        )


@cache
def _schemas() -> Mapping[str, Mapping[str, object]]:
    folder = files("pipelines.ledger") / "predicates"
    return {
        item.name.removesuffix(".json"): json.loads(item.read_bytes())
        for item in folder.iterdir()
        if item.name.endswith(".json")
    }


@cache
def _validator(schema: str) -> Draft202012Validator:
    common = Resource.from_contents(_schemas()["common"])
    registry: Registry[Any] = Registry().with_resource(str(common.id()), common)
    return Draft202012Validator(_schemas()[schema], registry=registry)


def _malformed() -> LedgerError:
    return LedgerError(
        msg("An entry of the ledger is not a statement in canonical form."),
        advice=msg("Run tda ledger verify; restore the store from a back-up if it was damaged."),
    )
