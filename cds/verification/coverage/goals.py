"""What the cases of a ruleset have to show (language §15.6)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from cds.ir.kleene import FALSE, TRUE, UNKNOWN, Truth
from cds.ir.layers import used_by
from cds.ir.nodes import Condition
from cds.ir.parameters_from_ruleset import parameters_named
from cds.ir.program import Program, Rule, Step
from cds.ruleset.loader import LoadedRuleset
from cds.verification.coverage.leaves import Lists, Placed, leaves_of, lists_of, own_condition, shape_of
from cds.verification.coverage.possible import Possible

VERDICTS, LEAVES, POSITIONS, TEXTS = "verdicts", "leaves", "positions", "texts"
MEASURES = (VERDICTS, LEAVES, POSITIONS, TEXTS)
SET_BY_SITE = "set by a site"


@dataclass(frozen=True, slots=True, order=True)
class Goal:
    """One thing to show: one verdict, leaf, position or text, of a rule, group, derived fact or question."""

    measure: str
    of: str
    what: str


def verdict_goal(rule: str, truth: Truth) -> Goal:
    """Give the goal that a rule has this verdict."""
    said = {TRUE: "applies", FALSE: "does not apply", UNKNOWN: "cannot be decided"}
    return Goal(VERDICTS, rule, said[truth])


def leaf_goal(of: str, text: str, truth: Truth) -> Goal:
    """Give the goal that a leaf is TRUE, or that it is FALSE."""
    return Goal(LEAVES, of, f"{text}: {'true' if truth is TRUE else 'false'}")


def position_goal(question: str, source: str) -> Goal:
    """Give the goal that a position is adopted, or shown if it is unconfirmed."""
    return Goal(POSITIONS, question, source)


def text_goal(rule: str) -> Goal:
    """Give the goal that a rule says its text."""
    return Goal(TEXTS, rule, "its text")


class Required:
    """The goals of some rules of a ruleset, and the leaves that they have under its own adoptions."""

    def __init__(self, loaded: LoadedRuleset, program: Program, rules: Iterable[str]) -> None:
        self.possible = Possible(loaded.document, program)
        self.rules = {id_: program.rules[id_] for id_ in rules}
        self._program = program
        self._document = loaded.document
        self.leaves: dict[str, Mapping[str, Placed]] = {}
        """By rule, group or derived fact, its leaves by their texts."""
        self.shapes: dict[str, frozenset[Hashable]] = {}
        for of, condition, lists in self._conditions():
            found = {**self.leaves.get(of, {}), **leaves_of(condition, program, lists)}
            self.leaves[of] = found
            self.shapes[of] = frozenset(shape_of(placed.leaf) for placed in found.values())

    def goals(self) -> set[Goal]:
        """Give every goal."""
        return {*self._verdicts(), *self._leaves(), *self._positions(), *map(text_goal, self.rules)}

    def goals_of_leaf(self, of: str, text: str, placed: Placed) -> Iterator[Goal]:
        """Give the goals that a leaf makes: the truths that it can have."""
        return (leaf_goal(of, text, truth) for truth in self.possible.truths(placed))

    def _conditions(self) -> Iterator[tuple[str, Condition, Lists]]:
        for world in self._program.worlds:
            for id_, rule in self.rules.items():
                yield id_, own_condition(rule, world), lists_of(rule)
            for group in sorted({rule.group for rule in self.rules.values() if rule.group}):
                yield group_name(group), world.group_conditions[group], {}
            for step in derivations_behind(self._program, self.rules.values()):
                yield step.id, world.conditions[step.id], lists_of(step)

    def _verdicts(self) -> Iterator[Goal]:
        for id_, rule in self.rules.items():
            yield verdict_goal(id_, TRUE)
            yield verdict_goal(id_, FALSE)
            if rule.list is not None or self.can_be_unknown(rule):
                yield verdict_goal(id_, UNKNOWN)

    def can_be_unknown(self, rule: Rule) -> bool:
        """Tell whether what a rule asks of the patient, or of an item, can be UNKNOWN."""
        conditions = (own_condition(rule, world) for world in self._program.worlds)
        return any(self.possible.unknown(condition, lists_of(rule)) for condition in conditions)

    def _leaves(self) -> Iterator[Goal]:
        for of, leaves in self.leaves.items():
            for text, placed in leaves.items():
                yield from self.goals_of_leaf(of, text, placed)

    def _positions(self) -> Iterator[Goal]:
        for rule in self.rules.values():
            for position in rule.positions:
                yield position_goal(position.of, position.source)
        for written in self._document.rules:
            for name in parameters_named(written) if written.id in self.rules else ():
                if self._document.parameters[name[1:]].unset is not None:
                    yield position_goal(name, SET_BY_SITE)


def group_name(group: str) -> str:
    """Name a group among rules and derived facts."""
    return f"group {group}"


def derivations_behind(program: Program, rules: Iterable[Rule]) -> tuple[Step, ...]:
    """Give the derived facts that rules use, also through other rules."""
    waiting, seen = [rule.id for rule in rules], set()
    while waiting:
        step = waiting.pop()
        if step not in seen:
            seen.add(step)
            waiting += used_by(world.conditions[step] for world in program.worlds)
    return tuple(program.step[step] for step in sorted(seen) if step not in program.rules)
