"""The restart of a medicine: the earliest time, or what speaks against one, or what is missing."""

from __future__ import annotations

from typing import Any

from small_sheets import END, line

from cds.holds.restart import restart_of, restart_text

DONE: dict[str, Any] = {"procedure": {"status": "done"}, "as_of": "2026-12-15T10:00:00-05:00"}
HEPARIN = {"text": "heparin", "status": "on_hold"}


def test_the_earliest_restart_is_told_with_its_source() -> None:
    """Of a range of hours the later end."""
    found = line(HEPARIN, **DONE, postop={"procedure_end": END, "bleeding": False})
    assert (found["state"], found["reason"]) == (None, "no_procedure_planned")
    restart = found["restart"]
    assert (restart["state"], restart["by"], restart["at"], restart["to"]) == (
        "from",
        "society",
        "2026-12-15T17:00:00-05:00",
        None,
    )
    assert [advice["rule"] for advice in restart["advice"]] == ["restart.heparin"]
    assert found["why"] == found["text"] == "Earliest restart Tue 2026-12-15 17:00 -05:00 (society)."


def test_a_range_in_days_has_both_ends() -> None:
    """One to two days."""
    found = line({"text": "ibuprofen", "status": "on_hold"}, **DONE, postop={"procedure_end": END})
    assert found["why"] == (
        "Earliest restart from Wed 2026-12-16 09:00 -05:00 to Thu 2026-12-17 09:00 -05:00 (handout)."
    )


def test_a_rule_that_speaks_against_it_outranks_a_date() -> None:
    """No date, and what the rule says."""
    found = line(HEPARIN, **DONE, postop={"procedure_end": END, "bleeding": True})
    assert (found["restart"]["state"], found["restart"]["at"], found["restart"]["others"]) == ("no_date", None, [])
    assert "Not while it bleeds." in found["why"]


def test_a_condition_that_is_unknown_is_asked() -> None:
    """Whether it bleeds decides."""
    found = line(HEPARIN, **DONE, postop={"procedure_end": END})
    assert found["restart"]["state"] == "ask"
    assert "postop.bleeding" in {question["fact"] for question in found["ask"]}


def test_an_end_that_is_unknown_is_no_date() -> None:
    """The rule applies, but there is nothing to count from."""
    assert line(HEPARIN, **DONE, postop={"bleeding": False})["restart"]["state"] == "ask"


def test_before_the_procedure_is_done_there_is_none() -> None:
    """Nor where no rule speaks of the medicine."""
    assert line(HEPARIN, procedure={"status": "cancelled"})["restart"] is None
    assert line({"text": "lisinopril", "status": "active"}, **DONE)["restart"] is None
    assert restart_of([]) is None


def test_an_adopted_source_that_has_no_name_is_left_out() -> None:
    """Where nothing is adopted the date has no source of its own."""
    told: Any = {"state": "from", "by": None, "at": "2026-12-16", "to": None, "others": [], "advice": []}
    assert restart_text(told) == "Earliest restart Wed 2026-12-16."
