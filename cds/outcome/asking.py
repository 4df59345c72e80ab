"""What to ask: the facts whose answer could change what a decision lists, the most urgent first (contract: ask)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from cds.ir.program import Severity
from cds.trace.model import Question


@dataclass(slots=True)
class Asked:
    """One question, and the rules that its answer could settle."""

    question: Question
    severity: Severity
    rules: set[str] = field(default_factory=set)


class Questions:
    """Collect questions, each fact once."""

    def __init__(self) -> None:
        self._asked: dict[str, Asked] = {}

    def add(self, questions: Iterable[Question], rule: str, severity: Severity) -> None:
        """Note that a rule needs these facts."""
        for question in questions:
            asked = self._asked.setdefault(question.fact, Asked(question, severity))
            asked.severity = min(asked.severity, severity)
            asked.rules.add(rule)

    def in_order(self) -> list[Asked]:
        """Give them by worst severity, then number of rules, then name."""
        return sorted(self._asked.values(), key=lambda asked: (asked.severity, -len(asked.rules), asked.question.fact))
