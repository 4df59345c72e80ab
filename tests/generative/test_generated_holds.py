"""What a decision may say of holds: no date where none may be given, and a later procedure is never worse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from strategies.chance import Seeded
from strategies.given import Case, case, cases, examples
from strategies.patients import parsed
from strategies.rulesets import HOLDS, ONLY_HOLDS, Size

from cds.engine import decide
from cds.facts.instants import format_utc
from cds.facts.model import TimeSpan
from cds.facts.zones import DAY

WITHOUT_A_DATE = frozenset({"prescriber", "undecidable", "contested", "unidentified"})
DATES = ("last_permitted_dose", "no_dose_from", "earliest_procedure")


def holds_of(decision: Any) -> Iterator[tuple[Any, Any]]:
    """Give every recommendation that has a hold, with the hold."""
    for found in decision["recommendations"]:
        if found["hold"] is not None:
            yield found, found["hold"]


def numbers_in(value: Any) -> list[Any]:
    """Give the whole numbers anywhere in a value."""
    if isinstance(value, dict):
        return [number for part in value.values() for number in numbers_in(part)]
    if isinstance(value, list):
        return [number for part in value for number in numbers_in(part)]
    return [value] if isinstance(value, int) and not isinstance(value, bool) else []


@examples(150)
@given(cases(HOLDS))
def test_no_date_where_stopping_is_not_ours_to_date(made: Case) -> None:
    """A hold for the prescriber, undecidable, contested or unidentified has no date, nor has the procedure then."""
    decision = decide(made.program, made.facts).document
    for found, hold in holds_of(decision):
        if hold["state"] in WITHOUT_A_DATE:
            assert not any(hold[name] for name in DATES)
            assert hold["other_deadlines"] == []
            assert found["advice"] != "hold_it" or found["dates"] == []
            assert decision["earliest_procedure"] is None


@examples(150)
@given(cases(HOLDS, known=90))
def test_a_withheld_hold_tells_no_date_and_no_number(made: Case) -> None:
    """Where a rule that could override a hold is UNKNOWN, the hold gives no interval, no date and no figure."""
    for found, hold in holds_of(decide(made.program, made.facts).document):
        if found["status"] == "cannot_decide" and found["overridden_by"] is not None:
            assert hold["state"] not in {"overdue", "due", "planned", "satisfied"}
            assert not any(hold[name] for name in DATES)
            assert numbers_in(hold) == []
            assert found["positions"] == found["dates"] == []
            assert not re.search(r"[0-9]", without_names(found["text"], made))


def without_names(text: str, made: Case) -> str:
    """Leave out what the text quotes: the medication's own label, facts that are asked for, and rule ids."""
    labels = {item.label for fact_list in made.facts.lists.values() for item in fact_list.items}
    bindings = {item.binding for fact_list in made.facts.lists.values() for item in fact_list.items}
    for quoted in sorted(labels | bindings | set(made.program.rules), key=len, reverse=True):
        text = text.replace(quoted, "")
    return text


def test_a_later_procedure_never_makes_a_satisfied_hold_overdue() -> None:
    """Move the start to a later time and nothing else: a hold that was satisfied may be due again, never overdue."""
    satisfied = 0
    for number in range(500):
        made = case(Seeded(f"later/{number}"), ONLY_HOLDS, known=100, complete=90)
        before = decide(made.program, made.facts).document
        states = {(found["rule"], found["binding"]): hold["state"] for found, hold in holds_of(before)}
        if "satisfied" in states.values():
            satisfied += 1
            after = decide(made.program, parsed(made.program, with_later_start(made))).document
            for found, hold in holds_of(after):
                was = states.get((found["rule"], found["binding"]))
                assert (was, hold["state"]) != ("satisfied", "overdue"), number
    assert satisfied >= 10


def with_later_start(made: Case) -> Any:
    """Give the patient with a later start of the procedure."""
    start = made.facts.value("procedure.start")
    assert isinstance(start, TimeSpan)
    later = start.high + made.chance.whole(1, 40) * DAY // 2
    return {**made.patient, "procedure": {**made.patient["procedure"], "start": format_utc(later)}}


def test_the_properties_of_holds_are_about_something() -> None:
    """The rulesets and patients of this page have every hold state, and withheld holds, often enough to be a test."""
    counted = dict.fromkeys(("satisfied", "overdue", "due", "planned", *WITHOUT_A_DATE, "withheld"), 0)
    for size, known in ((HOLDS, 90), (ONLY_HOLDS, 100)):
        count_states(size, known, counted)
    assert min(counted.values()) >= 10, counted


def count_states(size: Size, known: int, counted: dict[str, int]) -> None:
    """Count the hold states over some seeded cases."""
    for number in range(250):
        made = case(Seeded(f"holds/{number}"), size, known=known, complete=90)
        for found, hold in holds_of(decide(made.program, made.facts, engines=["reference"]).document):
            if found["status"] == "cannot_decide" and found["overridden_by"]:
                counted["withheld"] += 1
            elif hold["state"] in counted:
                counted[hold["state"]] += 1
