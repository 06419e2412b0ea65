"""Licence roll-up: which records reach the model under which licence, and where that stands."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from markupsafe import Markup

from pipelines.model.message import msg
from pipelines.report.charts.svg import Say, chart, fit, grouped, rect, tag, text
from pipelines.report.figures import Share
from pipelines.report.model_articles import Flow

HEIGHT = 268.0
GAP = 7.0
LEAST = 2.0
TOP = 18.0
LABEL = 13.0
"""Least distance of two labels."""

STANDING = {
    "reviewed": (msg("Reviewed"), "b", "b"),
    "unreviewed": (msg("Not reviewed"), "fu", "h"),
    "lapsed": (msg("Lapsed"), "fn", "fn"),
    "unstated": (msg("No licence stated"), "fn", "fn"),
}
"""Word, style of bands and styles of the bar."""

Key = tuple[str, str]


def roll_up(flows: Sequence[Flow], say: Say) -> Markup:
    """Three columns of bars, as high as their records, joined by bands."""
    total = sum(flow.records for flow in flows)
    if not total:
        return Markup("")
    left = _column([(flow.source, flow.standing) for flow in flows], flows, total, merge=True)
    middle = _column([(flow.licence, flow.standing) for flow in flows], flows, total)
    right = _column([("", flow.standing) for flow in flows], flows, total)
    low = max(y + height for column in (left, middle, right) for y, height in column.values())
    parts = [
        *_bands(flows, left, middle, right, total),
        *_bars(24, left, dict.fromkeys(left, "b")),
        *_bars(96, middle, {key: STANDING[key[1]][1] for key in middle}),
        *_bars(240, right, {key: STANDING[key[1]][2] for key in right}),
        *_labels(0, left, {key: _source(key[0], say) for key in left}, "tb"),
        *_labels(107, middle, {key: _licence(key, say) for key in middle}, ""),
        *_ends(right, flows, total, say),
        text(0, 9, say(msg("Source")), "t2"),
        text(107, 9, say(msg("Licence")), "t2"),
        text(356, 9, say(msg("Where it stands")), "t2", "end"),
    ]
    return chart(max(low, 60) + 26, _spoken(flows, total, say), *parts)


def _source(name: str, say: Say) -> str:
    return fit(name or say(msg("others")), 24)


def _licence(key: Key, say: Say) -> str:
    name, standing = key
    if name:
        # of a trove classifier the last part says it
        return fit(name.removeprefix("LicenseRef-").rsplit(" :: ", 1)[-1], 128)
    return say(msg("Not stated")) if standing == "unstated" else say(msg("others"))


def _column(
    keys: Sequence[Key], flows: Sequence[Flow], total: int, *, merge: bool = False
) -> dict[Key, tuple[float, float]]:
    """Place and height of each bar; `merge` makes one bar of a source whatever its standings."""
    sums: dict[Key, int] = {}
    for key, flow in zip(keys, flows, strict=True):
        bar = (key[0], "") if merge else key
        sums[bar] = sums.get(bar, 0) + flow.records
    placed, y = {}, TOP
    for bar, records in sums.items():
        height = max(HEIGHT * records / total, LEAST)
        placed[bar] = (y, height)
        y += height + GAP
    return placed


def _bands(
    flows: Sequence[Flow],
    left: Mapping[Key, tuple[float, float]],
    middle: Mapping[Key, tuple[float, float]],
    right: Mapping[Key, tuple[float, float]],
    total: int,
) -> list[Markup]:
    used: dict[tuple[str, Key], float] = {}
    bands = []
    for flow in flows:
        height = max(HEIGHT * flow.records / total, LEAST / 2)
        style = STANDING[flow.standing][1]
        stops = (
            ("left", left, (flow.source, ""), 30.0, 30.0),
            ("middle", middle, (flow.licence, flow.standing), 96.0, 102.0),
            ("right", right, ("", flow.standing), 240.0, 240.0),
        )
        tops = []
        for name, column, key, enter, leave in stops:
            y = used.get((name, key), column[key][0])
            used[name, key] = y + height
            tops.append((y, enter, leave))
        bands += [
            _band(start[2], start[0], end[1], end[0], height, style)
            for start, end in pairwise(tops)
        ]
    return bands


def _band(x1: float, y1: float, x2: float, y2: float, height: float, style: str) -> Markup:
    half = (x1 + x2) / 2
    path = (
        f"M{x1:.1f} {y1:.1f}C{half:.1f} {y1:.1f} {half:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
        f"V{y2 + height:.1f}C{half:.1f} {y2 + height:.1f} {half:.1f} {y1 + height:.1f}"
        f" {x1:.1f} {y1 + height:.1f}z"
    )
    return tag("path", d=path, class_=style, opacity=".32")


def _bars(
    x: float, column: Mapping[Key, tuple[float, float]], styles: Mapping[Key, str]
) -> list[Markup]:
    return [rect(x, y, 6, height, styles[key]) for key, (y, height) in column.items()]


def _labels(
    x: float, column: Mapping[Key, tuple[float, float]], words: Mapping[Key, str], style: str
) -> list[Markup]:
    labels, last = [], 0.0
    for key, (y, height) in column.items():
        place = y + height / 2 + 4
        if place - last >= LABEL:  # a label that would cover another is in the table instead
            labels.append(text(x, place, words[key], style))
            last = place
    return labels


def _ends(
    right: Mapping[Key, tuple[float, float]], flows: Sequence[Flow], total: int, say: Say
) -> list[Markup]:
    parts, last = [], 0.0
    for key, (y, height) in right.items():
        count = sum(flow.records for flow in flows if flow.standing == key[1])
        place = max(y + height / 2 - 3, last + 30, TOP + 8)
        last = place
        share = Share(count=count, base=total).percent
        parts.append(text(251, place, say(STANDING[key[1]][0]), "tb"))
        parts.append(text(251, place + 15, f"{grouped(count)} · {share}", "t2"))
    return parts


def _spoken(flows: Sequence[Flow], total: int, say: Say) -> str:
    counts: dict[str, int] = {}
    for flow in flows:
        counts[flow.standing] = counts.get(flow.standing, 0) + flow.records
    ends = ", ".join(
        f"{say(STANDING[standing][0])} {Share(count=count, base=total).percent}"
        for standing, count in counts.items()
    )
    return f"{say(msg('Licence roll-up'))}: {ends}"
