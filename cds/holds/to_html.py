"""A sheet as one HTML file: no script, nothing from outside, made to be printed."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from typing import TYPE_CHECKING

from cds.errors import InputError
from cds.holds.marks import mark_svg
from cds.holds.model import Sheet
from cds.holds.printed import printed_sheet
from cds.holds.timeline import timeline_svg
from cds.trace.sentences import FOR_PROFESSIONALS

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

_DAY = re.compile(r"(?:[A-Z][a-z]{2} )?[0-9]{4}-[0-9]{2}-[0-9]{2}")


def sheet_html(sheet: Sheet) -> str:
    """Give the printable sheet of one patient.

    Raises:
        InputError: the packages for sheets are not installed.
    """
    return _template().render(
        sheet=printed_sheet(sheet), timeline=timeline_svg(sheet), mark=mark_svg, for_professionals=FOR_PROFESSIONALS
    )


@cache
def _template() -> Template:
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415  # only printing needs it
    except ImportError as error:
        raise InputError(
            "printable sheets need a package that is not installed", expected="`pip install cds[sheets]`"
        ) from error
    environment = Environment(
        loader=PackageLoader("cds.holds"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["days_whole"] = _days_whole
    return environment.get_template("sheet.html")


def _days_whole(text: str) -> Markup:
    """Give a text as HTML in which no line ends within a date."""
    from markupsafe import Markup  # noqa: PLC0415  # comes with jinja2

    return Markup(_DAY.sub(r'<span class="day">\g<0></span>', escape(text)))  # noqa: S704  # escaped just before
