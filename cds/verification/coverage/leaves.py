"""The leaves of a condition, each by its text: which there are, and what they were for one patient."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass

from cds.backends.reference import At, items_meant, truth_of
from cds.ir.kleene import Truth
from cds.ir.nodes import AllOf, AnyOf, Applies, Condition, Elapsed, Leaf, Not, NotConfigured, OneOf, Quantified, Within
from cds.ir.program import Program, Rule, Step, World
from cds.ir.text import Units, text_of

ConditionLeaf = Leaf | Applies
"""What has a truth of its own in a rule; what is behind a result is covered where that result is made."""
Lists = Mapping[str, str]
"""By variable, the list that its item is of."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A leaf, and the variables that are bound where it stands."""

    leaf: ConditionLeaf
    lists: Lists


def own_condition(step: Step, world: World) -> Condition:
    """Give the condition of a step without that of its group."""
    condition = world.conditions[step.id]
    if isinstance(step, Rule) and step.group is not None and isinstance(condition, AllOf):
        return condition.parts[1]
    return condition


def lists_of(step: Step) -> Lists:
    """Give the variable that a step itself binds."""
    return {step.variable: step.list} if step.variable and step.list else {}


def leaves_of(condition: Condition, program: Program, lists: Lists) -> dict[str, Placed]:
    """Give the leaves of a condition by their texts, in its order."""
    return dict(_leaves(condition, program, lists))


def _leaves(condition: Condition, program: Program, lists: Lists) -> Iterator[tuple[str, Placed]]:
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _leaves(part, program, lists)
        case Not(part):
            yield from _leaves(part, program, lists)
        case Quantified(list=list_name, variable=variable, part=part):
            yield from _leaves(part, program, {**lists, variable: list_name})
        case _:
            yield text_of(condition, Units(program.dictionary, lists.items())), Placed(condition, lists)


def leaf_truths(condition: Condition, at: At) -> Iterator[tuple[str, Placed, Truth]]:
    """Give every leaf with its truth where the condition is evaluated; inside a quantifier once for each item."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from leaf_truths(part, at)
        case Not(part):
            yield from leaf_truths(part, at)
        case Quantified(list=list_name, part=part):
            for item in items_meant(condition, at.facts.list(list_name).items, at):
                yield from leaf_truths(part, at.also(condition, item))
        case _:
            text = text_of(condition, Units(at.program.dictionary, at.lists.items()))
            yield text, Placed(condition, at.lists), truth_of(condition, at)


def shape_of(leaf: ConditionLeaf) -> Hashable:
    """Give what is left of a leaf without its figures: leaves of one shape ask the same, with other figures."""
    match leaf:
        case Within(fact, low, high):
            return "within", fact, low is None, high is None
        case Elapsed(earlier, later, low=low, high=high):
            return "elapsed", earlier, later, not low, high is None
        case OneOf(fact):
            return "one of", fact
        case NotConfigured(fact, parameter):
            return "not configured", fact, parameter
        case _:
            return leaf
