"""A control's statement about one subject."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipelines.model.message import Message
from pipelines.model.outcome import Level, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one control found out about one subject: a dataset, source, person, lot or file."""

    subject: str
    """`dataset`, `source:<id>`, `annotator:<pseudonym>`, `lot:<id>`, `file:<path>`."""
    outcome: Outcome
    message: Message
    level: Level = Level.RE_RUNNABLE
    count: int | None = None
    """Records, items or entries concerned; None where the question does not arise."""
    base: int | None = None
    """What `count` is a part of."""
    figures: Mapping[str, str | int] = field(default_factory=dict)
    """Measured values beside `count`; ratios as decimal strings, never floats."""
    places: tuple[str, ...] = ()
    """Up to 20 record ids (`<file>#<row>`), item ids or names; never text of a record."""
