"""No antithrombotic, anti-inflammatory drug or salicylate passes the shipped ruleset without exactly one answer."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

import cds

CLASSES = ("antithrombotic", "nsaid", "salicylate")
BEFORE: dict[str, Any] = {
    "schema": "cds-facts/1",
    "subject": "silence",
    "as_of": "2026-11-21T09:00:00-05:00",
    "zone": "America/New_York",
    "patient": {"age": "68 a", "sex": "male", "weight": {"value": "60 kg", "taken": "2026-11-19"}},
    "history": {"coronary_stent": False, "mechanical_valve": False, "vte": False, "stroke": False},
    "procedure": {"status": "booked", "start": "2026-12-15T08:00:00-05:00"},
}
AFTER: dict[str, Any] = {
    **BEFORE,
    "as_of": "2026-12-15T15:00:00-05:00",
    "procedure": {"status": "done", "start": "2026-12-15T08:00:00-05:00"},
    "postop": {
        "procedure_end": "2026-12-15T09:00:00-05:00",
        "haemostasis_confirmed": True,
        "neuro_exam": "intact",
    },
}
COMPLETE = {
    "status": "active",
    "frequency": "1 /d",
    "intent": "prophylactic",
    "indication": "primary_prevention",
    "loading_dose": "0 mg",
}


@cache
def _ruleset() -> cds.Ruleset:
    return cds.load_ruleset("vertebral-augmentation")


def _named() -> dict[str, str]:
    """Give the first name of every substance that is meant."""
    document = _ruleset().loaded.document
    meant = set().union(*(_ruleset().program.concepts.members(name) for name in CLASSES))
    return {id_: document.substances[id_].names[0] for id_ in sorted(meant)}


def _recommendations(document: dict[str, Any], name: str, **more: Any) -> list[Any]:
    item = {"id": "m1", "text": name, **COMPLETE, **more}
    given = {**document, "medications": {"reconciled": True, "items": [item]}}
    return list(cds.decide(_ruleset(), given).document["recommendations"])


def _applying(recommendations: list[Any], kind: str) -> list[str]:
    return [each["rule"] for each in recommendations if each["kind"] == kind and each["status"] == "applies"]


def _advised(recommendations: list[Any]) -> set[str]:
    return {each["advice"] for each in recommendations if each["status"] == "applies"}


@pytest.mark.parametrize("creatinine", ["1 mg/dL", "1.5 mg/dL", "2.5 mg/dL", "6 mg/dL"])
def test_each_has_exactly_one_hold_at_every_renal_function(creatinine: str) -> None:
    """A date, the prescriber, or an adopted position not to stop; and it is recognised as what it is."""
    document = {**BEFORE, "labs": {"creatinine": {"value": creatinine, "taken": "2026-11-20T07:10:00-05:00"}}}
    other = {}
    for substance, name in _named().items():
        said = _recommendations(document, name, route="intravenous")
        holds = [each["hold"]["substance"] for each in said if each["kind"] == "hold" and each["status"] == "applies"]
        if holds != [substance]:
            other[substance] = holds
    assert other == {}


def test_each_has_exactly_one_answer_about_its_restart() -> None:
    """A time, or the prescriber."""
    said = {name: _recommendations(AFTER, name, status="on_hold", route="intravenous") for name in _named().values()}
    assert {name: found for name, each in said.items() if len(found := _applying(each, "restart")) != 1} == {}


@pytest.mark.parametrize("finding", [{"haemostasis_confirmed": False}, {"neuro_exam": "changed"}])
@pytest.mark.parametrize("status", ["on_hold", "unknown", None])
def test_none_is_started_again_after_a_bad_finding(finding: dict[str, Any], status: str | None) -> None:
    """Also where the record gives no status, which leaves the rules on its restart with nothing to ask."""
    document = {**AFTER, "postop": {**AFTER["postop"], **finding}}
    said = {name: _recommendations(document, name, status=status) for name in _named().values()}
    assert [name for name, each in said.items() if "do_not_restart" not in _advised(each)] == []


@pytest.mark.parametrize("route", ["oral", "inhaled", "transdermal"])
def test_a_route_that_is_no_local_use_lifts_no_hold(route: str) -> None:
    """By mouth, inhaled or by a patch: a hold stands, as advice or as a question."""
    said = {name: _recommendations(BEFORE, name, route=route) for name in _named().values()}
    assert [name for name, each in said.items() if not any(found["hold"] for found in each)] == []


def test_a_route_that_is_not_recorded_lifts_no_hold() -> None:
    """An unknown route counts as systemic."""
    said = {name: _recommendations(BEFORE, name) for name in _named().values()}
    assert [name for name, each in said.items() if not any(found["hold"] for found in each)] == []
