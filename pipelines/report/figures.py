"""What a printed figure is: its number, its level, where it comes from, and its values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal

from pipelines.model.message import Message
from pipelines.model.outcome import Level

_TWO = Decimal("0.01")
_ALL = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A part of a whole; printed as a percentage of two decimals, always with its base at hand."""

    count: int
    base: int

    @property
    def percent(self) -> str | None:
        """`2.86%`; None without a base.

        `<0.01%` and `>99.99%` stand where rounding would hide something.
        """
        if self.base == 0:
            return None
        value = (_ALL * self.count / self.base).quantize(_TWO, ROUND_HALF_EVEN)
        if value == 0 and self.count:
            return "<0.01%"
        if value == _ALL and self.count < self.base:
            return ">99.99%"
        return f"{value}%" if value else "0%"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a figure was computed from."""

    kind: str
    """`table`, `stage`, `policy`, `document`, `report`, `ledger`."""
    name: str
    digest: str | None
    """Whole; None when the stage is not on record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A group of figures that share one level and one origin."""

    number: str
    """`F01`."""
    id: str
    name: Message
    level: Level
    origin: Origin
    values: Mapping[str, int | str | None] = field(default_factory=dict)


class Numbering:
    """Figures in the order in which they are added, numbered from `F01`."""

    def __init__(self) -> None:
        self._figures: list[Figure] = []

    def add(
        self,
        figure: str,
        name: Message,
        level: Level,
        origin: Origin,
        values: Mapping[str, int | str | None] | None = None,
    ) -> None:
        """The next figure, known as `figure` in the templates."""
        number = f"F{len(self._figures) + 1:02d}"
        self._figures.append(
            Figure(
                number=number,
                id=figure,
                name=name,
                level=level,
                origin=origin,
                values=values or {},
            )
        )

    def figures(self) -> tuple[Figure, ...]:
        """All of them, in order."""
        return tuple(self._figures)
