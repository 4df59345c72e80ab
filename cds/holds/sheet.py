"""One patient's hold sheet, made from the decision and the facts it was made from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cds.facts.model import Facts, Text, TimeSpan, Word
from cds.facts.time_text import span_text, with_weekdays
from cds.holds.line import lines_of
from cds.holds.model import MEDICATIONS, TIERS, Driver, Line, Procedure, Question, Sheet
from cds.holds.urgency import line_key
from cds.ir.program import Program
from cds.outcome.holds import WITHOUT_A_DATE
from cds.records.decision import DecisionDocument


def sheet_of(decision: DecisionDocument, facts: Facts, program: Program) -> Sheet:
    """Give the sheet of a patient: every medication of the list, the most urgent first."""
    procedure = _procedure(facts)
    lines = lines_of(decision, facts, program, procedure)
    lines.sort(key=lambda line: (*line_key(line, procedure["start"]), line["binding"]))
    earliest = decision["earliest_procedure"]
    drivers = [*_drivers(lines, earliest)]
    return {
        "subject": decision["subject"],
        "as_of": decision["as_of"],
        "zone": decision["zone"],
        "unit": _text(facts, "patient.unit"),
        "ruleset": decision["ruleset"],
        "decision": decision["digest"],
        "disposition": decision["disposition"]["code"],
        "procedure": procedure,
        "list_is_complete": facts.list(MEDICATIONS).complete,
        "earliest_procedure": earliest,
        "driven_by": drivers,
        "earliest_text": _earliest_text(earliest, drivers, lines),
        "tier": min((line["tier"] for line in lines), key=TIERS.index, default=TIERS[-1]),
        "lines": lines,
        "ask": [*_asked_of_the_patient(decision, lines)],
    }


def _procedure(facts: Facts) -> Procedure:
    return {
        "status": _word(facts, "procedure.status"),
        "kind": _word(facts, "procedure.kind"),
        "urgency": _word(facts, "procedure.urgency"),
        "start": _time(facts, "procedure.start"),
        "end": _time(facts, "postop.procedure_end"),
    }


def _drivers(lines: Sequence[Line], earliest: str | None) -> Iterator[Driver]:
    """Give what the earliest procedure hangs on: the latest of the holds, or all that leave it open."""
    for line in lines:
        is_open = earliest is None and line["state"] in WITHOUT_A_DATE
        if is_open or (earliest is not None and line["earliest_procedure"] == earliest):
            yield {"binding": line["binding"], "medication": line["medication"], "state": line["state"]}


def _earliest_text(earliest: str | None, drivers: Sequence[Driver], lines: Sequence[Line]) -> str:
    named = ", ".join(f"{driver['medication']} ({str(driver['state']).replace('_', ' ')})" for driver in drivers)
    if earliest is not None:
        return f"Earliest procedure by all adopted holds together: {with_weekdays(earliest)}. It hangs on {named}."
    if drivers:
        return f"No earliest procedure can be given while these are open: {named}."
    if any(line["state"] is None for line in lines):
        return "No procedure is ahead."
    return "No adopted hold sets an earliest procedure; this is not a clearance."


def _asked_of_the_patient(decision: DecisionDocument, lines: Sequence[Line]) -> Iterator[Question]:
    """Give what the lines ask, each question once, in the order of the decision."""
    asked_by_lines = {question["fact"] for line in lines for question in line["ask"]}
    for asked in decision["ask"]:
        if asked["fact"] in asked_by_lines:
            yield {"fact": asked["fact"], "prompt": asked["prompt"]}


def _word(facts: Facts, name: str) -> str | None:
    value = facts.value(name)
    return str(value.value) if isinstance(value, Word) else None


def _text(facts: Facts, name: str) -> str | None:
    value: Any = facts.value(name)
    return value.value if isinstance(value, Text) else None


def _time(facts: Facts, name: str) -> str | None:
    value = facts.value(name)
    return span_text(value.low, value.high, facts.zone) if isinstance(value, TimeSpan) else None
