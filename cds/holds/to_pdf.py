"""A sheet as PDF, set by typst: the same words and the same drawing as in HTML.

The same sheet gives the same bytes, since the time in the file is the sheet's `as_of`. Fonts come with typst; those of
the machine are used only for letters that these do not have.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from cds.errors import InputError
from cds.facts.zones import SECOND
from cds.holds.marks import Mark, mark_svg
from cds.holds.model import Sheet
from cds.holds.printed import printed_sheet
from cds.holds.timeline import timeline_svg, timeline_words
from cds.holds.written_times import instant_of
from cds.trace.sentences import FOR_PROFESSIONALS

if TYPE_CHECKING:
    from typst import Compiler

PAPERS: Mapping[str, tuple[float, float]] = {"a4": (210, 297), "letter": (215.9, 279.4)}
"""Width and height of paper, in millimetres."""
DEFAULT_PAPER = "a4"
LETTERS_MISSING = "A name has letters that this machine has no font for: read it on the HTML sheet or in the record."
_NO_FONT = "could not be displayed with"
"""How typst says that a letter has no picture."""
_PIXELS_AN_INCH = 110.0


def sheet_pdf(sheet: Sheet, *, paper: str = DEFAULT_PAPER) -> bytes:
    """Give the printable sheet of one patient on `a4` or `letter` paper, tagged for readers of text (PDF/UA-1).

    Raises:
        InputError: the packages for sheets are not installed, or there is no such paper.
    """
    if paper not in PAPERS:
        raise InputError(f"there is no paper `{paper}`", expected="`a4` or `letter`")
    width, height = PAPERS[paper]
    compiler = _compiler()
    from typst import TypstError  # noqa: PLC0415  # only printing needs it

    given = _given(sheet, width, height)
    try:
        return _compiled(compiler, sheet, given, format="pdf", pdf_standards="ua-1")
    except TypstError as error:
        if _NO_FONT not in error.message:
            raise
        # PDF/UA forbids letters without a picture; a sheet that says so is better than none.
        given["remark"] = f"{given['remark']} {LETTERS_MISSING}".strip()
        return _compiled(compiler, sheet, given, format="pdf")


def sheet_png(sheet: Sheet) -> bytes:
    """Give a picture of a sheet, as high as it needs, for a page about it.

    Raises:
        InputError: the packages for sheets are not installed.
    """
    width, _ = PAPERS[DEFAULT_PAPER]
    return _compiled(_compiler(), sheet, _given(sheet, width, None), format="png", ppi=_PIXELS_AN_INCH)


def _given(sheet: Sheet, width: float, height: float | None) -> dict[str, Any]:
    printed = printed_sheet(sheet)
    return {
        **printed,
        "lines": [{**line, "mark": _mark(line["mark"])} for line in printed["lines"]],
        "timeline": timeline_svg(sheet),
        "timeline_words": timeline_words(sheet),
        "for_professionals": FOR_PROFESSIONALS,
        "width": width,
        "height": height,
    }


def _compiled(compiler: Compiler, sheet: Sheet, given: Mapping[str, Any], **options: Any) -> bytes:
    # The words go in as data: nothing of them is ever read as markup.
    compiled: Any = compiler.compile(
        files("cds.holds").joinpath("templates/sheet.typ").read_bytes(),
        sys_inputs={"sheet": json.dumps(given)},
        timestamp=max(instant_of(sheet["as_of"]) // SECOND, 0),
        **options,
    )
    return bytes(compiled)


def _mark(mark: Mark) -> dict[str, str]:
    return {"word": mark.word, "colour": mark.colour, "svg": mark_svg(mark)}


@cache
def _compiler() -> Compiler:
    try:
        from typst import Compiler  # noqa: PLC0415  # only printing needs it
    except ImportError as error:
        raise InputError("PDF needs a package that is not installed", expected="`pip install cds[sheets]`") from error
    return Compiler()
