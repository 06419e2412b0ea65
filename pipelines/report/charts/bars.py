"""Rows of bars on one scale: duplicates, and personal information by type and tier."""

from collections.abc import Sequence

from markupsafe import Markup

from pipelines.model.message import msg
from pipelines.report.charts.svg import Say, chart, fit, grouped, line, rect, tag, text
from pipelines.report.figures import Share
from pipelines.report.model_articles import Article7, HitRow
from pipelines.report.words import HIT_TYPES, word_or_id

ACROSS = 8
"""Other datasets drawn one by one."""


def duplicates(article: Article7, say: Say) -> Markup:
    """Records that repeat another one, inside and across datasets."""
    rows: list[tuple[str, int, str]] = [
        (say(msg("inside · exact")), article.exact, _of(article.exact, article.records)),
        (say(msg("inside · near")), article.near, _of(article.near, article.records)),
    ]
    rows += [(name, count, "") for name, count in article.across[:ACROSS]]
    scale = 140 / max([count for _, count, _ in rows] + [1])
    parts = []
    for place, (name, count, share) in enumerate(rows):
        y = 16 + 24 * place
        width = count * scale
        parts.append(text(0, y, fit(name, 112)))
        parts.append(rect(118, y - 9, width, 11, "b"))
        parts.append(text(118 + width + 5, y + 0.5, f"{grouped(count)}{share}"))
    height = 24 * len(rows) + 4
    parts.append(line(118, 4, 118, height - 2, "ax"))
    spoken = ", ".join(f"{name} {grouped(count)}" for name, count, _ in rows)
    return chart(height, f"{say(msg('Duplicate records'))}: {spoken}", *parts)


def _of(count: int, base: int) -> str:
    percent = Share(count=count, base=base).percent
    return f" · {percent}" if percent else ""


def personal_information(rows: Sequence[HitRow], say: Say) -> Markup:
    """Hits by type: a solid bar for the valid tier, an outline for lookalikes."""
    scale = 148 / max([max(row.valid, row.lookalike) for row in rows] + [1])
    parts = []
    for place, row in enumerate(rows):
        y = 16 + 22 * place
        solid, outline = row.valid * scale, row.lookalike * scale
        parts.append(text(0, y, fit(say(word_or_id(HIT_TYPES, row.type)), 106)))
        parts.append(rect(112, y - 10, solid, 7, "b"))
        parts.append(rect(112.5, y - 1.5, outline, 6, "bo"))
        second = tag("tspan", f" · {grouped(row.lookalike)}", class_="t2")
        label = tag("text", grouped(row.valid), second, x=118 + max(solid, outline), y=y + 1)
        parts.append(label)
    height = 22 * len(rows) + 4
    parts.append(line(112, 4, 112, height - 2, "ax"))
    spoken = ", ".join(
        f"{say(word_or_id(HIT_TYPES, row.type))} {grouped(row.valid)}" for row in rows
    )
    return chart(height, f"{say(msg('Hits of the valid tier by type'))}: {spoken}", *parts)
