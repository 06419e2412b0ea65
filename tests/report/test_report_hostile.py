"""Whatever comes from data is shown as text: markup, scripts, formulas, hidden characters."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from enum import Enum

import pytest

from pipelines.model.message import Message, msg
from pipelines.report.assemble import assemble
from pipelines.report.html import render_html

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'>{{ 7 * 7 }}</style>&lt;"
HIDDEN = "=cmd|'/c'!A1\u202egnp.exe\x1b[31m\u200b\x07\r\nnext"
EVIL = MARKUP + HIDDEN


def _poison(value: object, poison: Callable[[str], str]) -> object:
    """The value with every free text in it made hostile."""
    match value:
        case Enum():
            return value
        case Message():
            return Message(
                value.text, {name: _poison(v, poison) for name, v in value.values.items()}
            )
        case str():
            return poison(value)
        case tuple():
            return tuple(_poison(item, poison) for item in value)
        case dict():
            return {key: _poison(held, poison) for key, held in value.items()}
        case _ if is_dataclass(value) and not isinstance(value, type):
            return replace(
                value, **{f.name: _poison(getattr(value, f.name), poison) for f in fields(value)}
            )
        case _:
            return value


@pytest.fixture(scope="module")
def poisoned(sample):
    record = sample.sample_record()
    dataset = replace(
        record.dataset,
        title={"zh": EVIL, "en": EVIL},
        sources=tuple(
            replace(
                source,
                publisher=EVIL,
                url=f"javascript:alert(1)//{EVIL}",
                territory=EVIL,
                licence=replace(source.licence, id=EVIL, spdx=None),
            )
            for source in record.dataset.sources
        ),
    )
    rules = replace(dataset.annotation.rules, version=EVIL, approved_by=(EVIL,), coefficient=EVIL)
    dataset = replace(dataset, annotation=replace(dataset.annotation, rules=rules))
    results = tuple(
        replace(
            result,
            findings=tuple(
                replace(
                    finding,
                    subject=f"source:{EVIL}",
                    message=msg("{text}", text=EVIL),
                    places=(EVIL, *finding.places),
                )
                for finding in result.findings
            ),
        )
        for result in record.results
    )
    clauses = tuple(
        replace(c, decided_by=EVIL, reason=EVIL) if c.decided else c for c in record.clauses
    )
    return replace(
        record,
        dataset=dataset,
        policy_version=EVIL,
        results=results,
        clauses=clauses,
        quarantine=({"file": EVIL, "row": 1, "reason": "malformed", "extent": "one"},),
        profile=replace(record.profile, quarantine_reasons={"malformed": 213, EVIL: 1}),
        annotators=tuple(replace(p, id=f"{EVIL}{p.id}") for p in record.annotators),
        label_counts={f"{EVIL}{label}": n for label, n in record.label_counts.items()},
        draws=tuple(replace(d, lot=EVIL, seed=EVIL, algorithm=EVIL) for d in record.draws),
        contamination=replace(
            record.contamination,
            sets=tuple(replace(one, dataset=EVIL) for one in record.contamination.sets),
        ),
        run=replace(record.run, code_version=EVIL),
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_hostile_text_adds_no_element_and_no_handler(sample, page, poisoned, lang) -> None:
    html = render_html(assemble(poisoned, sample.catalogue()), lang)
    elements = page.read(html)

    assert not {"script", "img"} & {element.name for element in elements}
    assert not [n for e in elements for n in e.attributes if n.startswith("on")]
    assert not [e for e in elements if e.attributes.get("href", "").startswith("javascript")]
    assert "<script" not in html
    assert "alert(1)" in html


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_characters_that_hide_or_turn_text_are_named(sample, poisoned, lang) -> None:
    html = render_html(assemble(poisoned, sample.catalogue()), lang)

    assert not {"\u202e", "\x1b", "\u200b", "\x07", "\r"} & set(html)
    assert "⟨U+202E⟩gnp.exe⟨U+001B⟩[31m" in html
    assert "{{ 7 * 7 }}" in html
    assert "49</" not in html.replace("0.949</", "")


def test_the_style_sheet_cannot_be_left_by_a_name(sample, page, poisoned) -> None:
    record = replace(poisoned, run=replace(poisoned.run, id='"}</style><script>x', dataset='a"\\b'))
    html = render_html(assemble(record, sample.catalogue()), "en")
    style = next(element for element in page.read(html) if element.name == "style")

    assert "<" not in style.text
    assert '"a??b · sha256:' in style.text


def test_a_report_whose_every_text_is_hostile_still_has_both_languages_alike(
    sample, page, report
) -> None:
    evil = _poison(report.article_7.sources, lambda text: text if len(text) < 3 else EVIL)
    keep = replace(
        report,
        article_7=replace(
            report.article_7,
            sources=tuple(
                replace(e, number=s.number, type=s.type, standing=s.standing)
                for e, s in zip(evil, report.article_7.sources, strict=True)
            ),
        ),
    )

    assert page.numbers(render_html(keep, "zh")) == page.numbers(render_html(keep, "en"))


def test_a_name_of_a_million_characters_is_cut_and_counted(sample, report) -> None:
    sources = report.article_7.sources
    long = replace(
        report.article_7, sources=(replace(sources[0], id="n" * 1_000_000), *sources[1:])
    )
    html = render_html(replace(report, article_7=long), "en")

    assert len(html) < 300_000
    assert "(+999700)" in html
