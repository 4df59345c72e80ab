"""The whole condition of one rule for one binding, with the truth of every part (`cds explain`)."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace

from cds.backends.reference import At, items_meant, truth_of
from cds.ir.kleene import FALSE, TRUE, UNKNOWN, Truth, negation
from cds.ir.nodes import Adopted, AllOf, AnyOf, Applies, Condition, Derived, Elapsed, FactLeaf, Not, Quantified, Ref
from cds.ir.program import Rule
from cds.ir.text import Units, text_of
from cds.ir.verdicts import PATIENT, REST
from cds.outcome.reasons import leaf_trace, list_trace
from cds.trace.model import Trace

_Changes = Mapping[Hashable, Mapping[Truth, Truth]]
"""By leaf and another truth of it alone, the truth of a whole that would come of it, where that differs."""


def explanation(condition: Condition, at: At) -> Trace:
    """Trace a condition; every leaf says what another truth of it alone would make of the verdict."""
    return _marked(_trace(condition, at))


def explanation_of_rest(rule: Rule, at: At) -> Trace:
    """Trace why a rule says what it says on what an open list leaves out (language §8.2)."""
    return _marked(_trace_of_rest(rule, str(rule.list), at))


def _trace(condition: Condition, at: At) -> Trace:
    match condition:
        case AllOf(parts):
            return _joined("all", "all", [_trace(part, at) for part in parts])
        case AnyOf(parts):
            return _joined("any", "any", [_trace(part, at) for part in parts])
        case Not(part):
            return _joined("not", "not", [_trace(part, at)])
        case Quantified():
            return _trace_of_quantifier(condition, at)
        case Derived(derivation, variable):
            inner_at = at.bound(at.program.step[derivation], at.items[variable] if variable else None)
            return _joined("result", _text(condition, at), [_trace(at.world.conditions[derivation], inner_at)])
        case Applies(rules):
            return _joined("result", _text(condition, at), [trace for id_ in rules for trace in _by_binding(id_, at)])
        case _:
            leaf = leaf_trace(condition, at, truth_of(condition, at))
            return Trace("leaf", leaf.leaf, leaf.truth, leaf=leaf, about=_grounded(condition, at))


def _text(condition: Condition, at: At) -> str:
    return text_of(condition, Units(at.program.dictionary, at.lists.items()))


def _joined(form: str, text: str, parts: Sequence[Trace]) -> Trace:
    return Trace(form, text, _combined(form, [part.truth for part in parts]), parts=tuple(parts))


def _combined(form: str, truths: Sequence[Truth]) -> Truth:
    """Combine the truths of parts; what a list leaves out is a part of its own."""
    match form:
        case "not":
            return negation(truths[0])
        case "all" | "every":
            return min(truths, default=TRUE)
        case _:
            return max(truths, default=FALSE)


def _trace_of_quantifier(node: Quantified, at: At) -> Trace:
    fact_list = at.facts.list(node.list)
    parts = [
        replace(_trace(node.part, at.also(node, item)), binding=item.binding)
        for item in items_meant(node, fact_list.items, at)
    ]
    if not fact_list.complete:
        parts.append(_closure(node.list, at, if_so=FALSE if node.quantifier == "exists" else TRUE))
    which = f"other {node.list}" if node.without_own else node.list
    return _joined(node.quantifier, f"{node.quantifier} {node.variable} in {which}", parts)


def _by_binding(id_: str, at: At) -> Iterator[Trace]:
    rule, condition = at.program.rules[id_], at.world.conditions[id_]
    if rule.list is None:
        yield _named(rule, PATIENT, _trace(condition, at.bound(rule, None)))
        return
    fact_list = at.facts.list(rule.list)
    for item in fact_list.items:
        yield _named(rule, item.binding, _trace(condition, at.bound(rule, item)))
    if not fact_list.complete:
        yield _named(rule, f"{rule.list}/{REST}", _trace_of_rest(rule, rule.list, at))


def _named(rule: Rule, binding: str, inner: Trace) -> Trace:
    return replace(_joined("rule", rule.id, [inner]), binding=binding)


def _trace_of_rest(rule: Rule, list_name: str, at: At) -> Trace:
    closure = _closure(list_name, at, if_so=FALSE)
    if rule.group is None:
        return closure
    return _joined("all", "all", [_trace(at.world.group_conditions[rule.group], at.bound(rule, None)), closure])


def _closure(list_name: str, at: At, *, if_so: Truth) -> Trace:
    """Trace whether a list is complete; `if_so` is what follows where its items are known, and are all there are."""
    leaf = list_trace(list_name, at)
    follows = UNKNOWN if at.facts.list(list_name).unknown else if_so
    return Trace("leaf", leaf.leaf, leaf.truth, leaf=leaf, about=list_name, if_so=follows, if_not=UNKNOWN)


def _grounded(leaf: FactLeaf | Adopted, at: At) -> FactLeaf | Adopted:
    """Name the items that a leaf is about, so that one leaf on the same facts is one, wherever it stands."""

    def ground(fact: Ref) -> Ref:
        return fact if fact.variable is None else Ref(at.items[fact.variable].binding, fact.name)

    if isinstance(leaf, Adopted):
        return leaf
    if isinstance(leaf, Elapsed):
        return replace(leaf, earlier=ground(leaf.earlier), later=ground(leaf.later))
    return replace(leaf, fact=ground(leaf.fact))


def _marked(whole: Trace) -> Trace:
    return _with_changes(whole, _changes_of(whole))


def _with_changes(node: Trace, changes: _Changes) -> Trace:
    if node.leaf is not None:
        return replace(node, changes=changes.get(node.about, {}))
    return replace(node, parts=tuple(_with_changes(part, changes) for part in node.parts))


def _changes_of(node: Trace) -> _Changes:
    if node.leaf is not None:
        would = {TRUE: node.if_so, FALSE: node.if_not}
        return {node.about: {truth: become for truth, become in would.items() if become is not node.truth}}
    inner = [_changes_of(part) for part in node.parts]
    found: dict[Hashable, dict[Truth, Truth]] = {}
    for about in dict.fromkeys(about for changes in inner for about in changes):
        for truth in (TRUE, FALSE):
            changed = [
                changes.get(about, {}).get(truth, part.truth) for part, changes in zip(node.parts, inner, strict=True)
            ]
            become = _combined(node.form, changed)
            if become is not node.truth:
                found.setdefault(about, {})[truth] = become
    return found
