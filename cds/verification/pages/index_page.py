"""The index of a ruleset's pages, by area."""

from __future__ import annotations

from collections.abc import Iterator

from cds.trace.sentences import FOR_PROFESSIONALS
from cds.verification.pages.edition import Edition, area_title, plain
from cds.verification.pages.marked import markdown, name, table


def index_page(edition: Edition) -> str:
    """Give the index, in Markdown."""
    return "\n".join([*_lines(edition), ""])


def _lines(edition: Edition) -> Iterator[str]:
    document = edition.loaded.document
    yield f"# {markdown(document.title)}"
    yield ""
    yield f"**{markdown(edition.standing)}** {FOR_PROFESSIONALS}"
    yield ""
    yield f"{markdown(name(document.id))} {document.version}, digest `{edition.loaded.digest}`"
    for area in edition.area_names:
        yield ""
        yield f"## {area_title(area)}"
        yield ""
        yield f"Protocol: [page](protocol-{area}.md), [to print](protocol-{area}.html)"
        yield ""
        rows = [
            (
                f"[{markdown(rule.title)}]({area}/{rule.id}.md)",
                markdown(name(rule.id)),
                plain(rule.kind),
                rule.then.severity,
                str(len(edition.cases.get(rule.id, ()))),
            )
            for rule in edition.in_area(area)
        ]
        yield from table(("Rule", "Id", "Kind", "Severity", "Cases"), rows)
