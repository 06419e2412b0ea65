"""Runs over time: the strip of gates in which height is state, and one line a figure."""

from collections.abc import Sequence

from markupsafe import Markup

from expectations.findings import day
from pipelines.model.history import UNSTATED, RunPoint
from pipelines.model.message import Message, msg
from pipelines.model.outcome import Gate
from pipelines.report.charts.svg import (
    Say,
    chart,
    fit_before,
    grouped,
    line,
    number,
    rect,
    tag,
    text,
)
from pipelines.report.figures import Share
from pipelines.report.words import GATES

NIGHTS = 14
WIDTH = 340
LICENCES = 3
"""Licences drawn one by one; the rest is one part called others."""

_LEFT, _RIGHT, _TOP, _BOTTOM = 4.0, 330.0, 16.0, 72.0
_STEP = 25.0
_TALL = 44.0


def nights(points: Sequence[RunPoint], say: Say) -> Markup:
    """A column a run: fail full, incomplete outlined, conditional half, pass a line."""
    shown = points[-NIGHTS:]
    parts = []
    for place, point in enumerate(shown):
        parts += _night(point.gate, place * _STEP)
    parts.append(line(0, _TALL + 1, NIGHTS * _STEP, _TALL + 1, "ax"))
    parts.append(text(0, _TALL + 16, " – ".join(_ends(shown)), "t2"))
    spoken = ", ".join(say(GATES[point.gate].text) for point in shown)
    return chart(_TALL + 20, f"{say(msg('Gates of the last runs, newest last'))}: {spoken}", *parts)


def _night(gate: Gate, x: float) -> list[Markup]:
    match gate:
        case Gate.FAIL:
            return [rect(x, 0, 19, _TALL, "fn")]
        case Gate.INCOMPLETE:
            return [rect(x + 1, 13, 17, _TALL - 13, "h")]
        case Gate.CONDITIONAL:
            return [tag("rect", x=x, y=_TALL / 2, width=19, height=_TALL / 2, fill="var(--cond)")]
        case Gate.PASS:
            return [rect(x, _TALL - 4, 19, 4, "fm")]


def _ends(points: Sequence[RunPoint]) -> list[str]:
    days = [day(point.at).isoformat() for point in (points[0], points[-1])]
    return days if days[0] != days[1] else days[:1]


def counts(name: Message, values: Sequence[int], say: Say) -> Markup:
    """The counts as a line from zero to their own maximum; the last and the highest are named."""
    highest = max(*values, 1)
    path = _path([value / highest for value in values])
    parts = [*_frame(grouped(highest)), *_drawn(path)]
    parts.append(text(_RIGHT, _BOTTOM + 14, grouped(values[-1]), "tb", "end"))
    parts.append(text(_LEFT, _BOTTOM + 14, grouped(values[0]), "t2"))
    spoken = ", ".join(grouped(value) for value in values)
    return chart(_BOTTOM + 18, f"{say(name)}: {spoken}", *parts, width=WIDTH)


def shares(name: Message, parts_of: Sequence[tuple[int, int]], say: Say) -> Markup:
    """Shares on a scale of 0 to 100%; where there is no base the place is hatched."""
    drawn = [*_frame("100%")]
    known: list[tuple[float, float]] = []
    step = (_RIGHT - _LEFT) / max(len(parts_of) - 1, 1)
    for place, (count, base) in enumerate(parts_of):
        x = _LEFT + place * step
        if base:
            known.append((x, _BOTTOM - (_BOTTOM - _TOP) * count / base))
        else:
            drawn += _drawn(known)
            known = []
            drawn.append(rect(x - 3, _TOP, 6, _BOTTOM - _TOP, "h"))
    drawn += _drawn(known)
    words = [
        Share(count=count, base=base).percent or say(msg("No result")) for count, base in parts_of
    ]
    drawn.append(text(_RIGHT, _BOTTOM + 14, words[-1], "tb", "end"))
    drawn.append(text(_LEFT, _BOTTOM + 14, words[0], "t2"))
    return chart(_BOTTOM + 18, f"{say(name)}: {', '.join(words)}", *drawn, width=WIDTH)


def _frame(highest: str) -> list[Markup]:
    return [
        line(_LEFT, _TOP, _RIGHT, _TOP, "gr"),
        line(_LEFT, _BOTTOM, _RIGHT, _BOTTOM, "ax"),
        text(_RIGHT, _TOP - 4, highest, "t2", "end"),
    ]


def _path(heights: Sequence[float]) -> list[tuple[float, float]]:
    step = (_RIGHT - _LEFT) / max(len(heights) - 1, 1)
    return [
        (_LEFT + place * step, _BOTTOM - (_BOTTOM - _TOP) * height)
        for place, height in enumerate(heights)
    ]


def _drawn(points: Sequence[tuple[float, float]]) -> list[Markup]:
    if not points:
        return []
    path = "L".join(f"{number(x)} {number(y)}" for x, y in points)
    drawn = [tag("path", d=f"M{path}", class_="sk", stroke_width="1.6")] if len(points) > 1 else []
    x, y = points[-1]
    return [*drawn, tag("circle", cx=x, cy=y, r=2.8, class_="fk")]


def licences(points: Sequence[RunPoint], say: Say) -> Markup:
    """A column a run, as high as its shares of records by licence; the unstated is hatched."""
    shown = points[-NIGHTS:]
    ranked = [name for name in shown[-1].licences if name != UNSTATED][:LICENCES]
    styles = dict(zip(ranked, ("b", "bl", "bo"), strict=False))
    parts = []
    step = 182 / NIGHTS
    for place, point in enumerate(shown):
        y, total = _BOTTOM, sum(point.licences.values())
        for count, style in _mix(point, ranked, styles):
            height = (_BOTTOM - _TOP) * count / total if total else 0.0
            y -= height
            parts.append(rect(place * step, y, step - 2, height, style))
    parts.append(line(0, _BOTTOM, 182, _BOTTOM, "ax"))
    labels = _mix_labels(shown[-1], ranked, say)
    for place, (name, share) in enumerate(labels):
        words = fit_before(name, share, 146)
        parts.append(text(192, 26 + 15 * place, words, "fu" if place == 0 else ""))
    label = say(msg("Records by licence, run by run; last"))
    spoken = ", ".join(f"{name} {share}" for name, share in labels)
    return chart(_BOTTOM + 18, f"{label}: {spoken}", *parts, width=WIDTH)


def _mix(point: RunPoint, ranked: Sequence[str], styles: dict[str, str]) -> list[tuple[int, str]]:
    named = [(point.licences.get(name, 0), styles[name]) for name in ranked]
    unstated = point.licences.get(UNSTATED, 0)
    rest = sum(point.licences.values()) - unstated - sum(count for count, _ in named)
    return [(count, style) for count, style in (*named, (rest, "b"), (unstated, "h")) if count]


def _mix_labels(point: RunPoint, ranked: Sequence[str], say: Say) -> list[tuple[str, str]]:
    total = sum(point.licences.values())
    named = [(say(msg("unstated")), UNSTATED), *((name, name) for name in reversed(ranked))]
    return [
        (words, Share(count=point.licences.get(name, 0), base=total).percent or "0")
        for words, name in named
    ]
