"""The page of one rule: what it says, when, by which sources, with its cases and its history."""

from __future__ import annotations

from collections.abc import Iterator

from cds.ruleset.model import Rule, Skip, SourceReference
from cds.trace.sentences import FOR_PROFESSIONALS
from cds.verification.pages.case_table import case_table
from cds.verification.pages.condition_words import amount_text, date_texts, outlined
from cds.verification.pages.edition import Edition, area_title, plain
from cds.verification.pages.fact_table import fact_table, questions_of
from cds.verification.pages.history import changes_of
from cds.verification.pages.marked import filled, markdown, name, table
from cds.verification.pages.position_table import CONFIRMED, position_table


def rule_page(rule: Rule, edition: Edition) -> str:
    """Give the page of a rule, in Markdown."""
    sections = {
        "What it says": _says(rule, edition),
        "When it applies": _when(rule, edition),
        "What the sources hold": position_table(rule, edition),
        "Sources": _sources(rule, edition),
        "Facts": fact_table(rule, edition),
        "Cases": case_table(rule, edition),
        "History": _history(rule, edition),
    }
    lines = list(_heading(rule, edition))
    for title, section in sections.items():
        if found := "\n".join(section).strip("\n"):
            lines += ["", f"## {title}", "", found]
    return "\n".join([*lines, ""])


def link_to(rule: str, edition: Edition) -> str:
    """Link to the page of a rule from that of another; a rule that is switched off has none."""
    shown = markdown(name(rule))
    return f"[{shown}](../{edition.areas[rule]}/{rule}.md)" if rule in edition.areas else shown


def _heading(rule: Rule, edition: Edition) -> Iterator[str]:
    document, area = edition.loaded.document, edition.areas[rule.id]
    yield f"# {markdown(rule.title)}"
    yield ""
    what = f"{name(rule.id)}: {plain(rule.kind)}, {rule.then.severity}"
    yield f"{markdown(what)}. [{area_title(area)}](../index.md#{area}) of {document.id} {document.version}."
    yield ""
    yield f"**{markdown(edition.standing)}** {FOR_PROFESSIONALS}"


def _says(rule: Rule, edition: Edition) -> Iterator[str]:
    then, advice = rule.then, edition.loaded.document.advice[rule.then.advise]
    yield markdown(filled(then.text or rule.title, {}))
    yield ""
    yield f"- Advice: {markdown(f'{advice.title} ({name(then.advise)})')}"
    parameters = edition.loaded.document.parameters
    if then.interval is not None:
        yield f"- Interval: {markdown(amount_text(then.interval, parameters))}"
    for label, said in date_texts(then, parameters).items():
        yield f"- Date: {markdown(f'{name(label)} is {said}')}"
    if then.restart is not None:
        yield f"- Restart: {markdown(then.restart)}"
    yield from _beside_others(rule, edition)
    if rule.note is not None:
        yield f"- Note: {markdown(rule.note)}"


def _beside_others(rule: Rule, edition: Edition) -> Iterator[str]:
    if rule.overrides:
        overridden = ", ".join(link_to(other, edition) for other in sorted(rule.overrides))
        yield f"- Overrides {overridden}: {markdown(rule.because or '')}"
    overriders = sorted(other.id for other in edition.loaded.document.rules if rule.id in other.overrides)
    if overriders:
        yield f"- Overridden by {', '.join(link_to(other, edition) for other in overriders)}"
    if rule.finding is not None:
        yield f"- {markdown(f'Of the rules that apply about {name(rule.finding)}, the most urgent one counts.')}"


def _when(rule: Rule, edition: Edition) -> Iterator[str]:
    document = edition.loaded.document
    if rule.group is not None:
        group = document.groups[rule.group]
        line = outlined(group.applies_when, document.parameters).line
        yield f"- Phase: {markdown(f'{group.title} ({line})')}"
    if rule.for_each is not None:
        variable, _, list_name = rule.for_each.partition(" in ")
        yield f"- {markdown(f'For each {name(variable)} in {name(list_name)}')}"
    conditions = {"": rule.when} if rule.when else {source: each.when for source, each in rule.positions.items()}
    for source, condition in conditions.items():
        depth_of_source = 0
        if source:
            adopted = rule.resolve is not None and rule.resolve.adopt == source
            yield f"- {markdown(f'by {name(source)}' + (' (adopted):' if adopted else ':'))}"
            depth_of_source = 1
        for depth, text in outlined(condition, document.parameters).lines(depth_of_source):
            yield f"{'  ' * depth}- {markdown(text)}"
    yield ""
    yield from _when_unknown(rule, edition)


def _when_unknown(rule: Rule, edition: Edition) -> Iterator[str]:
    if isinstance(rule.on_unknown, Skip):
        yield f"Where this is not known, nothing is said: {markdown(rule.on_unknown.skip)}"
        return
    assumed = "it is assumed to apply, and " if rule.on_unknown == "assume_applies" else ""
    yield f"Where this is not known, {assumed}what is open is asked:"
    yield ""
    for question in questions_of(rule, edition):
        yield f"- {markdown(question)}"


def _sources(rule: Rule, edition: Edition) -> list[str]:
    rows = []
    for written in rule.sources:
        reference = SourceReference(id=written) if isinstance(written, str) else written
        source = edition.loaded.document.sources[reference.id]
        statements = ", ".join(reference.statements)
        where = f"{reference.locator or ''} ({statements})" if statements else reference.locator or ""
        cells = (
            f"{name(reference.id)} {source.title}",
            where,
            reference.strength or "",
            reference.standing or "",
            CONFIRMED[source.confirmed],
        )
        rows.append([markdown(cell) for cell in cells])
    return table(("Source", "Where", "Strength", "Standing", "Confirmed"), sorted(rows))


def _history(rule: Rule, edition: Edition) -> list[str]:
    rows = [(release.version, release.date, markdown(what)) for release, what in changes_of(rule.id, edition.history)]
    return table(("Version", "Date", "Change"), rows)
