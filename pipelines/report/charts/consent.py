"""Consent coverage: one bar to scale, and the remainder once more, enlarged."""

from markupsafe import Markup

from pipelines.model.message import Message, msg
from pipelines.report.charts.svg import WIDTH, Say, chart, grouped, rect, tag, text
from pipelines.report.figures import Share
from pipelines.report.model_articles import ConsentPart
from pipelines.report.words import CONSENT_STATES

ENLARGED = 0.75
"""Share of valid records from which the rest is drawn once more, enlarged."""

BARS = {"unk": "h", "not": "fn", "b": "b"}
TEXTS = {"unk": "tb fu", "not": "tb fn", "b": "tb"}


def consent(part: ConsentPart, say: Say) -> Markup:
    """Valid against everything else; the rest enlarged below, each state with its share."""
    valid = dict(part.states).get("valid", 0)
    rest = [(state, count) for state, count in part.states if state != "valid"]
    whole = WIDTH * valid / part.base
    words = f"{say(msg('valid'))} {grouped(valid)} · {Share(count=valid, base=part.base).percent}"
    parts = [text(0, 12, words, "tb"), rect(0, 18, whole, 20, "b")]
    x = whole
    for state, count in rest:
        width = WIDTH * count / part.base
        parts.append(rect(x, 18, width, 20, _bar(state)))
        x += width
    tiny = whole > ENLARGED * WIDTH
    if rest and tiny:
        parts += _enlarged(rest, part.base, whole, say)
    parts += _labels(rest, part.base, 103 if tiny else 54, say)
    height = (92 if tiny else 43) + 16 * len(rest)
    spoken = ", ".join(
        f"{say(_word(state))} {Share(count=count, base=part.base).percent}"
        for state, count in part.states
    )
    return chart(height, f"{say(msg('Consent coverage'))}: {spoken}", *parts)


def _enlarged(rest: list[tuple[str, int]], base: int, whole: float, say: Say) -> list[Markup]:
    missing = sum(count for _, count in rest)
    share = Share(count=missing, base=base).percent or ""
    parts = [
        tag("path", d=f"M{whole:.1f} 38L0 66M{WIDTH} 38V66", class_="s2"),
        text(
            WIDTH, 60, say(msg("the remaining {share}, enlarged below", share=share)), "t2", "end"
        ),
    ]
    x = 0.0
    for state, count in rest:
        width = WIDTH * count / missing
        parts.append(rect(x, 66, max(width - 1.2, 0.8), 20, _bar(state)))
        x += width
    return parts


def _labels(rest: list[tuple[str, int]], base: int, top: float, say: Say) -> list[Markup]:
    parts = []
    for place, (state, count) in enumerate(rest):
        of_all = Share(count=count, base=base).percent
        note = f" · {say(msg('never counted as valid'))}" if state == "not_linkable" else ""
        label = tag(
            "text",
            f"{say(_word(state))} {grouped(count)}",
            tag("tspan", f" · {of_all}{note}", class_="t2", font_weight="400"),
            x=0,
            y=top + 16 * place,
            class_=TEXTS[CONSENT_STATES[state].tone] if state in CONSENT_STATES else "tb fu",
        )
        parts.append(label)
    return parts


def _bar(state: str) -> str:
    return BARS[CONSENT_STATES[state].tone] if state in CONSENT_STATES else "h"


def _word(state: str) -> Message | str:
    return CONSENT_STATES[state].text if state in CONSENT_STATES else state
