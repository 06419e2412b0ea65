"""Fields of stored values that bore another name once: rows are not rewritten, both are read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipelines.model.annotation import LabelLayout


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    """What a field is called now, and how its earlier JSON is turned into that of today."""

    now: str
    reading: Callable[[object], object]


def _one_or_none(value: object) -> list[object]:
    return [] if value is None else [value]


RENAMED: Mapping[type, Mapping[str, Renamed]] = {
    # until 2026-11-27 the times of a label file had one form or none
    LabelLayout: {
        "timestamp_format": Renamed(now="timestamp_formats", reading=_one_or_none),
    },
}
"""By type, the earlier names of its fields."""


def under_todays_names(kind: type, given: Mapping[str, object]) -> dict[str, object]:
    """`given`, the JSON of a `kind` of any release, with its fields as they are called today.

    Raises:
        ValueError: a field is there under both names.
    """
    earlier = RENAMED.get(kind)
    if earlier is None:
        return dict(given)
    read: dict[str, object] = {}
    for name, value in given.items():
        change = earlier.get(name)
        todays, value_now = (name, value) if change is None else (change.now, change.reading(value))
        if todays in read:
            raise ValueError(f"{kind.__name__}.{todays} is there twice")
        read[todays] = value_now
    return read
