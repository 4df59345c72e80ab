"""Run cases: each is decided as a patient would be, and compared with what its author expects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cds.errors import CdsError
from cds.facts.model import Facts
from cds.facts.schema import parse_facts
from cds.ir.program import Program
from cds.records.decision import Decision
from cds.verification.cases.changes import Changes, change_of
from cds.verification.cases.given import document_of
from cds.verification.cases.outcome import Decided, Difference, binding_of, differences
from cds.verification.cases.reading import Case

Decide = Callable[[Program, Facts], Decision]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a case: the differences from what was expected, none if it holds."""

    case: Case
    differences: tuple[Difference, ...]
    decided: Decided | None = None
    """None where the case could not be decided at all."""
    binding: str | None = None

    @property
    def holds(self) -> bool:
        """Say whether everything is as expected."""
        return not self.differences


def run_cases(cases: Sequence[Case], changes: Changes, decide: Decide) -> list[Result]:
    """Run cases, those of one change together; give the results in the order of the cases."""
    by_change = sorted(range(len(cases)), key=lambda number: change_of(cases[number]))
    results = {number: run_case(cases[number], changes, decide) for number in by_change}
    return [results[number] for number in range(len(cases))]


def run_case(case: Case, changes: Changes, decide: Decide) -> Result:
    """Run one case; what keeps it from being decided is told as its difference."""
    try:
        program = changes.program_for(case)
        facts = _facts(case, program)
        decided = Decided(program, facts, _document(decide(program, facts)))
        binding = binding_of(program.rules[case.rule], case.written.item, facts)
    except CdsError as error:
        return Result(case, (Difference("a decision", "one", str(error)),))
    found = tuple(differences(case.written, program.rules[case.rule], binding, decided))
    return Result(case, found, decided, binding)


def _facts(case: Case, program: Program) -> Facts:
    document = document_of(case.base, case.written.given, program.dictionary)
    return parse_facts(document, program.dictionary, program.concepts)


def _document(decision: Decision) -> Any:
    return decision.document
