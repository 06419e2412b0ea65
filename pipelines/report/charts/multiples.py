"""Small multiples by source: language, length, quality; one scale for all sources."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from pipelines.model.message import msg
from pipelines.report.charts.svg import Say, chart, line, rect, text
from pipelines.report.figures import Share

WIDTH = 250
_FULL = 246.0


def language(name: str, languages: Mapping[str, int], records: int, say: Say) -> Markup:
    """Chinese solid, English outlined, other languages light, mixed and undetermined hatched."""
    known = languages.get("zh", 0), languages.get("en", 0)
    unknown = languages.get("mixed", 0) + languages.get("und", 0)
    counts = (*known, records - sum(known) - unknown, unknown)
    x, parts = 0.0, []
    for count, style in zip(counts, ("b", "bo", "bl", "h"), strict=True):
        width = _FULL * count / records if records else 0.0
        if count:
            parts.append(rect(x, 4, max(width - 1.2, 0.8), 13, style))
        x += width
    shares = " │ ".join(_bare(count, records) for count in counts)
    parts.append(text(0, 31, shares))
    label = say(msg("Language shares of {source}", source=name))
    return chart(34, f"{label}: {shares}", *parts, width=WIDTH)


def _bare(count: int, base: int) -> str:
    return (Share(count=count, base=base).percent or "–").removesuffix("%")


def span(rows: Sequence[Sequence[int]]) -> tuple[int, int]:
    """First and last bin that any of the histograms uses."""
    used = [place for lengths in rows for place, count in enumerate(lengths) if count]
    return (min(used), max(used)) if used else (0, 0)


def peak(rows: Sequence[Sequence[int]]) -> float:
    """The largest share any bin of any histogram holds."""
    return max((max(lengths) / sum(lengths) for lengths in rows if sum(lengths)), default=1.0)


def lengths(
    name: str, counts: Sequence[int], bins: tuple[int, int], highest: float, say: Say
) -> Markup:
    """Histogram over powers of two; height is the share within the source, one scale for all."""
    first, last = bins
    step = min(19.0, 240 / (last - first + 1))
    total = sum(counts)
    parts = []
    for place in range(first, last + 1):
        count = counts[place] if place < len(counts) else 0
        if count:
            height = max(37 * count / total / highest, 0.6)
            parts.append(rect((place - first) * step, 38 - height, step - 2, height, "b"))
        if (place - first) % 3 == 0:
            parts.append(text((place - first) * step, 50, f"{2**place:,}"))
    parts.append(line(0, 38, (last - first + 1) * step, 38, "ax"))
    label = say(msg("Lengths of {source}", source=name))
    return chart(52, label, *parts, width=WIDTH)


def quality(name: str, counts: Sequence[int], records: int, highest: float, say: Say) -> Markup:
    """Short, garbled and empty records as bars in percent, one scale for all sources."""
    parts = []
    for place, count in enumerate(counts):
        y = 2 + 13 * place
        width = 180 * (count / records) / highest if records and highest else 0.0
        parts.append(rect(0, y, width, 8, "b"))
        parts.append(text(width + 5, y + 8, _bare(count, records)))
    parts.append(line(0, 0, 0, 40, "ax"))
    shares = ", ".join(_bare(count, records) for count in counts)
    label = say(msg("Too short, garbled, empty in {source}", source=name))
    return chart(41, f"{label}: {shares}", *parts, width=WIDTH)
