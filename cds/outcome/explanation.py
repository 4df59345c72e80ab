"""The whole condition of one rule for one binding, with the truth of every part (`cds explain`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from cds.backends.reference import At, items_meant, truth_of
from cds.ir.kleene import FALSE, TRUE, UNKNOWN, Truth, every, exists, negation
from cds.ir.nodes import AllOf, AnyOf, Applies, Condition, Derived, Not, Quantified
from cds.ir.text import Units, text_of
from cds.ir.verdicts import PATIENT, REST
from cds.outcome.reasons import leaf_trace, list_trace
from cds.trace.model import LeafTrace, Trace


def explanation(condition: Condition, at: At) -> Trace:
    """Trace a condition; every leaf says whether another truth of it alone would change the verdict."""
    whole = _trace(condition, at)
    return _marked(whole, lambda truth: truth is not whole.truth)


def _trace(condition: Condition, at: At) -> Trace:
    match condition:
        case AllOf(parts):
            return _joined("all", [_trace(part, at) for part in parts], min)
        case AnyOf(parts):
            return _joined("any", [_trace(part, at) for part in parts], max)
        case Not(part):
            inner = _trace(part, at)
            return Trace("not", "not", negation(inner.truth), parts=(inner,))
        case Quantified():
            return _trace_of_quantifier(condition, at)
        case Derived(derivation, variable):
            inner_at = at.bound(at.program.step[derivation], at.items[variable] if variable else None)
            inner = _trace(at.world.conditions[derivation], inner_at)
            return Trace("result", _text(condition, at), inner.truth, parts=(inner,))
        case Applies(rules):
            traces = tuple(trace for rule in rules for trace in _traces_of_rule(rule, at))
            return Trace("result", _text(condition, at), truth_of(condition, at), parts=traces)
        case _:
            leaf = leaf_trace(condition, at, truth_of(condition, at))
            return Trace("leaf", leaf.leaf, leaf.truth, leaf=leaf)


def _text(condition: Condition, at: At) -> str:
    return text_of(condition, Units(at.program.dictionary, at.lists.items()))


def _joined(form: str, parts: list[Trace], join: Callable[[list[Truth]], Truth]) -> Trace:
    return Trace(form, form, join([part.truth for part in parts]), parts=tuple(parts))


def _trace_of_quantifier(node: Quantified, at: At) -> Trace:
    fact_list = at.facts.list(node.list)
    parts = [
        replace(_trace(node.part, at.also(node, item)), binding=item.binding)
        for item in items_meant(node, fact_list.items, at)
    ]
    combine = exists if node.quantifier == "exists" else every
    truth = combine([part.truth for part in parts], complete=fact_list.complete)
    if not fact_list.complete:
        parts.append(_leaf(list_trace(node.list, at)))
    which = f"other {node.list}" if node.without_own else node.list
    return Trace(node.quantifier, f"{node.quantifier} {node.variable} in {which}", truth, parts=tuple(parts))


def _traces_of_rule(rule: str, at: At) -> Iterator[Trace]:
    step, condition = at.program.step[rule], at.world.conditions[rule]
    if step.list is None:
        yield _named(rule, PATIENT, _trace(condition, at.bound(step, None)))
        return
    fact_list = at.facts.list(step.list)
    for item in fact_list.items:
        yield _named(rule, item.binding, _trace(condition, at.bound(step, item)))
    if at.verdict(rule, f"{step.list}/{REST}") is UNKNOWN:
        yield _named(rule, f"{step.list}/{REST}", _leaf(list_trace(step.list, at)))


def _named(rule: str, binding: str, inner: Trace) -> Trace:
    return Trace("rule", rule, inner.truth, parts=(inner,), binding=binding)


def _leaf(leaf: LeafTrace) -> Trace:
    return Trace("leaf", leaf.leaf, leaf.truth, leaf=leaf)


def _marked(node: Trace, would_change: Callable[[Truth], bool]) -> Trace:
    """Mark the leaves that could change the whole; `would_change` tells what another truth of this node would do."""
    if node.form == "leaf":
        others = (truth for truth in (TRUE, FALSE) if truth is not node.truth)
        return replace(node, settles=any(would_change(truth) for truth in others))
    parts = [_marked(part, _through(node, number, would_change)) for number, part in enumerate(node.parts)]
    return replace(node, parts=tuple(parts))


def _through(node: Trace, number: int, would_change: Callable[[Truth], bool]) -> Callable[[Truth], bool]:
    """Tell what another truth of one part would do to the whole, the other parts staying as they are."""
    others = [part.truth for place, part in enumerate(node.parts) if place != number]
    return lambda truth: would_change(_combined(node, others, truth))


def _combined(node: Trace, others: list[Truth], truth: Truth) -> Truth:
    match node.form:
        case "not":
            return negation(truth)
        case "all" | "every":
            return min(truth, *others) if others else truth
        case _:
            return max(truth, *others) if others else truth
