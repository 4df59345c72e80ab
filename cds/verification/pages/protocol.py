"""One area's rules as a checklist that a clinician can read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from cds.ruleset.conditions import Condition
from cds.ruleset.model import Rule
from cds.trace.sentences import FOR_PROFESSIONALS
from cds.verification.pages.condition_words import adopted_text, date_texts, outlined
from cds.verification.pages.edition import Edition, area_title
from cds.verification.pages.in_force import in_force
from cds.verification.pages.marked import filled, markdown, name

OUT_OF_FORCE = "Out of force, by what is adopted"
_WITHOUT_A_PATIENT = {"substance": "the medicine", "medication": "the medicine", "procedure": "the procedure"}


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a checklist, in marked text."""

    rule: str
    title: str
    when: str
    do: str
    sources: str


@dataclass(frozen=True, slots=True)
class Protocol:
    """The points of an area by severity, most urgent first, and the rules that what is adopted puts out of force."""

    points: dict[str, list[Point]]
    out_of_force: list[Rule]


def protocol_of(area: str, edition: Edition) -> Protocol:
    """Give the protocol of an area."""
    rules = edition.in_area(area)
    conditions = {rule.id: _condition(rule, edition) for rule in rules}
    by_severity = groupby(
        (rule for rule in rules if conditions[rule.id] is not None), key=lambda rule: rule.then.severity
    )
    points = {
        severity: [_point(rule, str(conditions[rule.id]), edition) for rule in found] for severity, found in by_severity
    }
    return Protocol(points, [rule for rule in rules if conditions[rule.id] is None])


def identity_text(edition: Edition) -> str:
    """Say which ruleset a protocol is of."""
    document = edition.loaded.document
    return f"{name(document.id)} {document.version}, {name(edition.loaded.digest)}"


def protocol_page(area: str, edition: Edition) -> str:
    """Give the protocol of an area, in Markdown."""
    return "\n".join([*_lines(area, edition), ""])


def _lines(area: str, edition: Edition) -> Iterator[str]:
    protocol = protocol_of(area, edition)
    yield f"# Protocol: {area_title(area)}"
    yield ""
    yield f"**{markdown(edition.standing)}** {FOR_PROFESSIONALS}"
    yield ""
    yield f"{markdown(identity_text(edition))}. [Index](index.md), [to print](protocol-{area}.html)"
    for severity, points in protocol.points.items():
        yield ""
        yield f"## {severity.capitalize()}"
        yield ""
        for point in points:
            yield f"- [ ] **[{markdown(point.title)}]({area}/{point.rule}.md)**"
            yield from (f"  - {markdown(said)}" for said in (point.when, point.do, point.sources))
    if protocol.out_of_force:
        yield ""
        yield f"{OUT_OF_FORCE}:"
        yield ""
        yield from (f"- [{markdown(rule.title)}]({area}/{rule.id}.md)" for rule in protocol.out_of_force)


def _condition(rule: Rule, edition: Edition) -> str | None:
    """Give the condition in one line, that of the adopted position or of each; None where it is never met."""
    written = {"": rule.when} if rule.when is not None else _positions(rule)
    said = {source: _line(condition, edition) for source, condition in written.items()}
    met = {source: line for source, line in said.items() if line is not None}
    return "; ".join(f"by {name(source)} {line}" if source else line for source, line in sorted(met.items())) or None


def _positions(rule: Rule) -> dict[str, Condition]:
    adopted = rule.positions.get(rule.resolve.adopt) if rule.resolve else None
    return {"": adopted.when} if adopted else {source: each.when for source, each in rule.positions.items()}


def _line(condition: Condition, edition: Edition) -> str | None:
    parameters = edition.loaded.document.parameters
    left = in_force(condition, parameters)
    if isinstance(left, bool):
        return "always" if left else None
    return f"when {outlined(left, parameters).line}"


def _point(rule: Rule, condition: str, edition: Edition) -> Point:
    sources = sorted({source if isinstance(source, str) else source.id for source in rule.sources})
    phase = edition.loaded.document.groups[rule.group].title if rule.group else ""
    variable, _, list_name = (rule.for_each or "").partition(" in ")
    each = f"for each {name(variable)} in {name(list_name)}" if list_name else ""
    when = ", ".join(part for part in (phase, each, condition) if part)
    return Point(rule.id, rule.title, f"{when[0].upper()}{when[1:]}", " ".join(_do(rule, edition)), ", ".join(sources))


def _do(rule: Rule, edition: Edition) -> Iterator[str]:
    """Give what a rule says, with the interval and the dates in their places, or behind it if it has none for them."""
    then, parameters = rule.then, edition.loaded.document.parameters
    said = then.text or rule.title
    counted = date_texts(then, parameters, named=False)
    if then.interval is not None:
        counted["interval"] = adopted_text(then.interval[1:], parameters)
    yield filled(said, {**_WITHOUT_A_PATIENT, **counted})
    for label, amount in counted.items():
        if f"{{{label}}}" not in said:
            yield f"{label.replace('_', ' ').capitalize()}: {amount}."
