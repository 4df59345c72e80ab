"""What has to hold of every hold sheet of the shipped ruleset, whoever the patient is.

By default a few patients that hypothesis draws, so that what fails is shrunk; thousands of seeded ones in a long run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hold_patients import RULESET, Json, another_medicine, facts_of, patient
from hypothesis import given
from hypothesis import strategies as st
from strategies.chance import Chance, Drawn, Seeded
from strategies.given import examples

from cds.actions import hold_sheet
from cds.ir.program import HOLD_STATES

QUIET = frozenset({"continue", "no_rule", "satisfied"})
"""States that remind nobody of anything."""
WITHOUT_A_DATE = frozenset({"prescriber", "undecidable", "contested", "unidentified"})
OPEN = WITHOUT_A_DATE | {"overdue", "due"}
"""States in which somebody has to do something now."""
LONGER_WITH_ASPIRIN = "dipyridamole"
"""Held by another row, for longer, where aspirin is on the list: what is due by the shorter interval, since a dose
would still be permitted, may be satisfied by the longer one (cases A24 and A25 of `tests/functional/hold_cases.md`)."""


@st.composite
def chances(draw: st.DrawFn) -> Chance:
    """Give choices that hypothesis draws, so that it can shrink them."""
    return Drawn(draw)


def sheet_of(document: Json) -> Any:
    """Make the sheet of a patient by one engine; that both agree has tests of its own."""
    return hold_sheet(RULESET, facts_of(document), engines="reference")


def states_of(sheet: Any) -> dict[str, str | None]:
    """Give the state of every line by its binding."""
    return {line["binding"]: line["state"] for line in sheet["lines"]}


def later_is_never_overdue(chance: Chance) -> int:
    """Move the start later: nothing that was satisfied is overdue. Give how many were satisfied."""
    before = patient(chance)
    if "start" not in before["procedure"]:
        return 0
    after = deepcopy(before)
    after["procedure"]["start"] = moved(before["procedure"]["start"], chance.whole(1, 40 * 1440))
    was, now = states_of(sheet_of(before)), states_of(sheet_of(after))
    satisfied = [binding for binding, state in was.items() if state == "satisfied"]
    assert [binding for binding in satisfied if now[binding] == "overdue"] == []
    return len(satisfied)


def moved(start: str, minutes: int) -> str:
    """Give a later start, as exact as it was."""
    if "T" in start:
        return (datetime.fromisoformat(start) + timedelta(minutes=minutes)).isoformat()
    return (date.fromisoformat(start) + timedelta(days=1 + minutes // 1440)).isoformat()


def one_more_never_quiets(chance: Chance) -> int:
    """Add a medicine: no other line falls silent. Give how many could have."""
    before = patient(chance)
    after, added = another_medicine(chance, before)
    was, sheet = states_of(sheet_of(before)), sheet_of(after)
    reminders = {binding for binding, state in was.items() if state not in QUIET}
    for line in sheet["lines"]:
        if line["binding"].partition("#")[0] == f"medications/{added}":
            continue
        quieted = line["binding"] in reminders and line["state"] in QUIET
        assert not quieted or line["substance"] == LONGER_WITH_ASPIRIN, (
            line["binding"],
            was[line["binding"]],
            line["state"],
        )
    return len(reminders)


def earliest_fed_back_is_in_time(chance: Chance) -> int:
    """Plan the procedure at its earliest time: nothing is overdue. Give 1 where there was such a time."""
    document = patient(chance)
    earliest = sheet_of(document)["earliest_procedure"]
    if earliest is None:
        return 0
    document["procedure"]["start"] = earliest
    assert "overdue" not in states_of(sheet_of(document)).values()
    return 1


def earliest_is_null_while_anything_is_open(chance: Chance) -> int:
    """Give no earliest procedure while a line has no date or the list is open. Give 1 where that was so."""
    document = patient(chance)
    sheet = sheet_of(document)
    is_open = not WITHOUT_A_DATE.isdisjoint(states_of(sheet).values()) or not document["medications"]["reconciled"]
    assert not is_open or sheet["earliest_procedure"] is None
    return int(is_open)


def every_medicine_has_one_line(chance: Chance) -> int:
    """Every binding of the list has one line, with a state of the contract. Give the number of lines."""
    document = patient(chance)
    sheet, facts = sheet_of(document), facts_of(document)
    rest = [] if document["medications"]["reconciled"] else ["medications/*"]
    bindings = [item.binding for item in facts.list("medications").items] + rest
    assert sorted(line["binding"] for line in sheet["lines"]) == sorted(bindings)
    assert all(line["state"] in HOLD_STATES for line in sheet["lines"])
    return len(bindings)


def what_is_open_is_never_just_to_know(chance: Chance) -> int:
    """Put what is open, alerts and open restarts of antithrombotics, on today's list at least. Give their number."""
    sheet = sheet_of(patient(chance, planned=chance.maybe(60)))
    found = [line for line in sheet["lines"] if line["state"] in OPEN or line["alerts"] or has_open_restart(line)]
    assert [line["binding"] for line in found if line["tier"] == "know"] == []
    assert not found or sheet["tier"] != "know"
    return len(found)


def has_open_restart(line: Any) -> bool:
    """Tell whether an antithrombotic waits for a time of restart that cannot be told yet."""
    return line["is_antithrombotic"] and line["restart"] is not None and line["restart"]["at"] is None


def what_is_open_says_what_to_do(chance: Chance) -> int:
    """Ask something where it is undecidable, name somebody where it is not ours. Give the number of such lines."""
    sheet = sheet_of(patient(chance))
    undecidable = [line for line in sheet["lines"] if line["state"] == "undecidable"]
    prescriber = [line for line in sheet["lines"] if line["state"] == "prescriber"]
    assert sheet["ask"] or not undecidable
    assert [line["binding"] for line in prescriber if not line["whom"]] == []
    assert [line["binding"] for line in sheet["lines"] if not line["why"] or not line["text"]] == []
    return len(undecidable) + len(prescriber)


PROPERTIES: tuple[Callable[[Chance], int], ...] = (
    later_is_never_overdue,
    one_more_never_quiets,
    earliest_fed_back_is_in_time,
    earliest_is_null_while_anything_is_open,
    every_medicine_has_one_line,
    what_is_open_is_never_just_to_know,
    what_is_open_says_what_to_do,
)
NAMES = [holds.__name__ for holds in PROPERTIES]


@pytest.mark.parametrize("holds", PROPERTIES, ids=NAMES)
def test_it_holds_of_a_few_patients(holds: Callable[[Chance], int]) -> None:
    """A few patients, shrunk to the simplest one that fails."""

    @examples(20)
    @given(chances())
    def few(chance: Chance) -> None:
        holds(chance)

    few()


@pytest.mark.parametrize("holds", PROPERTIES, ids=NAMES)
def test_it_is_about_something(holds: Callable[[Chance], int]) -> None:
    """Among fifty patients there are some to which it applies."""
    assert sum(holds(Seeded(f"{holds.__name__}/{number}")) for number in range(50)) >= 5


@pytest.mark.long
@pytest.mark.parametrize("holds", PROPERTIES, ids=NAMES)
def test_it_holds_of_many_patients(holds: Callable[[Chance], int]) -> None:
    """Two thousand seeded patients."""
    for number in range(2000):
        try:
            holds(Seeded(f"many/{number}"))
        except AssertionError as failure:
            pytest.fail(f"patient many/{number}: {failure}")


@pytest.mark.long
def test_every_state_occurs() -> None:
    """The patients of this page have every state of the contract that the shipped adoptions can give."""
    counted = Counter(
        state for n in range(2000) for state in states_of(sheet_of(patient(Seeded(f"state/{n}")))).values()
    )
    assert set(counted) == {*HOLD_STATES} - {"contested"}
    assert min(counted.values()) >= 10, counted
