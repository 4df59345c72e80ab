"""A sheet as PDF: the words of the HTML, on one page, the same bytes every time."""

from __future__ import annotations

import sys
from io import BytesIO
from typing import Any

import pytest
from made_up_sheets import METFORMIN, NAPROXEN, UNKNOWN, overdue, sheet
from pypdf import PdfReader

from cds.errors import InputError
from cds.holds import to_pdf
from cds.holds.model import Sheet
from cds.holds.to_pdf import PAPERS, sheet_pdf, sheet_png


def pages(of: Sheet, paper: str = "a4") -> list[str]:
    """Give the words of each page."""
    read = PdfReader(BytesIO(sheet_pdf(of, paper=paper)))
    return [" ".join(page.extract_text().split()) for page in read.pages]


def ten() -> list[dict[str, Any]]:
    """Give ten medicines, of which most have something to say."""
    known = ("Celebrex 200 mg", "indomethacin 25 mg", "sulindac 200 mg", "metformin", "lisinopril", "omeprazole")
    return [{**NAPROXEN, "text": f"naproxen {number}00 mg"} for number in (1, 2)] + [
        {**METFORMIN, "text": name} for name in known
    ] + [{**UNKNOWN, "text": f"tablet {number}"} for number in (1, 2)]  # fmt: skip


def test_a_page_says_what_the_sheet_says() -> None:
    """Heading, state, dates, arithmetic, identity, and for whom it is."""
    shown = overdue("demo-7")
    (page,) = pages(shown)
    assert "Medication holds: demo-7" in page
    assert "For healthcare professionals; not patient instructions" in page
    assert "Overdue." in page
    assert "Mon 2026-11-30" in page
    assert shown["ruleset"]["digest"][7:19] in page
    assert "page 1 of 1" in page


@pytest.mark.parametrize("paper", PAPERS)
def test_ten_medicines_fit_on_one_page(paper: str) -> None:
    """One page of either paper, of the size that it says."""
    shown = sheet("a", *ten())
    assert len(pages(shown, paper)) == 1
    box = PdfReader(BytesIO(sheet_pdf(shown, paper=paper))).pages[0].mediabox
    assert (float(box.width), float(box.height)) == pytest.approx(
        tuple(side / 25.4 * 72 for side in PAPERS[paper]), abs=0.1
    )


def test_more_go_on_with_the_heading_repeated() -> None:
    """Every page says whose it is, when, for whom, and which page it is."""
    found = pages(sheet("demo-8", *ten(), *ten(), *ten()))
    assert len(found) > 1
    for number, page in enumerate(found, 1):
        assert "demo-8" in page
        assert "For healthcare professionals; not patient instructions" in page
        assert f"page {number} of {len(found)}" in page
    assert "State, medication, and what to do by when" in found[1]


def test_the_same_sheet_gives_the_same_bytes() -> None:
    """The time in the file is that of the sheet, not that of the clock."""
    first = sheet_pdf(overdue("a"))
    assert first == sheet_pdf(overdue("a"))
    made = PdfReader(BytesIO(first)).metadata
    assert made is not None
    assert made.creation_date is not None
    assert made.creation_date.isoformat() == "2026-11-23T14:00:00+00:00"


@pytest.mark.parametrize(
    "name",
    [
        "#panic() $x$ *bold* \\ ] [ <label> @ref // no",
        "A & B <b> \"C\" 'D'",
        "\N{GREEK SMALL LETTER ALPHA} \N{CYRILLIC CAPITAL LETTER ZHE}",
    ],
)
def test_names_of_medicines_are_never_read_as_markup(name: str) -> None:
    """Whatever a record calls a medicine is printed as it stands there."""
    (page,) = pages(sheet("a", {**UNKNOWN, "text": name}))
    assert name in page


@pytest.mark.parametrize("letters", ["\N{HEBREW LETTER ALEF}\N{HEBREW LETTER BET}", "\N{TIBETAN LETTER KA} \N{PILL}"])
def test_letters_of_other_scripts_do_not_stop_a_sheet(letters: str) -> None:
    """They are printed as far as there are fonts; where there are none, the sheet says that letters are missing."""
    (page,) = pages(sheet("a", {**UNKNOWN, "text": letters}))
    assert (letters in page) != ("letters that this machine has no font for" in page)


def test_the_file_is_made_for_readers_of_text() -> None:
    """It is tagged, says its language, and has a title."""
    read = PdfReader(BytesIO(sheet_pdf(overdue("a"))))
    assert read.root_object["/MarkInfo"]["/Marked"]
    assert read.root_object["/Lang"] == "en"
    assert read.metadata is not None
    assert read.metadata.title == "Medication holds of a"


def test_a_picture_is_a_png_file() -> None:
    """The picture for a page of documentation is one image."""
    assert sheet_png(overdue("a")).startswith(b"\x89PNG\r\n\x1a\n")


def test_other_paper_is_refused() -> None:
    """There are two sizes of paper."""
    with pytest.raises(InputError, match="`legal`"):
        sheet_pdf(sheet("a"), paper="legal")


def test_a_missing_package_is_named_with_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has not installed the packages for sheets is told how."""
    monkeypatch.setitem(sys.modules, "typst", None)
    to_pdf._compiler.cache_clear()  # noqa: SLF001  # the compiler of an earlier test
    with pytest.raises(InputError, match=r"pip install cds\[sheets\]"):
        sheet_pdf(sheet("a"))
