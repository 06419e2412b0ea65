"""The clock, read once at the rim and passed on."""

from datetime import UTC, datetime

from pipelines.model.errors import ConfigError
from pipelines.model.message import msg


def moment(text: str | None) -> datetime:
    """The moment `text` names (ISO 8601; UTC where it names no zone), or now to the second.

    Raises:
        ConfigError: `text` is no date or time.
    """
    if text is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(
            msg("{text} is not a date or time", text=text),
            advice=msg("write ISO 8601, for example 2026-11-20T01:00:00+08:00"),
        ) from error
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
