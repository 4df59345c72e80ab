"""How much of what has to be shown the cases of a ruleset show (language §15.6)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from cds.ir.kleene import UNKNOWN
from cds.ir.program import Program
from cds.ruleset.loader import LoadedRuleset
from cds.verification.areas import areas_of, is_own
from cds.verification.cases.running import Result
from cds.verification.coverage.goals import Goal, Required, leaf_goal
from cds.verification.coverage.shown import shown_by


@dataclass(frozen=True, slots=True)
class Coverage:
    """The goals of a ruleset, those that are met, and how many cases were not as expected and show nothing."""

    goals: frozenset[Goal]
    met: frozenset[Goal]
    cases: int
    failed: int

    def of(self, measure: str) -> tuple[int, int]:
        """Give how many goals of a measure are met, and how many there are."""
        met, goals = (sum(goal.measure == measure for goal in found) for found in (self.met, self.goals))
        return met, goals

    @property
    def missing(self) -> tuple[Goal, ...]:
        """Give what is not shown, in order."""
        return tuple(sorted(self.goals - self.met))

    @property
    def is_whole(self) -> bool:
        """Say whether everything is shown, by cases that are as expected."""
        return not self.missing and not self.failed


def coverage_of(
    loaded: LoadedRuleset, program: Program, results: Iterable[Result], *, area: str | None = None
) -> Coverage:
    """Measure the cases of a ruleset, or of one area; rules of what an overlay extends are not asked for."""
    required = Required(loaded, program, _own_rules(loaded, area))
    goals, met = required.goals(), set[Goal]()
    names: dict[tuple[str, Hashable], str] = {}
    cases = failed = 0
    for result in results:
        cases += 1
        if not result.holds or result.decided is None or result.binding is None:
            failed += 1
        elif result.case.rule in required.rules:
            shown = shown_by(result.case, result.binding, result.decided, required)
            met |= shown.met
            for leaf in shown.made:
                name = names.setdefault((leaf.of, leaf.shape), leaf.text)
                goals.update(required.goals_of_leaf(leaf.of, name, leaf.placed))
                if leaf.truth is not UNKNOWN:
                    met.add(leaf_goal(leaf.of, name, leaf.truth))
    return Coverage(frozenset(goals), frozenset(goals & met), cases, failed)


def _own_rules(loaded: LoadedRuleset, area: str | None) -> list[str]:
    own = {rule.id for number, rule in enumerate(loaded.document.rules) if is_own(loaded, "rules", number)}
    return [rule for rule, where in areas_of(loaded).items() if rule in own and area in {None, where}]
