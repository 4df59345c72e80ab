"""A patient's sheet: one line for every medicine, the most urgent first, and what the earliest procedure hangs on."""

from __future__ import annotations

from typing import Any

import pytest
from small_sheets import END, START, line, sheet

IBUPROFEN = {"text": "ibuprofen", "status": "active"}
HEPARIN = {"text": "heparin", "status": "active"}


class TestLines:
    """One line a medicine or a held ingredient."""

    def test_a_dated_hold_has_its_dates_and_its_arithmetic(self) -> None:
        """What the decision says, and how it follows."""
        found = line({**IBUPROFEN, "last_dose": "2026-11-20", "frequency": "2 /d"})
        assert (found["state"], found["rule"], found["severity"]) == ("planned", "hold.nsaid", "high")
        assert (found["last_permitted_dose"], found["no_dose_from"]) == ("2026-12-07", "2026-12-08")
        assert (found["last_dose"], found["record_status"], found["frequency"]) == ("2026-11-20", "active", "2 /d")
        assert (found["class"], found["is_antithrombotic"], found["tier"]) == ("nsaid", False, "know")
        assert found["why"].startswith("Last permitted dose Mon 2026-12-07; then 7 full days")
        assert [source["id"] for source in found["sources"]] == ["handout"]

    def test_an_ingredient_without_a_hold_has_no_rule(self) -> None:
        """It is recognised, and no advice to continue."""
        held, free = sheet({"text": "Duo", "status": "active", "frequency": "1 /d"})["lines"]
        assert (held["binding"], held["state"]) == ("medications/m1#ibuprofen", "planned")
        assert (free["binding"], free["state"], free["reason"]) == ("medications/m1#lisinopril", "no_rule", "no_rule")
        assert "not advice to continue" in free["why"]
        assert (held["frequency"], free["frequency"]) == ("1 /d", "1 /d")

    def test_what_cannot_be_identified_says_so(self) -> None:
        """By its rule."""
        found = line({"text": "white pill"})
        assert (found["state"], found["rule"], found["substance"], found["class"]) == (
            "unidentified",
            "hold.unidentified",
            None,
            None,
        )

    def test_an_entry_in_error_is_not_held(self) -> None:
        """Whatever it is."""
        found = line({**IBUPROFEN, "status": "entered_in_error"})
        assert (found["state"], found["reason"], found["tier"]) == ("no_rule", "entered_in_error", "know")

    def test_the_line_takes_the_state_that_comes_first(self) -> None:
        """Of two holds on one medicine the one for the prescriber; its reason is what the rule is about."""
        found = line({**HEPARIN, "prescriber": "Dr Example"}, history={"valve": True})
        assert (found["state"], found["rule"]) == ("prescriber", "prescriber.valve")
        assert found["why"].startswith("Title of prescriber.valve. ")
        assert found["whom"] == ["prescriber of the medicine (Dr Example)", "proceduralist"]
        assert found["tier"] == "interrupt"

    def test_a_prescriber_who_is_not_recorded_is_said_to_be_so(self) -> None:
        """Nobody is made up."""
        assert line(HEPARIN, history={"valve": True})["whom"][0] == (
            "prescriber of the medicine (who that is, is not on record)"
        )
        assert line(HEPARIN)["whom"] == []

    def test_sources_that_differ_are_told_with_every_reading(self) -> None:
        """Nothing is adopted for aspirin here."""
        found = line({"text": "aspirin", "status": "active"})
        assert (found["state"], found["last_permitted_dose"]) == ("contested", None)
        assert [reading["last_permitted_dose"] for reading in found["readings"]] == ["2026-12-07", "2026-12-09"]
        assert found["whom"]

    def test_what_is_asked_stands_at_the_line_that_it_would_settle(self) -> None:
        """A fact of the item, and one of the patient for a rule on the item."""
        lines = sheet(IBUPROFEN, {"text": "naproxen"}, {"text": "warfarin"}, history={"valve": None})["lines"]
        asked = {each["binding"]: [question["fact"] for question in each["ask"]] for each in lines}
        assert asked == {
            "medications/m1": [],
            "medications/m2": ["medications/m2.status"],
            "medications/m3": ["history.valve"],
        }

    def test_other_advice_on_the_medicine_stands_beside_it(self) -> None:
        """What is no hold and no restart."""
        found = line({**IBUPROFEN, "as_needed": True})
        assert [(advice["rule"], advice["kind"]) for advice in found["also"]] == [("check.as-needed", "preparation")]

    def test_an_open_list_has_a_line_for_what_it_leaves_out(self) -> None:
        """Undecidable, and what to ask is the list."""
        rest = next(each for each in sheet(IBUPROFEN, complete=False)["lines"] if each["binding"] == "medications/*")
        assert (rest["state"], rest["reason"], rest["severity"]) == ("undecidable", "list_not_complete", "high")
        assert [question["fact"] for question in rest["ask"]] == ["medications"]
        assert rest["tier"] == "act"

    @pytest.mark.parametrize(
        ("status", "why"), [("cancelled", "The procedure was cancelled"), ("done", "The procedure is done.")]
    )
    def test_without_a_planned_procedure_there_is_no_state(self, status: str, why: str) -> None:
        """Neither for a medicine, nor for what an open list leaves out."""
        known: dict[str, Any] = {"procedure": {"status": status}, "as_of": "2026-12-15T10:00:00-05:00"}
        medicine, rest = sheet({"text": "naproxen", "status": "active"}, complete=False, **known)["lines"]
        assert {medicine["binding"], rest["binding"]} == {"medications/m1", "medications/*"}
        assert (medicine["state"], rest["state"]) == (None, None)
        assert why in medicine["why"] + rest["why"]


class TestSheets:
    """What stands over the lines."""

    def test_it_says_whose_it_is_and_what_it_was_made_from(self) -> None:
        """Pseudonym, unit, time, ruleset, decision, procedure."""
        procedure = {"kind": "kyphoplasty", "urgency": "elective"}
        found = sheet(IBUPROFEN, procedure=procedure, patient={"unit": "Ward 3"})
        assert (found["subject"], found["unit"], found["zone"]) == ("demo-001", "Ward 3", "America/New_York")
        assert found["procedure"] == {**procedure, "status": "booked", "start": START, "end": None}
        assert found["decision"].startswith("sha256:")
        assert (found["list_is_complete"], found["disposition"]) == (True, "proceed")

    def test_what_is_not_known_is_left_open(self) -> None:
        """Unit, kind, start."""
        found = sheet(IBUPROFEN, procedure={"start": None})
        assert (found["unit"], found["procedure"]["kind"], found["procedure"]["start"]) == (None, None, None)

    def test_the_earliest_procedure_hangs_on_the_latest_hold(self) -> None:
        """Seven days outlast six hours."""
        found = sheet(HEPARIN, IBUPROFEN)
        assert found["earliest_procedure"] == "2026-11-29T00:00:00-05:00"
        assert [driver["medication"] for driver in found["driven_by"]] == ["ibuprofen"]
        assert "Sun 2026-11-29" in found["earliest_text"]
        assert "It hangs on ibuprofen (planned)." in found["earliest_text"]

    def test_what_leaves_it_open_is_named(self) -> None:
        """All of it, and nothing else."""
        found = sheet(IBUPROFEN, {"text": "white pill"}, complete=False)
        assert found["earliest_procedure"] is None
        assert {driver["state"] for driver in found["driven_by"]} == {"unidentified", "undecidable"}
        assert "while these are open" in found["earliest_text"]

    def test_no_hold_is_no_clearance(self) -> None:
        """Nor is a list without medicines."""
        for items in ((), ({"text": "lisinopril", "status": "active"},)):
            assert "this is not a clearance" in sheet(*items)["earliest_text"]
        assert sheet()["tier"] == "know"

    def test_no_procedure_is_no_earliest_one(self) -> None:
        """Done."""
        known: dict[str, Any] = {"procedure": {"status": "done"}, "postop": {"procedure_end": END}}
        found = sheet(IBUPROFEN, **known, as_of="2026-12-15T10:00:00-05:00")
        assert (found["earliest_procedure"], found["earliest_text"]) == (None, "No procedure is ahead.")

    def test_the_most_urgent_line_stands_first_and_gives_the_tier(self) -> None:
        """Whatever the order of the list is."""
        lisinopril, late = {"text": "lisinopril", "status": "active"}, {**IBUPROFEN, "last_dose": "2026-12-08"}
        found = sheet(lisinopril, HEPARIN, late, as_of="2026-12-10T09:00:00-05:00")
        assert [each["state"] for each in found["lines"]] == ["overdue", "planned", "no_rule"]
        assert found["tier"] == "act"

    def test_each_question_is_asked_once(self) -> None:
        """Two medicines, one open fact of the patient; what no medicine hangs on is not asked here."""
        found = sheet(HEPARIN, {"text": "warfarin", "status": "active"}, history={"valve": None})
        assert [question["fact"] for question in found["ask"]] == ["history.valve"]
