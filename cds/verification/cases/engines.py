"""Engines for cases: most changes of a case touch no condition, and an engine need not prepare anew for those."""

from __future__ import annotations

from dataclasses import dataclass

from cds.backends.base import Backend
from cds.facts.model import Facts
from cds.ir.program import Program
from cds.ir.verdicts import Verdicts
from cds.verification.cases.changes import Changes


@dataclass(frozen=True, slots=True)
class EngineForCases:
    """An engine that answers by the unchanged ruleset where a change leaves all conditions as they are."""

    engine: Backend
    changes: Changes

    @property
    def name(self) -> str:
        """Give the name of the engine."""
        return self.engine.name

    def evaluate(self, program: Program, facts: Facts) -> Verdicts:
        """Answer for a program: verdicts follow from its conditions alone."""
        return self.engine.evaluate(self.changes.with_same_conditions(program), facts)
