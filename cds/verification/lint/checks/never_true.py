"""A rule or row that no patient can make true.

The words, numbers and substances that a condition compares are tried in every combination, all other facts being
unknown. What is FALSE then is FALSE for everyone, since more information never turns FALSE into TRUE (language §7.11).
A rule that is not reported may still be unreachable: times, lists and results of other rules are not tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import accumulate, pairwise, product
from operator import mul

from cds.backends.reference import At, truth_of
from cds.facts.dictionary import Declaration, FactType
from cds.facts.instants import Zone
from cds.facts.model import Facts, Item, Span, Value, Word
from cds.ir.kleene import FALSE, UNKNOWN, Truth
from cds.ir.nodes import Adopted, AllOf, AnyOf, Condition, InClass, IsKnown, Not, OneOf, Quantified, Ref, Within
from cds.ir.program import Program, Step, World
from cds.ir.verdicts import Key
from cds.ruleset.places import Path
from cds.verification.lint.material import Material, Slip

MOST_COMBINATIONS = 2000
_NONE_OF_THEM = Word("")
"""A substance that no condition names."""
_TRIED = OneOf | InClass | Within


class _Undecided(dict[Key, Truth]):
    """The results of all steps, none of which is known."""

    def get(self, key: Key, default: object = None) -> Truth:
        del key, default
        return UNKNOWN


def check(material: Material) -> Iterator[Slip]:
    """Look for conditions that are FALSE whatever is known."""
    for step, path, name in _steps(material):
        if all(
            _is_never_true(_with_any_adoption(world.conditions[step.id]), step, world, material.program)
            for world in material.program.worlds
        ):
            yield path, f"{name} can never be true: its condition contradicts itself, or the group that it belongs to"


def _steps(material: Material) -> Iterator[tuple[Step, Path, str]]:
    program = material.program
    for number, rule in enumerate(material.document.rules):
        yield program.step[rule.id], ("rules", number), f"the rule `{rule.id}`"
    for number, row in enumerate(program.dispositions):
        if row.step is not None:
            yield program.step[row.step], ("dispositions", number, "when"), f"the row of `{row.code}`"


def _is_never_true(condition: Condition, step: Step, world: World, program: Program) -> bool:
    leaves = list(_leaves(condition))
    if any(isinstance(leaf, IsKnown) for leaf in leaves):
        return False
    domains = _domains([leaf for leaf in leaves if isinstance(leaf, _TRIED)], step, program)
    return all(
        truth_of(condition, _at(dict(zip(domains, values, strict=True)), step, world, program)) is FALSE
        for values in product(*domains.values())
    )


def _with_any_adoption(condition: Condition) -> Condition:
    """Give a condition with its tests on parameters open: what one site does not adopt, another may."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            return replace(condition, parts=tuple(map(_with_any_adoption, parts)))
        case Not(part) | Quantified(part=part):
            return replace(condition, part=_with_any_adoption(part))
        case Adopted():
            return replace(condition, holds=None)
        case _:
            return condition


def _leaves(condition: Condition) -> Iterator[Condition]:
    """Give the leaves outside of quantifiers: the lists are unknown, so that what they hold is not tried."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _leaves(part)
        case Not(part):
            yield from _leaves(part)
        case Quantified():
            return
        case _:
            yield condition


def _domains(leaves: list[_TRIED], step: Step, program: Program) -> Mapping[Ref, list[Value]]:
    """Give the values to try for each fact, as many facts as keep the number of combinations small."""
    by_fact: dict[Ref, list[_TRIED]] = {}
    for leaf in leaves:
        by_fact.setdefault(leaf.fact, []).append(leaf)
    domains = {fact: _values(about, _declared(fact, step, program)) for fact, about in by_fact.items()}
    smallest_first = sorted(domains.items(), key=lambda entry: len(entry[1]))
    sizes = accumulate((len(values) for _, values in smallest_first), mul)
    return {
        fact: values for (fact, values), size in zip(smallest_first, sizes, strict=True) if size <= MOST_COMBINATIONS
    }


def _declared(fact: Ref, step: Step, program: Program) -> Declaration:
    if fact.variable is None:
        return program.dictionary[fact.name]
    return program.dictionary[str(step.list)].items[fact.name]


def _values(about: list[_TRIED], declared: Declaration) -> list[Value]:
    match declared.type:
        case FactType.BOOLEAN:
            return [Word(value=True), Word(value=False)]
        case FactType.ENUM:
            return [Word(word) for word in declared.values]
        case FactType.CONCEPT:
            return [_NONE_OF_THEM, *(Word(word) for word in sorted(_named(about)))]
        case _:
            return list(_points(about, declared))


def _named(about: list[_TRIED]) -> set[str]:
    """Give the substances that leaves tell apart from all others."""
    named = set()
    for leaf in about:
        if isinstance(leaf, OneOf | InClass):
            named |= {str(value) for value in (leaf.members if isinstance(leaf, InClass) else leaf.values)}
    return named


def _points(about: list[_TRIED], declared: Declaration) -> Iterator[Value]:
    """Give one number for each way in which the bounds can be met, within what the dictionary allows."""
    compared = [end for leaf in about if isinstance(leaf, Within) for end in (leaf.low, leaf.high)]
    ends = sorted({end for end in (*compared, declared.minimum, declared.maximum) if end is not None})
    between = [(low + high) / 2 for low, high in pairwise(ends)]
    for point in sorted({ends[0] - 1, *ends, *between, ends[-1] + 1}):
        too_low = declared.minimum is not None and point < declared.minimum
        too_high = declared.maximum is not None and point > declared.maximum
        if not too_low and not too_high:
            yield Span(point, point)


def _at(values: Mapping[Ref, Value], step: Step, world: World, program: Program) -> At:
    """Give a patient of whom nothing else is known."""
    of_patient = {fact.name: value for fact, value in values.items() if fact.variable is None}
    of_item = {fact.name: value for fact, value in values.items() if fact.variable is not None}
    facts = Facts("lint", 0, "", _UTC, of_patient, {}, {})
    at = At(program, facts, world, _Undecided())
    return at.bound(step, Item("x", f"{step.list}/x", "x", of_item) if step.list is not None else None)


_UTC = Zone("UTC")
