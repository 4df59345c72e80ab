"""The protocol of an area as a page to print: one HTML file that needs no other."""

from __future__ import annotations

from collections.abc import Iterator

from cds.trace.sentences import FOR_PROFESSIONALS
from cds.verification.pages.edition import Edition, area_title
from cds.verification.pages.marked import as_html
from cds.verification.pages.protocol import OUT_OF_FORCE, Point, identity_text, protocol_of

_STYLE = """\
@page { size: A4; margin: 10mm }
body { font: 9pt/1.3 sans-serif; margin: 1em auto; max-width: 75em; color: #000; background: #fff }
h1 { font-size: 14pt; margin: 0 }
h2 { font-size: 10.5pt; margin: .8em 0 .2em; border-bottom: 1px solid }
p { margin: .2em 0 }
ul { list-style: none; padding: 0; margin: 0; columns: 2; column-gap: 2em }
li { break-inside: avoid; margin: 0 0 .5em; padding-left: 1.6em; position: relative }
li::before { content: "\\2610"; position: absolute; left: 0 }
.small { font-size: 80%; overflow-wrap: anywhere }
.standing { border: 2px solid; padding: .2em .5em; font-weight: bold; display: inline-block }
@media print {
  body { margin: 0; font-size: 7pt }
  h1 { font-size: 11pt }
  h2 { font-size: 8pt }
  ul { columns: 3 }
}"""


def printed_protocol(area: str, edition: Edition) -> str:
    """Give the protocol of an area, in HTML."""
    return "\n".join([*_lines(area, edition), ""])


def _lines(area: str, edition: Edition) -> Iterator[str]:
    title = f"Protocol: {area_title(area)}"
    yield "<!DOCTYPE html>"
    yield '<html lang="en">'
    yield f'<head><meta charset="utf-8"><title>{as_html(title)}</title>'
    yield f"<style>\n{_STYLE}\n</style></head>"
    yield "<body>"
    yield f"<h1>{as_html(title)}</h1>"
    yield f'<p class="standing">{as_html(edition.standing)}</p>'
    yield f"<p>{FOR_PROFESSIONALS}</p>"
    yield f'<p class="small">{as_html(identity_text(edition))}</p>'
    protocol = protocol_of(area, edition)
    for severity, points in protocol.points.items():
        yield f"<h2>{severity.capitalize()}</h2>"
        yield "<ul>"
        yield from map(_item, points)
        yield "</ul>"
    if protocol.out_of_force:
        titles = "; ".join(rule.title for rule in protocol.out_of_force)
        yield f'<p class="small">{as_html(f"{OUT_OF_FORCE}: {titles}.")}</p>'
    yield "</body>"
    yield "</html>"


def _item(point: Point) -> str:
    when = f'<p class="small">{as_html(point.when)}</p>'
    sources = f'<p class="small">{as_html(point.sources)}</p>'
    return f"<li><b>{as_html(point.title)}</b>{when}<p>{as_html(point.do)}</p>{sources}</li>"
