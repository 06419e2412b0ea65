"""What an inquiry asks for, read from the Params of its DAG run."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pipelines.model.errors import ConfigError
from pipelines.model.message import msg

LONGEST, MOST_RUNS = 200, 200
PARAMETERS = ("inquiry", "authority", "runs", "requested_by", "due")
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """One request of an authority, and who has the answer drafted."""

    number: str
    """Our number of it, also the name of its folder: letters, digits, `.`, `_`, `-`."""
    authority: str
    runs: tuple[str, ...]
    """Run ids, or datasets whose latest sealed run is meant."""
    requested_by: str
    triggered_by: str | None
    """The user of Airflow who started the DAG run, where it says so."""
    due: date | None

    @property
    def requesters(self) -> frozenset[str]:
        """Everybody who asks for the answer and so may not approve it, `folded`."""
        named = (self.requested_by, self.triggered_by)
        return frozenset(folded(name) for name in named if name)


def read_inquiry(params: Mapping[str, object], *, triggered_by: str | None) -> Inquiry:
    """The inquiry in `params`: inquiry, authority, runs, requested_by, due.

    Raises:
        ConfigError: a field is missing, too long, of another type, or holds control characters.
    """
    number = _text(params, "inquiry")
    if not _NUMBER.fullmatch(number):
        raise ConfigError(
            msg("the inquiry number {number} cannot name a folder", number=number),
            advice=msg("use up to 64 letters, digits, dots, hyphens and underscores"),
        )
    return Inquiry(
        number=number,
        authority=_text(params, "authority"),
        runs=_runs(params.get("runs")),
        requested_by=_text(params, "requested_by"),
        triggered_by=triggered_by,
        due=_due(params.get("due")),
    )


def folded(name: str) -> str:
    """The one spelling by which two names are the same person."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _text(params: Mapping[str, object], name: str) -> str:
    return _checked(params.get(name), name)


def _checked(value: object, name: str) -> str:
    """`value` as one line of text."""
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST:
        raise ConfigError(
            msg("{name} is empty, too long or not a text", name=name),
            advice=msg("give 1 to {most} characters", most=LONGEST),
        )
    if any(
        unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in value
    ):
        raise ConfigError(
            msg("{name} holds control characters", name=name),
            advice=msg("type it in again, on one line"),
        )
    return value.strip()


def _runs(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or len(value) > MOST_RUNS:
        raise ConfigError(
            msg("runs is not a list of run ids or datasets"),
            advice=msg("name 1 to {most} of them, one a line", most=MOST_RUNS),
        )
    return tuple(dict.fromkeys(_checked(one, "runs") for one in value))


def _due(value: object) -> date | None:
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise ConfigError(
            msg("due is not a date"), advice=msg("write it as in 2026-12-01")
        ) from error
