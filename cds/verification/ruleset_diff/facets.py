"""The parts of a ruleset's elements, each with the form that its identity is made of and with words for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from cds.ir.parameters_from_ruleset import OPEN, value_text
from cds.ruleset import conditions as written
from cds.ruleset.digest import canonical_form
from cds.ruleset.model import (
    Derivation,
    DispositionRow,
    Group,
    Parameter,
    ParameterPosition,
    Resolve,
    Rule,
    RulePosition,
    RulesetDocument,
    Skip,
    SourceReference,
)
from cds.verification.pages.condition_words import amount_text, date_texts, outlined
from cds.verification.pages.marked import name

Lines = tuple[str, ...]
_INDENT = "  "


@dataclass(frozen=True, slots=True)
class Facet:
    """One part: `form` is equal for parts that mean the same, `lines` say it."""

    form: Any
    lines: Lines


@dataclass(frozen=True, slots=True)
class Element:
    """One named thing of a ruleset; `summary` is the line that tells what it is."""

    summary: str
    facets: Mapping[str, Facet] = field(default_factory=dict)


def rule_element(rule: Rule, document: RulesetDocument) -> Element:
    """Give the parts of a rule."""
    then, parameters = rule.then, document.parameters
    facets = {
        "kind": _plain(rule.kind),
        "title": _plain(rule.title),
        "phase": _plain(rule.group),
        "for each": _plain(rule.for_each),
        "condition": condition_facet(rule.when, parameters),
        **{f"condition by {name(source)}": _rule_position(each, parameters) for source, each in rule.positions.items()},
        "adoption": _adoption(rule.resolve),
        "advice": _plain(then.advise),
        "severity": _plain(then.severity),
        "text": _plain(then.text),
        "interval": _plain(then.interval, lambda said: amount_text(said, parameters)),
        "dates": Facet(
            canonical_form(then.dates),
            tuple(f"{name(label)} is {said}" for label, said in date_texts(then, parameters).items()),
        ),
        "figures shown": _plain(then.shows),
        "restart": _plain(then.restart),
        "when unknown": _on_unknown(rule),
        "overrides": _plain(rule.overrides),
        "because": _plain(rule.because),
        "finding": _plain(rule.finding),
        "judges": _plain(rule.judges),
        "sources": _sources(rule.sources),
        "note": _plain(rule.note),
    }
    return Element(rule.title, _present(facets))


def derivation_element(derivation: Derivation, document: RulesetDocument) -> Element:
    """Give the parts of a derived fact."""
    facets = {
        "title": _plain(derivation.title),
        "for each": _plain(derivation.for_each),
        "condition": condition_facet(derivation.when, document.parameters),
        "sources": _sources(derivation.sources),
    }
    return Element(derivation.title, _present(facets))


def group_element(group: Group, document: RulesetDocument) -> Element:
    """Give the parts of a phase of care."""
    facets = {"title": _plain(group.title), "condition": condition_facet(group.applies_when, document.parameters)}
    return Element(group.title, _present(facets))


def disposition_element(row: DispositionRow, document: RulesetDocument) -> Element:
    """Give the parts of a row of the disposition table."""
    rest = model_element(row, left_out=("when",))
    return Element(row.text, {**rest.facets, **_present({"condition": condition_facet(row.when, document.parameters)})})


def parameter_element(parameter: Parameter) -> Element:
    """Give the parts of a parameter: what each source says, what is adopted, or why it is for the site to set."""
    facets = {
        "title": _plain(parameter.title),
        **{f"position of {name(source)}": _position(each) for source, each in parameter.positions.items()},
        "adoption": _adoption(parameter.resolve, lambda adopted: value_text(parameter.positions[adopted].value)),
        "for the site to set": _plain(parameter.unset),
    }
    return Element(parameter.title or "Figure", _present(facets))


def model_element(model: BaseModel, *, left_out: Iterable[str] = ()) -> Element:
    """Give the parts of anything else, as they are written."""
    form = canonical_form(model, without=tuple(left_out))
    facets = {key.replace("_", " "): Facet(part, tuple(_lines(part))) for key, part in form.items()}
    summary = form.get("title") or form.get("display") or ""
    return Element(str(summary), facets)


def condition_facet(condition: written.Condition | None, parameters: Mapping[str, Parameter]) -> Facet:
    """Give a condition as an outline, one line a part."""
    if condition is None:
        return Facet(None, ())
    lines = outlined(condition, parameters).lines()
    return Facet(canonical_form(condition), tuple(f"{_INDENT * depth}{text}" for depth, text in lines))


def _rule_position(position: RulePosition, parameters: Mapping[str, Parameter]) -> Facet:
    condition = condition_facet(position.when, parameters)
    return Facet(canonical_form(position), (*condition.lines, *_where(position)))


def _position(position: ParameterPosition) -> Facet:
    return Facet(canonical_form(position), (value_text(position.value), *_where(position)))


def _where(position: ParameterPosition | RulePosition) -> Lines:
    return (position.confirmed, *(part for part in (position.locator, position.note) if part))


def _adoption(resolve: Resolve | None, value: Callable[[str], str] | None = None) -> Facet:
    if resolve is None:
        return Facet(None, ())
    if resolve.adopt == OPEN:
        chosen = "none adopted: the question is open"
    else:
        chosen = f"{name(resolve.adopt)} adopted" + (f": {value(resolve.adopt)}" if value else "")
    return Facet(canonical_form(resolve), (chosen, f"{resolve.because} ({resolve.by}, {resolve.decided})"))


def _on_unknown(rule: Rule) -> Facet:
    chosen = rule.on_unknown
    said = f"nothing is said: {chosen.skip}" if isinstance(chosen, Skip) else chosen.replace("_", " ")
    return Facet(canonical_form(chosen), (said,))


def _sources(cited: Iterable[SourceReference | str]) -> Facet:
    references = [SourceReference(id=each) if isinstance(each, str) else each for each in cited]
    lines = sorted(
        ", ".join(part for part in (name(each.id), each.locator, each.strength, each.standing) if part)
        for each in references
    )
    return Facet(canonical_form(references), tuple(lines))


def _plain(value: Any, words: Callable[[Any], str] | None = None) -> Facet:
    form = canonical_form(value)
    return Facet(form, () if form in (None, []) else (words(value),) if words else tuple(_lines(form)))


def _lines(form: Any) -> list[str]:
    """Give a part in its canonical form as lines: one for each element of a list, else one."""
    return [_line(element) for element in form] if isinstance(form, list) else [_line(form)]


def _line(form: Any) -> str:
    if isinstance(form, dict):
        if form.keys() == {"decimal"}:
            return str(form["decimal"])
        return ", ".join(f"{key} {_line(part)}" for key, part in form.items())
    if isinstance(form, list):
        return ", ".join(map(_line, form))
    return str(form).lower() if isinstance(form, bool) else str(form)


def _present(facets: Mapping[str, Facet]) -> dict[str, Facet]:
    return {part: facet for part, facet in facets.items() if facet.lines}
