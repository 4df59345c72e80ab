"""The leaves that a verdict rests on, and the facts that would settle an UNKNOWN one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from cds.backends.reference import At, items_meant, truth_of
from cds.facts.model import Span, TimeSpan, Unknown, Value
from cds.ir.kleene import FALSE, TRUE, UNKNOWN, Truth, negation
from cds.ir.nodes import (
    Adopted,
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
    Within,
    facts_of,
)
from cds.ir.program import Program, Rule
from cds.ir.text import Units, leaf_text
from cds.ir.verdicts import PATIENT, REST
from cds.outcome.calculations import open_inputs, told
from cds.outcome.value_text import value_text
from cds.trace.model import LeafTrace, Question


@dataclass(frozen=True, slots=True)
class LeafWords:
    """What is the same for a leaf in every decision: its text, and the facts it looks at with their units."""

    text: str
    facts: tuple[tuple[Ref, str | None], ...]


_words: WeakKeyDictionary[Program, dict[int, LeafWords]] = WeakKeyDictionary()
"""By program and leaf; a program keeps its leaves alive, so that their ids name them."""


@dataclass(frozen=True, slots=True)
class Traced:
    """What has been traced for one patient so far: rules share many of their leaves and derived facts."""

    leaves: dict[tuple[object, ...], LeafTrace] = field(default_factory=dict)
    """By leaf and the bindings of the items that it is about; its truth follows from them."""
    derived: dict[tuple[str, str, int], tuple[LeafTrace, ...]] = field(default_factory=dict)
    """By derivation, binding and world, what its truth rests on."""


def reasons(
    condition: Condition, at: At, *, truth: Truth | None = None, traced: Traced | None = None
) -> tuple[LeafTrace, ...]:
    """Give the leaves that the condition's truth rests on, each once, in the condition's order.

    A TRUE or FALSE conjunction rests on all its parts or on those that are FALSE, a disjunction the other way round. An
    UNKNOWN one rests on its UNKNOWN parts; a conjunction's TRUE parts are told too, since they say whom it concerns.
    `truth` is the condition's own, if it is known already.
    """
    looking = _Looking(Traced() if traced is None else traced)
    looking.at(condition, at, truth_of(condition, at) if truth is None else truth)
    return tuple(looking.found)


@dataclass(frozen=True, slots=True)
class _Looking:
    """The leaves found so far below one condition, as the keys of a mapping."""

    traced: Traced
    found: dict[LeafTrace, None] = field(default_factory=dict)

    def at(self, condition: Condition, at: At, truth: Truth) -> None:
        """Find the leaves that the truth of a condition rests on."""
        match condition:
            case AllOf(parts):
                for part in parts:
                    part_truth = TRUE if truth is TRUE else truth_of(part, at)
                    if truth is not FALSE or part_truth is FALSE:
                        self.at(part, at, part_truth)
            case AnyOf(parts):
                for part in parts:
                    part_truth = FALSE if truth is FALSE else truth_of(part, at)
                    if part_truth is truth:
                        self.at(part, at, part_truth)
            case Not(part):
                self.at(part, at, negation(truth))
            case Quantified():
                self._at_items(condition, at, truth)
            case Derived(derivation, variable):
                self._at_derived(derivation, variable, at, truth)
            case Applies(rules):
                for rule in rules:
                    self._at_rule(rule, at, truth)
            case _:
                self.found[self._leaf(condition, at, truth)] = None

    def _at_items(self, node: Quantified, at: At, truth: Truth) -> None:
        fact_list = at.facts.list(node.list)
        rests_on_all = truth is (FALSE if node.quantifier == "exists" else TRUE)
        items = tuple(items_meant(node, fact_list.items, at))
        for item in items:
            inner = at.also(node, item)
            part_truth = truth if rests_on_all else truth_of(node.part, inner)
            if part_truth is truth:
                self.at(node.part, inner, part_truth)
        if (truth is UNKNOWN and not fact_list.complete) or (rests_on_all and not items):
            self.found[list_trace(node.list, at)] = None

    def _at_derived(self, derivation: str, variable: str | None, at: At, truth: Truth) -> None:
        key = (derivation, at.items[variable].binding if variable else PATIENT, at.world.number)
        leaves = self.traced.derived.get(key)
        if leaves is None:
            inner = at.bound(at.program.step[derivation], at.items[variable] if variable else None)
            below = _Looking(self.traced)
            below.at(at.world.conditions[derivation], inner, truth)
            leaves = self.traced.derived[key] = tuple(below.found)
        self.found.update(dict.fromkeys(leaves))

    def _at_rule(self, rule: str, at: At, truth: Truth) -> None:
        step = at.program.step[rule]
        condition = at.world.conditions[rule]
        if step.list is None:
            if truth is FALSE or at.verdict(rule, PATIENT) is truth:
                self.at(condition, at.bound(step, None), at.verdict(rule, PATIENT))
            return
        items = at.facts.list(step.list).items
        for item in items:
            verdict = at.verdict(rule, item.binding)
            if truth is FALSE or verdict is truth:
                self.at(condition, at.bound(step, item), verdict)
        if truth is FALSE and not items:
            self._at_no_items(at.program.rules[rule], step.list, at)
        if truth is UNKNOWN and at.verdict(rule, f"{step.list}/{REST}") is UNKNOWN:
            self.found[list_trace(step.list, at)] = None

    def _at_no_items(self, rule: Rule, list_name: str, at: At) -> None:
        """Say why a rule applies to no item of a list without items: its group does not apply, or there is none."""
        group = at.world.group_conditions.get(rule.group or "")
        if group is not None and truth_of(group, at) is FALSE:
            self.at(group, at, FALSE)
        else:
            self.found[list_trace(list_name, at)] = None

    def _leaf(self, leaf: FactLeaf | Adopted, at: At, truth: Truth) -> LeafTrace:
        key = (id(leaf), *[at.items[fact.variable].binding for fact in facts_of(leaf) if fact.variable])
        found = self.traced.leaves.get(key)
        if found is None:
            found = self.traced.leaves[key] = leaf_trace(leaf, at, truth)
        return found


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


def leaf_trace(leaf: FactLeaf | Adopted, at: At, truth: Truth) -> LeafTrace:
    """Trace one leaf: its text, the value that it met, and what to ask if it is UNKNOWN."""
    if isinstance(leaf, Adopted):
        return _adopted_trace(leaf, at, truth)
    words = _words_of(leaf, at)
    values = [_told(fact, unit, leaf, at) for fact, unit in words.facts]
    questions = tuple(_questions(leaf, at)) if truth is UNKNOWN else ()
    return LeafTrace(leaf=words.text, value=", ".join(values), truth=truth, questions=questions)


def _adopted_trace(leaf: Adopted, at: At, truth: Truth) -> LeafTrace:
    """Trace a test on a parameter: what is adopted and by which source; where the site has to set it, that is asked."""
    questions = (_site_question(leaf.parameter, at),) if truth is UNKNOWN else ()
    return LeafTrace(leaf_text(leaf, Units(at.program.dictionary)), leaf.said, truth, questions)


def _words_of(leaf: FactLeaf, at: At) -> LeafWords:
    known = _words.setdefault(at.program, {})
    found = known.get(id(leaf))
    if found is None:
        units = Units(at.program.dictionary, at.lists.items())
        facts = tuple((fact, units.of(fact)) for fact in facts_of(leaf))
        found = known[id(leaf)] = LeafWords(leaf_text(leaf, units), facts)
    return found


def _told(fact: Ref, unit: str | None, leaf: FactLeaf, at: At) -> str:
    """Tell the value that a leaf met; a calculated one with what it was calculated from."""
    declared = at.program.dictionary[fact.name] if fact.variable is None else None
    if declared is None or declared.calculated is None:
        return value_text(at.value(fact), unit, at.facts.zone)
    bounds = (leaf.low, leaf.high) if isinstance(leaf, Within) else ()
    return told(declared, declared.calculated, [bound for bound in bounds if bound is not None], at)


def _questions(leaf: FactLeaf, at: At) -> Iterator[Question]:
    if isinstance(leaf, NotConfigured):
        yield _site_question(leaf.parameter, at)
        return
    by_day = isinstance(leaf, Elapsed) and leaf.counting is Counting.WHOLE_DAYS
    for fact in facts_of(leaf):
        if _is_vague(at.value(fact), at, by_day=by_day):
            yield from _questions_about(fact, at)


def _questions_about(fact: Ref, at: At) -> Iterator[Question]:
    """Ask for a fact; for a calculated one, ask for its inputs (language §4.9)."""
    declared = at.program.dictionary[fact.name] if fact.variable is None else None
    if declared is None or declared.calculated is None:
        yield question_about(fact, at)
        return
    for name in open_inputs(declared, declared.calculated, at):
        yield question_about(Ref(None, name), at)


def _site_question(parameter: str, at: At) -> Question:
    return Question(f"${parameter}", at.program.unset[parameter], label=None, reason=None)


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
