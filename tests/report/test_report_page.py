import re
from dataclasses import replace

from pipelines.report.assemble import assemble
from pipelines.report.catalogue_view import Bilingual
from pipelines.report.html import render_html
from pipelines.report.model import Report

FOREIGN = {"script", "iframe", "object", "embed", "link", "img", "form", "base", "foreignobject"}


def test_every_number_in_the_chinese_page_is_in_the_english_one(page, chinese, english) -> None:
    zh, en = page.numbers(chinese), page.numbers(english)

    assert len(zh) > 400
    assert zh == en


def test_no_english_sentence_of_ours_is_left_in_the_chinese_page(page, report, chinese) -> None:
    shown = " ".join(page.lines(chinese))

    assert "Not tested" not in shown
    assert "No result" not in shown
    assert "未检测" in shown


def test_the_page_loads_nothing_and_runs_nothing(page, chinese) -> None:
    elements = page.read(chinese)

    assert not FOREIGN & {element.name for element in elements}
    assert "url(http" not in chinese
    assert "@import" not in chinese
    for element in elements:
        for name, value in element.attributes.items():
            assert not name.startswith("on")
            if name in {"href", "src"}:
                assert value.startswith("#") or re.fullmatch(
                    r"(report|history)\.(zh|en)\.html", value
                )


def test_a_policy_forbids_the_page_to_load_anything(page, chinese) -> None:
    policies = [
        element.attributes["content"]
        for element in page.read(chinese)
        if element.attributes.get("http-equiv") == "Content-Security-Policy"
    ]

    assert len(policies) == 1
    assert policies[0].startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")


def test_the_page_says_its_language_and_has_one_main_heading(page, chinese, english) -> None:
    for html, lang, other in ((chinese, "zh", "en"), (english, "en", "zh")):
        elements = page.read(html)
        assert [e.attributes["lang"] for e in elements if e.name == "html"] == [lang]
        assert sum(1 for e in elements if e.name == "h1") == 1
        switch = next(e for e in elements if e.attributes.get("hreflang"))
        assert switch.attributes["href"] == f"report.{other}.html"
        assert switch.attributes["lang"] == other


def test_every_table_has_a_caption_and_every_chart_a_spoken_label(page, chinese) -> None:
    elements = page.read(chinese)
    tables = [e for e in elements if e.name == "table"]
    charts = [e for e in elements if e.name == "svg" and e.attributes.get("role") == "img"]

    assert len(tables) >= 12
    assert all("caption" in table.names for table in tables)
    assert len(charts) >= 24
    assert all(len(chart.attributes["aria-label"]) > 5 for chart in charts)
    hidden = [e for e in elements if e.name == "svg" and e not in charts]
    assert all(e.attributes.get("aria-hidden") == "true" for e in hidden)


def test_every_link_inside_the_page_leads_somewhere(page, chinese) -> None:
    elements = page.read(chinese)
    ids = [e.attributes["id"] for e in elements if "id" in e.attributes]
    targets = {
        e.attributes["href"][1:] for e in elements if e.attributes.get("href", "")[:1] == "#"
    }

    assert len(ids) == len(set(ids))
    assert targets <= set(ids)
    assert {"F01", "SRC-06", "main"} <= targets


def test_every_figure_is_in_the_provenance_table_with_its_level(
    page, report: Report, english
) -> None:
    rows = {e.attributes.get("id"): e.text for e in page.read(english) if e.name == "tr"}

    assert len(report.figures) == 22
    for figure in report.figures:
        assert figure.number in rows
        assert str(figure.name) in rows[figure.number]


def test_the_proposal_and_the_decision_stand_apart(page, english) -> None:
    cells = [e for e in page.read(english) if e.name == "td" and e.attributes.get("class") == "dec"]
    undecided = [cell for cell in cells if cell.text == "Not yet decided"]

    assert len(cells) == 9
    assert len(undecided) == 6
    assert any("Differs from the proposal: sample reason" in cell.text for cell in cells)


def test_no_score_and_no_legal_conclusion_is_printed(page, chinese, english) -> None:
    zh, en = " ".join(page.lines(chinese)), " ".join(page.lines(english)).lower()

    assert not re.search("合规|违法|得分", zh)
    assert not re.search(r"\b(compliant|illegal|guaranteed|safe|score)\b", en)


def test_words_between_backticks_are_set_as_code(sample, page) -> None:
    catalogue = sample.catalogue()
    view = catalogue.controls["SRC-06"]
    remedy = Bilingual(zh="写明 `record.subject` 列", en="give the `record.subject` <column>")
    changed = replace(
        catalogue, controls={**catalogue.controls, "SRC-06": replace(view, remedy=remedy)}
    )
    elements = page.read(render_html(assemble(sample.sample_record(), changed), "en"))
    cell = next(e for e in elements if e.text == "give the record.subject <column>")

    assert cell.names == ["code"]
