"""The report opened in a real browser: hostile text stays text, and no request leaves the page."""

from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LANGUAGES = ("zh", "en")
WIDTHS = (1200, 390, 320)
PRINTED = (680, 990)
"""Width and height in CSS pixels of what is printed on a page of A4 (210 - 30 by 297 - 35 mm)."""
NAMES = ("hostile report", "hostile history", "example report", "example history")


@pytest.fixture(scope="module")
def pages(audited, audit_example) -> dict[str, dict[str, str]]:
    """Addresses of the pages, by what was audited, page and language."""
    example = audit_example("support-dialogues")
    folders = {"hostile": audited.report, "example": Path(example.json["report"]["json"]).parent}
    return {
        f"{name} {page}": {lang: (folder / f"{page}.{lang}.html").as_uri() for lang in LANGUAGES}
        for name, folder in folders.items()
        for page in ("report", "history")
    }


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_the_page_stays_within_itself_and_within_the_screen(pages, browser, name, lang) -> None:
    for width in WIDTHS:
        with browser.page(pages[name][lang], width) as page:
            assert page.requests == [pages[name][lang]]
            assert "owned" not in page.evaluate("document.title")
            elements = "script,iframe,object,embed,form,base,img,meta[http-equiv=refresh]"
            elements += ",use:not([href^='#'])"
            assert page.evaluate(f"document.querySelectorAll(`{elements}`).length") == 0
            handlers = "[...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames())"
            assert page.evaluate(f"{handlers}.filter(n => n.startsWith('on')).length") == 0
            links = "[...document.querySelectorAll('[href]')].map(e => e.getAttribute('href'))"
            assert not [h for h in page.evaluate(links) if h.lower().startswith("javascript")]
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate("document.documentElement.lang").startswith(lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_hostile_text_is_shown_as_it_was_written(pages, browser, hostile, lang) -> None:
    with browser.page(pages["hostile report"][lang], 1200) as page:
        text = page.evaluate("document.body.textContent")
    # markup, formulas and template syntax, letter by letter
    for said in (hostile.MARKUP[0], hostile.MARKUP[2], hostile.FORMULAS[0], "{0.__class__}"):
        assert said in text
    assert "{{ 7*7 }}" in text


@pytest.mark.parametrize("name", NAMES)
def test_the_printed_report_has_pages_of_a4(pages, browser, name) -> None:
    for lang in LANGUAGES:
        with browser.page(pages[name][lang], 1200) as page:
            sizes = page.printed_sizes()
        assert sizes
        # 210 by 297 mm in points, to the point
        assert {(round(width), round(height)) for width, height in sizes} <= {
            (595, 842),
            (594, 841),
        }


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_front_is_printed_on_one_page_and_short_names_on_one_line(pages, browser, lang) -> None:
    with browser.page(pages["example report"][lang], PRINTED[0]) as page:
        page.call("Emulation.setEmulatedMedia", media="print")
        legend = "document.querySelector('.legend').getBoundingClientRect()"
        assert page.evaluate(f"{legend}.bottom") <= PRINTED[1]
        # pseudonyms and ids of controls have hyphens, at which a browser likes to break them
        names = "[...document.querySelectorAll('.who tbody th, .why a')]"
        lines = "(range => (range.selectNodeContents(e), range.getClientRects().length))"
        counts = page.evaluate(f"{names}.map(e => {lines}(document.createRange()))")
    assert len(counts) > 8
    assert set(counts) == {1}


def test_text_stands_out_from_its_background(pages, browser) -> None:
    """Contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3) between body text and its background."""
    with browser.page(pages["example report"]["en"], 1200) as page:
        style = "getComputedStyle(document.documentElement)"
        colours = [page.evaluate(f"{style}.{name}") for name in ("color", "backgroundColor")]
    light, dark = sorted((_luminance(colour) for colour in colours), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def _luminance(colour: str) -> float:
    """Relative luminance of an `rgb(…)` colour (WCAG 2.2); transparent is the white of paper."""
    numbers = [float(part) for part in colour.partition("(")[2].rstrip(")").split(",")]
    if len(numbers) == 4 and numbers[3] == 0:
        return 1.0
    linear = [
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in (number / 255 for number in numbers[:3])
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
