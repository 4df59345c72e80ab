"""Every hold case of the table (`hold_cases.md`) comes out as it was derived by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hold_table import NOT_SAID, HoldCase, hold_cases, time_of

import cds
from cds.actions import hold_sheet, load_ruleset
from cds.facts.schema import parse_facts
from cds.holds.model import RESTART_STATES
from cds.ir.program import HOLD_STATES

CASES = hold_cases()
NOT_PLANNED = NOT_SAID
"""Stands in the column of the state where the procedure is done or cancelled."""
_DECIDED = {"because": "A case tries it.", "by": "case", "decided": "2026-01-01"}


def test_the_table_is_large_enough_and_has_every_state() -> None:
    """150 cases at least, each with its own name, and each state of the contract more than once."""
    states = Counter(case["state"] for case in CASES)
    assert len(CASES) >= 150
    assert len({case["case"] for case in CASES}) == len(CASES)
    assert set(states) == {*HOLD_STATES, NOT_PLANNED}
    assert min(states.values()) >= 2


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_the_sheet_says_what_was_derived_by_hand(case: HoldCase) -> None:
    """State, last permitted dose and earliest procedure of the line, and whatever else the table expects."""
    sheet = sheet_for(case)
    line = line_of(sheet, case["line"])
    assert (line["state"] or NOT_PLANNED) == case["state"]
    assert line["last_permitted_dose"] == expected(case["last permitted"])
    assert line["earliest_procedure"] == expected(case["earliest"])
    assert [(name, value) for name, value in case.more if not CHECKS[name](value, line, sheet)] == []


def sheet_for(case: HoldCase) -> Any:
    """Make the sheet of the case's patient, under the ruleset or under the positions that a site adopts."""
    ruleset = ruleset_adopting(**case.adopted)
    facts = parse_facts(case.patient(ruleset.program.dictionary), ruleset.program.dictionary, ruleset.program.concepts)
    return hold_sheet(ruleset, facts)


@cache
def ruleset_adopting(**adopted: str) -> cds.Ruleset:
    """Give the shipped ruleset, or an overlay of it with other positions adopted."""
    base = load_ruleset()
    if not adopted:
        return base
    overlay = {
        "schema": "cds-ruleset/1",
        "id": "site-of-a-case",
        "version": "1.0.0",
        "title": "A site that adopts other positions",
        "lifecycle": {"status": "draft"},
        "extends": {"id": base.loaded.document.id, "digest": base.loaded.digest},
        "adopt": {name: {"adopt": source, **_DECIDED} for name, source in adopted.items()},
    }
    with TemporaryDirectory() as folder:
        (Path(folder) / "ruleset.yaml").write_text(yaml.safe_dump(overlay), encoding="utf-8")
        return load_ruleset(folder)


def line_of(sheet: Any, name: str) -> Any:
    """Give the one line of a medicine, or of an ingredient of it."""
    [found] = [line for line in sheet["lines"] if line["binding"] == f"medications/{name}"]
    return found


def expected(written: str) -> str | None:
    """Give a time of the table as a sheet has it."""
    return None if written == NOT_SAID else str(time_of(written))


def is_alert(value: str, line: Any) -> bool:
    """Tell whether a line has just this alert, of this severity where one is named."""
    code, _, severity = value.partition(" ")
    return [code] == [each["code"] for each in line["alerts"]] and severity in {"", line["alerts"][0]["severity"]}


def is_other_deadline(value: str, line: Any) -> bool:
    """Tell whether a position that is not adopted has this deadline."""
    source, at = value.split(" ", 1)
    return (source, expected(at)) in {(each["source"], each["last_permitted_dose"]) for each in line["other_deadlines"]}


def is_restart(value: str, line: Any) -> bool:
    """Tell whether the restart is at this time, open in this way, or not spoken of."""
    if line["restart"] is None or value == "none":
        return line["restart"] is None and value == "none"
    told = (value, None) if value in RESTART_STATES else ("from", expected(value))
    return told == (line["restart"]["state"], line["restart"]["at"])


CHECKS: dict[str, Callable[[str, Any, Any], bool]] = {
    "all": lambda value, _, sheet: sheet["earliest_procedure"] == expected(value),
    "why": lambda value, line, _: line["reason"] == value,
    "rule": lambda value, line, _: line["rule"] == value,
    "tier": lambda value, line, _: line["tier"] == value,
    "ask": lambda value, line, _: value.replace("m1.", "medications/m1.") in {each["fact"] for each in line["ask"]},
    "says": lambda value, line, _: value in line["why"],
    "note": lambda value, line, _: value in " ".join(line["notes"]),
    "whom": lambda value, line, _: value in " ".join(line["whom"]),
    "also": lambda value, line, _: value in {each["rule"] for each in line["also"]},
    "other": lambda value, line, _: is_other_deadline(value, line),
    "reading": lambda value, line, _: line["readings"][0]["last_permitted_dose"] == expected(value),
    "alert": lambda value, line, _: is_alert(value, line),
    "no": lambda value, line, _: line[f"{value}s"] == [],
    "restart": lambda value, line, _: is_restart(value, line),
}
"""The words of the column `more`, each with what it asks of the line and of the sheet."""
