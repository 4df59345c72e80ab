"""The printable sheet in a real browser: pages, words, accessibility, and nothing from outside.

Without a browser these tests are skipped, unless CDS_BROWSER_REQUIRED=1 says that there has to be one (`.ci/browser`).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from pypdf import PdfReader

from cds import actions
from cds.holds.model import Sheet
from cds.holds.to_html import sheet_html

PATIENT = Path(__file__).parents[2] / "docs" / "images" / "hold-sheet.json"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
MORE = (
    *("Celebrex 200 mg", "indomethacin 25 MG Oral Capsule", "ketorolac nasal spray"),
    *("omeprazole 20 MG Delayed Release Oral Capsule", "metoprolol succinate 50 MG Oral Tablet"),
)
HOSTILE = (
    "<script>document.title = 'taken over'</script> & \"quotes\"",
    "<img src='https://example.org/a.png' onerror='document.title = 1'>",
    "\N{HEBREW LETTER ALEF}\N{HEBREW LETTER BET}\N{HEBREW LETTER GIMEL} \N{PILL} \N{ARABIC LETTER BEH}",
    "a" * 300,
)

loaded = cache(actions.load_ruleset)


def sheet(*names: str) -> Sheet:
    """Give the sheet of the patient of the documentation, with more medicines."""
    document: dict[str, Any] = json.loads(PATIENT.read_text(encoding="utf-8"))
    items = document["medications"]["items"]
    items += [{"id": f"n{number}", "text": name, "status": "active"} for number, name in enumerate(names)]
    return actions.hold_sheet(loaded(), actions.patient_of(document, loaded()).facts, engines="reference")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the browser of this machine."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        if os.environ.get("CDS_BROWSER_REQUIRED") == "1":
            pytest.fail("CDS_BROWSER_REQUIRED=1, and there is no browser: run .ci/browser")
        pytest.skip("there is no browser: .ci/browser installs one")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def show(browser: Browser) -> Iterator[Callable[[Sheet], Page]]:
    """Open sheets in a browser that refuses to fetch anything, and fail where one tries to."""
    context = browser.new_context(viewport={"width": 900, "height": 1200})
    wanted: list[str] = []

    def refuse(route: Any) -> None:
        wanted.append(route.request.url)
        route.abort()

    def open_sheet(shown: Sheet) -> Page:
        page = context.new_page()
        page.route("**/*", refuse)
        page.set_content(sheet_html(shown))
        return page

    yield open_sheet
    context.close()
    assert wanted == []


def printed(page: Page, paper: str) -> list[str]:
    """Print on paper, and give the words of each page."""
    read = PdfReader(BytesIO(page.pdf(format=paper, print_background=True)))
    return [" ".join(one.extract_text().split()) for one in read.pages]


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("names", [(), MORE], ids=["five", "ten"])
def test_up_to_ten_medicines_print_on_one_page(
    show: Callable[[Sheet], Page], names: tuple[str, ...], paper: str
) -> None:
    """Everything stands on one page of either paper, with every medicine and for whom it is."""
    shown = sheet(*names)
    (only,) = printed(show(shown), paper)
    assert "For healthcare professionals; not patient instructions" in only
    assert "Medication holds: demo-401" in only
    assert "page 1 of 1" in only
    assert all(line["medication"] in only for line in shown["lines"])


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_more_go_on_with_the_heading_repeated(show: Callable[[Sheet], Page], paper: str) -> None:
    """Each further page says whose it is and as of when, and no medicine is lost between pages."""
    shown = sheet(*MORE, *(f"naproxen {number} mg" for number in range(12)))
    pages = printed(show(shown), paper)
    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        assert "demo-401 | kyphoplasty booked, Tue 2026-12-01 08:00 -05:00 | as of Tue 2026-11-24" in page
        assert "For healthcare professionals; not patient instructions" in page
        assert f"page {number} of {len(pages)}" in page
    assert all(line["medication"] in " ".join(pages) for line in shown["lines"])


@pytest.mark.parametrize("names", [(), HOSTILE], ids=["plain", "hostile"])
def test_the_sheet_is_accessible(show: Callable[[Sheet], Page], names: tuple[str, ...]) -> None:
    """axe-core finds nothing against WCAG 2.1 AA or its best practices."""
    found = Axe().run(show(sheet(*names))).response["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []


def test_names_of_medicines_do_nothing_and_are_shown(show: Callable[[Sheet], Page]) -> None:
    """No name runs, fetches or widens the page; each is there as it is written."""
    page = show(sheet(*HOSTILE))
    assert page.title() == "Medication holds of demo-401"
    said = page.inner_text("table")
    assert all(name in said for name in HOSTILE)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_the_drawing_keeps_its_words_apart(show: Callable[[Sheet], Page]) -> None:
    """With the fonts of this machine no label of the drawing leaves it, and none covers another."""
    page = show(sheet())
    boxes = page.evaluate(
        "[...document.querySelectorAll('figure svg text')].map(t => { const b = t.getBBox(); const m = t.getCTM();"
        " const o = t.parentElement.tagName === 'g';"
        " return o ? null : [b.x, b.y, b.width, b.height, t.textContent] }).filter(Boolean)"
    )
    assert len(boxes) > 20
    for x, _, width, _, said in boxes:
        assert x >= 0, said
        assert x + width <= 690, said
    covering = [
        (one[4], other[4])
        for at, one in enumerate(boxes)
        for other in boxes[at + 1 :]
        if abs(one[1] - other[1]) < 2 and one[0] < other[0] + other[2] - 1 and other[0] < one[0] + one[2] - 1
    ]
    assert covering == []
