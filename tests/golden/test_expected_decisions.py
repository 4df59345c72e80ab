"""What the engines decide is what a person derived by hand from the rules (the table of `fixtures/README.md`)."""

from __future__ import annotations

from typing import Any

import pytest
from expected_table import Expected, Row, rows
from shipped_decisions import NAMES, decision, shipped_ruleset

ROWS = rows()


def _named(row: Row) -> str:
    return row.file


def test_every_fixture_has_its_row() -> None:
    """And every row its fixture."""
    assert sorted(row.file for row in ROWS) == NAMES


def test_every_rule_that_is_expected_is_there() -> None:
    """A rule that was renamed is not simply `not listed`."""
    assert {expected.rule for row in ROWS for expected in row.recommendations} <= shipped_ruleset().program.rules.keys()


def test_every_disposition_occurs() -> None:
    """The patients reach each of the eight dispositions."""
    assert {row.disposition for row in ROWS} == {row.code for row in shipped_ruleset().program.dispositions}


@pytest.mark.parametrize("row", ROWS, ids=_named)
def test_disposition_is_as_derived_by_hand(row: Row) -> None:
    """The one-line outcome."""
    assert decision(row.file)["disposition"]["code"] == row.disposition


@pytest.mark.parametrize("row", ROWS, ids=_named)
def test_key_recommendations_are_as_derived_by_hand(row: Row) -> None:
    """Status, for a hold its state and the last permitted dose, and dates that are told."""
    found = {(each["rule"], each["binding"]): each for each in decision(row.file)["recommendations"]}
    told = [_told(expected, found.get((expected.rule, expected.binding))) for expected in row.recommendations]
    assert told == list(row.recommendations)


@pytest.mark.parametrize("row", [row for row in ROWS if row.asks or row.asks_nothing], ids=_named)
def test_what_is_asked_is_as_derived_by_hand(row: Row) -> None:
    """The facts that the row names are asked, or nothing is."""
    asked = [each["fact"] for each in decision(row.file)["ask"]]
    assert set(row.asks) <= set(asked)
    assert asked == [] or not row.asks_nothing


@pytest.mark.parametrize("row", [row for row in ROWS if row.earliest], ids=_named)
def test_earliest_procedure_is_as_derived_by_hand(row: Row) -> None:
    """The day of it, or none while a hold is open."""
    instant = decision(row.file)["earliest_procedure"]
    assert (None if instant is None else instant[:10],) == row.earliest


def _told(expected: Expected, found: Any) -> Expected:
    """Give what a decision says of a recommendation, as far as the table expects something."""
    if found is None:
        return Expected(expected.rule, expected.binding, None)
    hold = found["hold"] or {}
    return Expected(
        expected.rule,
        expected.binding,
        found["status"],
        hold.get("state") if expected.state else None,
        hold.get("last_permitted_dose") if expected.last_permitted_dose else None,
        _date(expected.date[0], found["dates"]) if expected.date else None,
    )


def _date(name: str, dates: list[Any]) -> tuple[str, str]:
    date = next(date for date in dates if date["name"] == name)
    return name, date["at"] if date["to"] is None else f"{date['at']} to {date['to']}"
