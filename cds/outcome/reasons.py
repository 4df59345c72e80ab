"""The leaves that a verdict rests on, and the facts that would settle an UNKNOWN one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from cds.backends.reference import At, items_meant, truth_of
from cds.facts.model import Span, Text, TimeSpan, Unknown, Value, Word
from cds.facts.time_text import span_text
from cds.ir.kleene import FALSE, TRUE, UNKNOWN, Truth, negation
from cds.ir.nodes import (
    AllOf,
    AnyOf,
    Applies,
    Condition,
    Counting,
    Derived,
    Elapsed,
    FactLeaf,
    Not,
    NotConfigured,
    Quantified,
    Ref,
)
from cds.ir.program import Program
from cds.ir.text import Units, leaf_text, quantity_text, word
from cds.ir.verdicts import PATIENT, REST
from cds.trace.model import LeafTrace, Question


@dataclass(frozen=True, slots=True)
class LeafWords:
    """What is the same for a leaf in every decision: its text, and the facts it looks at with their units."""

    text: str
    facts: tuple[tuple[Ref, str | None], ...]


_words: WeakKeyDictionary[Program, dict[int, LeafWords]] = WeakKeyDictionary()
"""By program and leaf; a program keeps its leaves alive, so that their ids name them."""


def reasons(condition: Condition, at: At) -> tuple[LeafTrace, ...]:
    """Give the leaves that the condition's truth rests on, each once, in the condition's order.

    A TRUE or FALSE conjunction rests on all its parts or on those that are FALSE, a disjunction the other way round. An
    UNKNOWN one rests on its UNKNOWN parts; a conjunction's TRUE parts are told too, since they say whom it concerns.
    """
    found = dict.fromkeys(_reasons(condition, at, truth_of(condition, at)))
    return tuple(found)


def _reasons(condition: Condition, at: At, truth: Truth) -> Iterator[LeafTrace]:
    match condition:
        case AllOf(parts):
            for part in parts:
                part_truth = truth_of(part, at)
                if truth is not FALSE or part_truth is FALSE:
                    yield from _reasons(part, at, part_truth)
        case AnyOf(parts):
            for part in parts:
                part_truth = truth_of(part, at)
                if part_truth is truth:
                    yield from _reasons(part, at, part_truth)
        case Not(part):
            yield from _reasons(part, at, negation(truth))
        case Quantified():
            yield from _reasons_of_items(condition, at, truth)
        case Derived(derivation, variable):
            yield from _reasons_of_derived(derivation, variable, at, truth)
        case Applies(rules):
            for rule in rules:
                yield from _reasons_of_rule(rule, at, truth)
        case _:
            yield leaf_trace(condition, at, truth)


def _reasons_of_items(node: Quantified, at: At, truth: Truth) -> Iterator[LeafTrace]:
    fact_list = at.facts.list(node.list)
    rests_on_all = truth is (FALSE if node.quantifier == "exists" else TRUE)
    items = tuple(items_meant(node, fact_list.items, at))
    for item in items:
        inner = at.also(node, item)
        part_truth = truth_of(node.part, inner)
        if rests_on_all or part_truth is truth:
            yield from _reasons(node.part, inner, part_truth)
    if (truth is UNKNOWN and not fact_list.complete) or (rests_on_all and not items):
        yield list_trace(node.list, at)


def _reasons_of_derived(derivation: str, variable: str | None, at: At, truth: Truth) -> Iterator[LeafTrace]:
    step = at.program.step[derivation]
    inner = at.bound(step, at.items[variable]) if variable else at.bound(step, None)
    yield from _reasons(at.world.conditions[derivation], inner, truth)


def _reasons_of_rule(rule: str, at: At, truth: Truth) -> Iterator[LeafTrace]:
    step = at.program.step[rule]
    condition = at.world.conditions[rule]
    if step.list is None:
        if truth is FALSE or at.verdict(rule, PATIENT) is truth:
            yield from _reasons(condition, at.bound(step, None), at.verdict(rule, PATIENT))
        return
    fact_list = at.facts.list(step.list)
    for item in fact_list.items:
        verdict = at.verdict(rule, item.binding)
        if truth is FALSE or verdict is truth:
            yield from _reasons(condition, at.bound(step, item), verdict)
    if truth is UNKNOWN and at.verdict(rule, f"{step.list}/{REST}") is UNKNOWN:
        yield list_trace(step.list, at)


def list_trace(name: str, at: At) -> LeafTrace:
    """Say whether a list is complete, and ask if it is not."""
    fact_list = at.facts.list(name)
    count = f"{len(fact_list.items)} item{'' if len(fact_list.items) == 1 else 's'}"
    if fact_list.complete:
        return LeafTrace(leaf=f"{name} is complete", value=count, truth=TRUE)
    reason = fact_list.unknown.reason if fact_list.unknown else None
    value = reason.value if reason else f"{count}, not known to be all"
    question = Question(fact=name, prompt=at.program.dictionary[name].ask, label=None, reason=reason)
    return LeafTrace(leaf=f"{name} is complete", value=value, truth=UNKNOWN, questions=(question,))


def leaf_trace(leaf: FactLeaf, at: At, truth: Truth) -> LeafTrace:
    """Trace one leaf: its text, the value that it met, and what to ask if it is UNKNOWN."""
    words = _words_of(leaf, at)
    values = [_rendered(at.value(fact), unit, at) for fact, unit in words.facts]
    questions = tuple(_questions(leaf, at)) if truth is UNKNOWN else ()
    return LeafTrace(leaf=words.text, value=", ".join(values), truth=truth, questions=questions)


def _words_of(leaf: FactLeaf, at: At) -> LeafWords:
    known = _words.setdefault(at.program, {})
    found = known.get(id(leaf))
    if found is None:
        units = Units(at.program.dictionary, at.lists.items())
        facts = tuple((fact, units.of(fact)) for fact in _facts_of(leaf))
        found = known[id(leaf)] = LeafWords(leaf_text(leaf, units), facts)
    return found


def _facts_of(leaf: FactLeaf) -> tuple[Ref, ...]:
    return (leaf.earlier, leaf.later) if isinstance(leaf, Elapsed) else (leaf.fact,)


def _rendered(value: Value, unit: str | None, at: At) -> str:
    """Render a value as data: exact, with its unit, a time in the site's zone."""
    match value:
        case Unknown(reason, shown):
            return f"{reason.value}: {' / '.join(shown)}" if shown else reason.value
        case Word(said):
            return word(said)
        case Span(low, high):
            return (
                quantity_text(low, unit)
                if low == high
                else f"{quantity_text(low, None)} to {quantity_text(high, unit)}"
            )
        case TimeSpan(low, high):
            return span_text(low, high, at.facts.zone)
        case Text(said):
            return said
        case _:
            return str(value.code)


def _questions(leaf: FactLeaf, at: At) -> Iterator[Question]:
    if isinstance(leaf, NotConfigured):
        yield Question(f"${leaf.parameter}", at.program.unset[leaf.parameter], label=None, reason=None)
        return
    by_day = isinstance(leaf, Elapsed) and leaf.counting is Counting.WHOLE_DAYS
    for fact in _facts_of(leaf):
        if _is_vague(at.value(fact), at, by_day=by_day):
            yield question_about(fact, at)


def _is_vague(value: Value, at: At, *, by_day: bool) -> bool:
    match value:
        case TimeSpan(low, high) if by_day:
            return at.facts.zone.day_of(low) != at.facts.zone.day_of(high)
        case Span(low, high) | TimeSpan(low, high):
            return low != high
        case _:
            return isinstance(value, Unknown)


def question_about(fact: Ref, at: At) -> Question:
    """Give the question that the dictionary asks about a fact."""
    value = at.value(fact)
    reason = value.reason if isinstance(value, Unknown) else None
    if fact.variable is None:
        return Question(fact.name, at.program.dictionary[fact.name].ask, label=None, reason=reason)
    item = at.items[fact.variable]
    declared = at.program.dictionary[at.lists[fact.variable]].items[fact.name]
    return Question(f"{item.binding}.{fact.name}", declared.ask, label=item.label, reason=reason)
