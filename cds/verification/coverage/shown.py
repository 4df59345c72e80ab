"""What one case shows of the rule that it is about (language §15.6)."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from cds.backends.reference import At
from cds.ir.kleene import UNKNOWN, Truth
from cds.ir.program import Rule, Step
from cds.ir.verdicts import PATIENT, REST
from cds.verification.cases.outcome import Decided
from cds.verification.cases.reading import Case
from cds.verification.coverage.goals import (
    SET_BY_SITE,
    Goal,
    Required,
    derivations_behind,
    group_name,
    leaf_goal,
    position_goal,
    text_goal,
    verdict_goal,
)
from cds.verification.coverage.leaves import Placed, leaf_truths, own_condition, shape_of

_SAYS_ITS_TEXT = frozenset({"applies", "contested"})
_Seen = tuple[str, str, Placed, Truth]
"""A leaf that was evaluated: of what, its text, the leaf, and its truth."""


@dataclass(frozen=True, slots=True)
class Made:
    """A leaf that only the change of a case makes; leaves of one shape are one, whatever their figures."""

    of: str
    shape: Hashable
    text: str
    placed: Placed
    truth: Truth


@dataclass(frozen=True, slots=True)
class Shown:
    """The goals that a case meets, and the leaves that its change of the ruleset makes."""

    met: frozenset[Goal]
    made: tuple[Made, ...]


def shown_by(case: Case, binding: str, decided: Decided, required: Required) -> Shown:
    """Give what a case shows; a leaf that only its adoptions make has to be TRUE and FALSE under such."""
    rule = decided.program.rules[case.rule]
    seen = list(_leaves(rule, binding, decided))
    met = {
        *(leaf_goal(of, text, truth) for of, text, _, truth in seen if truth is not UNKNOWN),
        *_verdicts(rule, binding, decided, required),
        *_positions(rule, binding, decided),
        *(position_goal(f"${name}", SET_BY_SITE) for name in case.written.setting),
    }
    if decided.said(rule.id, binding)["status"] in _SAYS_ITS_TEXT:
        met.add(text_goal(rule.id))
    made = (
        Made(of, shape, text, placed, truth)
        for of, text, placed, truth in seen
        if of == rule.id and (shape := shape_of(placed.leaf)) not in required.shapes[of]
    )
    return Shown(frozenset(met), tuple(made))


def _leaves(rule: Rule, binding: str, decided: Decided) -> Iterator[_Seen]:
    program = decided.program
    for world in program.worlds:
        at = At(program, decided.facts, world, decided.verdicts)
        for bound in _bound(rule, binding, at):
            for leaf in leaf_truths(own_condition(rule, world), bound):
                yield rule.id, *leaf
        if rule.group is not None:
            for leaf in leaf_truths(world.group_conditions[rule.group], at):
                yield group_name(rule.group), *leaf
        for step in derivations_behind(program, [rule]):
            for bound in _everywhere(step, at):
                for leaf in leaf_truths(world.conditions[step.id], bound):
                    yield step.id, *leaf


def _bound(rule: Rule, binding: str, at: At) -> Iterator[At]:
    """Give the place of a rule at its binding; there is none at what a list leaves out."""
    if binding == PATIENT:
        yield at.bound(rule, None)
        return
    yield from (at.bound(rule, item) for item in at.facts.list(str(rule.list)).items if item.binding == binding)


def _everywhere(step: Step, at: At) -> Iterator[At]:
    if step.list is None:
        yield at.bound(step, None)
        return
    yield from (at.bound(step, item) for item in at.facts.list(step.list).items)


def _verdicts(rule: Rule, binding: str, decided: Decided, required: Required) -> Iterator[Goal]:
    """Give the verdicts; that a list is open counts only for a rule that nothing else leaves undecided."""
    if binding.endswith(f"/{REST}") and required.can_be_unknown(rule):
        return
    for world in decided.program.worlds:
        at = At(decided.program, decided.facts, world, decided.verdicts)
        yield verdict_goal(rule.id, at.verdict(rule.id, binding))


def _positions(rule: Rule, binding: str, decided: Decided) -> Iterator[Goal]:
    """Give the positions under which the case was decided, and the unconfirmed ones that its decision shows."""
    open_questions = {name for name, _ in decided.program.worlds[0].choices}
    for position in rule.positions:
        if position.adopted or (position.of in open_questions and position.confirmed != "unconfirmed"):
            yield position_goal(position.of, position.source)
    for position in decided.said(rule.id, binding)["positions"]:
        if position["confirmed"] == "unconfirmed":
            yield position_goal(position["of"], position["source"])
