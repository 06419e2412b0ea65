"""What came, went and changed between two runs, as bars on one scale."""

from collections.abc import Mapping

from markupsafe import Markup

from pipelines.model.message import msg
from pipelines.report.charts.svg import Say, chart, fit, grouped, line, rect, text
from pipelines.report.words import CHANGES

LEFT = 204.0


def changes(counts: Mapping[str, int], say: Say) -> Markup:
    """A row for each kind of change; outlined is what went."""
    scale = 62 / max(*counts.values(), 1)
    parts = []
    for place, (name, words) in enumerate(CHANGES.items()):
        y, count = 14 + 20 * place, counts.get(name, 0)
        style = "bo" if name.endswith("removed") else "b"
        parts.append(text(0, y, fit(say(words), LEFT - 8)))
        if count:
            parts.append(rect(LEFT, y - 9, max(count * scale, 1.0), 10, style))
        parts.append(text(LEFT + 5 + count * scale, y, grouped(count)))
    height = 20 * len(CHANGES) + 2
    parts.append(line(LEFT, 2, LEFT, height - 4, "ax"))
    spoken = ", ".join(f"{say(words)} {grouped(counts.get(n, 0))}" for n, words in CHANGES.items())
    return chart(height, f"{say(msg('Changes since the run before'))}: {spoken}", *parts)
