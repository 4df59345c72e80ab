"""A filter leaves out only what is known not to match."""

from __future__ import annotations

from typing import Any

import pytest
from made_up_sheets import METFORMIN, NAPROXEN, UNKNOWN, WARFARIN, loaded, overdue, sheet, start, worklist

from cds.errors import InputError
from cds.holds.filters import Filters, check_filters, lines_shown
from cds.holds.model import Sheet
from cds.holds.worklist import Showing

CLASSES = loaded().program.concepts.classes


def shown(of: Sheet, **filters: Any) -> list[str]:
    """Give the medications that are shown."""
    return [line["medication"] for line in lines_shown(of, Filters(**filters))]


def test_states_and_tiers_are_exact() -> None:
    """A state is always known, so that only lines in one of the states asked for are shown."""
    patient = sheet("a", NAPROXEN, METFORMIN, UNKNOWN)
    assert shown(patient, states=("planned",)) == ["naproxen 500 mg"]
    assert shown(patient, states=("planned", "unidentified")) == ["little white pill", "naproxen 500 mg"]
    assert shown(patient, tiers=("act",)) == ["little white pill"]
    assert shown(patient, states=("planned",), tiers=("act",)) == []


def test_an_alert_can_be_asked_for() -> None:
    """`held_too_long` shows the lines that have the alert, whatever their state."""
    held = sheet("a", {**WARFARIN, "status": "on_hold"}, METFORMIN, procedure={"status": "cancelled"})
    assert shown(held, states=("held_too_long",)) == ["warfarin 5 mg"]


def test_what_is_unidentified_or_missing_from_the_list_stays_under_a_class() -> None:
    """Only a substance that is known to be of another class is left out."""
    patient = sheet("a", NAPROXEN, METFORMIN, UNKNOWN, WARFARIN, complete=False)
    assert sorted(shown(patient, classes=("anticoagulant",))) == [
        "Medicines that are not on the list",
        "little white pill",
        "warfarin 5 mg",
    ]
    assert "naproxen 500 mg" in shown(patient, classes=("anticoagulant", "nsaid"))


@pytest.mark.parametrize(
    ("first", "last", "stays"),
    [
        ("2026-12-08", "2026-12-08", True),
        ("2026-12-08", None, True),
        (None, "2026-12-08", True),
        ("2026-12-09", None, False),
        (None, "2026-12-07", False),
    ],
)
def test_days_are_inclusive_and_local(first: str | None, last: str | None, *, stays: bool) -> None:
    """A procedure late in the evening counts on its day in the patient's zone."""
    late = {"status": "booked", "start": "2026-12-09T04:30:00Z"}
    assert bool(shown(sheet("a", NAPROXEN, procedure=late), first_day=first, last_day=last)) is stays


def test_a_start_that_is_not_known_stays() -> None:
    """Without a start, or with one that is known only as some days, the procedure may be on any of them."""
    assert shown(sheet("a", NAPROXEN, procedure=start(None)), first_day="2026-12-01", last_day="2026-12-02")
    vague = sheet("a", NAPROXEN)
    vague["procedure"]["start"] = "from 2026-12-07 to 2026-12-09"
    assert shown(vague, first_day="2026-12-09")
    assert shown(vague, last_day="2026-12-07")
    assert not shown(vague, first_day="2026-12-10")
    assert not shown(vague, last_day="2026-12-06")


def test_a_unit_that_is_not_recorded_stays() -> None:
    """Only a patient of another unit is left out; upper and lower case do not matter."""
    here = sheet("a", NAPROXEN, patient={"unit": "Ward 3B"})
    assert shown(here, units=("ward 3b",))
    assert not shown(here, units=("Ward 4",))
    assert shown(sheet("a", NAPROXEN), units=("Ward 4",))


def test_what_is_hidden_is_counted() -> None:
    """Patients, medications and alerts that a filter hides are counted; without a filter a patient needs no line."""
    held = sheet("h", {**WARFARIN, "status": "on_hold"}, procedure={"status": "cancelled"})
    patients = (sheet("a", NAPROXEN, METFORMIN), overdue("b"), held, sheet("c"))
    counts = worklist(*patients, showing=Showing(Filters(states=("planned",)))).counts
    hidden = {name: counts[f"hidden_{name}"] for name in ("patients", "medications", "alerts")}
    assert hidden == {"patients": 3, "medications": 3, "alerts": 1}
    assert worklist(*patients).counts["patients"] == 4
    early = worklist(*patients, showing=Showing(Filters(first_day="2026-12-01")))
    assert [one.subject for one in early.patients] == ["h", "a", "c"]


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        (Filters(states=("overdu",)), "there is no state `overdu`.*did you mean `overdue`"),
        (Filters(tiers=("acts",)), "there is no tier `acts`.*did you mean `act`"),
        (Filters(classes=("anticoagulants",)), "there is no class `anticoagulants`.*did you mean `anticoagulant`"),
        (Filters(first_day="tomorrow"), "`tomorrow` is not a date"),
        (Filters(last_day="2026-02-30"), "`2026-02-30` is not on the calendar"),
        (Filters(first_day="2026-12-02", last_day="2026-12-01"), "`2026-12-01`, is before the first, `2026-12-02`"),
    ],
    ids=lambda value: "" if isinstance(value, str) else next(iter(value.told())),
)
def test_a_name_that_does_not_exist_is_refused_with_the_nearest(filters: Filters, said: str) -> None:
    """A slip in a filter would hide patients: it is an error."""
    with pytest.raises(InputError, match=said):
        check_filters(filters, CLASSES)


def test_filters_that_exist_are_accepted_and_told() -> None:
    """What is set is told by the names of the options."""
    filters = Filters(("due", "held_too_long"), ("act",), ("nsaid",), ("Ward 3B",), "2026-12-01", "2026-12-01")
    check_filters(filters, CLASSES)
    assert filters.told() == {
        "state": "due, held_too_long",
        "tier": "act",
        "class": "nsaid",
        "unit": "Ward 3B",
        "from": "2026-12-01",
        "to": "2026-12-01",
    }
