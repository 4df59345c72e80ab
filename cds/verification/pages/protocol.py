"""One area's rules as a checklist that a clinician can read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from cds.ruleset.model import Rule, RulePosition
from cds.verification.pages.condition_words import outlined
from cds.verification.pages.edition import FOR_PROFESSIONALS, Edition, area_title
from cds.verification.pages.marked import markdown, name


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a checklist, in marked text."""

    rule: str
    title: str
    when: str
    do: str
    sources: str


def points_of(area: str, edition: Edition) -> dict[str, list[Point]]:
    """Give the points of an area by severity, the most urgent first."""
    by_severity = groupby(edition.in_area(area), key=lambda rule: rule.then.severity)
    return {severity: [_point(rule, edition) for rule in rules] for severity, rules in by_severity}


def identity_text(edition: Edition) -> str:
    """Say which ruleset a protocol is of."""
    document = edition.loaded.document
    return f"{name(document.id)} {document.version}, {name(edition.loaded.digest)}"


def protocol_page(area: str, edition: Edition) -> str:
    """Give the protocol of an area, in Markdown."""
    return "\n".join([*_lines(area, edition), ""])


def _lines(area: str, edition: Edition) -> Iterator[str]:
    yield f"# Protocol: {area_title(area)}"
    yield ""
    yield f"**{markdown(edition.standing)}** {FOR_PROFESSIONALS}"
    yield ""
    yield f"{markdown(identity_text(edition))}. [Index](index.md), [to print](protocol-{area}.html)"
    for severity, points in points_of(area, edition).items():
        yield ""
        yield f"## {severity.capitalize()}"
        yield ""
        for point in points:
            yield f"- [ ] **[{markdown(point.title)}]({area}/{point.rule}.md)**"
            yield f"  - When {markdown(point.when)}"
            yield f"  - {markdown(point.do)}"
            yield f"  - {markdown(point.sources)}"


def _point(rule: Rule, edition: Edition) -> Point:
    sources = sorted({source if isinstance(source, str) else source.id for source in rule.sources})
    return Point(rule.id, rule.title, _when(rule, edition), rule.then.text or rule.title, ", ".join(sources))


def _when(rule: Rule, edition: Edition) -> str:
    """Give the condition in one line: that of the adopted position, or of every one where none is."""
    parameters = edition.loaded.document.parameters
    if rule.when is not None:
        return outlined(rule.when, parameters).line
    adopted: RulePosition | None = rule.positions.get(rule.resolve.adopt) if rule.resolve else None
    if adopted is not None:
        return outlined(adopted.when, parameters).line
    return "; ".join(
        f"by {name(source)}: {outlined(each.when, parameters).line}" for source, each in sorted(rule.positions.items())
    )
