"""A dataset of hundreds of sources stays readable, and its sums still add up."""

from dataclasses import replace

import pytest

from pipelines.report.assemble import assemble
from pipelines.report.html import render_html

SOURCES = 355


@pytest.fixture(scope="module")
def crowded(sample):
    record = sample.sample_record()
    first, part = record.dataset.sources[0], record.profile.sources[0]
    sources = tuple(
        replace(
            first,
            id=f"package-{i:03d}",
            licence=replace(first.licence, id=f"Sample-{i % 20}", spdx=f"Sample-{i % 20}"),
        )
        for i in range(SOURCES)
    )
    parts = tuple(replace(part, source=f"package-{i:03d}", records=20 + i) for i in range(SOURCES))
    total = sum(p.records for p in parts)
    return replace(
        record,
        dataset=replace(record.dataset, sources=sources),
        profile=replace(record.profile, sources=parts, records=total, keywords=None),
    )


def test_every_source_is_in_the_model_and_thirty_in_the_table(sample, page, crowded) -> None:
    report = assemble(crowded, sample.catalogue())
    html = render_html(report, "en")
    text = " ".join(page.lines(html))

    assert len(report.article_7.sources) == SOURCES
    assert report.article_7.sources[0].records == 374
    assert sum(source.printed for source in report.article_7.sources) == 30
    assert "other sources: 325" in text
    assert len(html) < 400_000


def test_a_small_source_without_a_licence_is_not_gathered_with_the_others(
    sample, page, crowded
) -> None:
    sources = crowded.dataset.sources
    unstated = replace(sources[0], licence=replace(sources[0].licence, id=None, spdx=None))
    dataset = replace(crowded.dataset, sources=(unstated, *sources[1:]))
    html = render_html(assemble(replace(crowded, dataset=dataset), sample.catalogue()), "en")

    rows = [element.text for element in page.read(html) if element.name == "tr"]
    assert any("package-000" in row and "Not stated" in row for row in rows)


def test_the_rows_of_the_table_add_up_to_all_records(sample, page, crowded) -> None:
    html = render_html(assemble(crowded, sample.catalogue()), "en")
    cells = [
        int(e.text.replace(",", ""))
        for e in page.read(html)
        if e.name == "td" and e.attributes.get("data-l") == "Records"
    ]

    assert len(cells) == 32
    assert sum(cells[:-1]) == cells[-1] == crowded.profile.records


def test_the_chart_gathers_small_sources_and_licences_without_losing_a_record(
    sample, crowded
) -> None:
    flows = assemble(crowded, sample.catalogue()).article_7.flows

    assert sum(flow.records for flow in flows) == crowded.profile.records
    assert len({flow.source for flow in flows}) == 13
    assert len({flow.licence for flow in flows}) == 8


def test_the_small_multiples_end_with_the_others(sample, page, crowded) -> None:
    text = page.lines(render_html(assemble(crowded, sample.catalogue()), "en"))

    assert sum(line.startswith("[Lengths of") for line in text) == 13
    assert any("[Lengths of other sources: 343]" in line for line in text)


def test_traces_of_many_languages_are_gathered_without_losing_a_record(sample, page) -> None:
    record = sample.sample_record()
    traces = {f"q{chr(ord('a') + i)}": 20 - i for i in range(20)}
    spoken = {"zh": 500, "other": 7, "und": 3, "mixed": 2, **traces}
    profile = replace(record.profile, languages=spoken, records=sum(spoken.values()))
    report = assemble(replace(record, profile=profile), sample.catalogue())
    (kind,) = [one for one in report.article_19 if str(one.topic) == "Type"]
    items = {str(one.label): one.share.count for one in kind.lines[0].items}

    assert sum(items.values()) == sum(spoken.values())
    assert list(items)[:3] == ["Chinese", "other languages", "qa"]
    assert items["other languages"] == 7 + sum(range(1, 10))
    assert (items["undetermined"], items["mixed"]) == (3, 2)
    assert len(items) == 12 + 3
