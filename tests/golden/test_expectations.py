"""What the engines decide is what a person derived by hand from the rules (the table of `fixtures/README.md`)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from regenerate import PATIENTS, REPOSITORY

import cds

BINDINGS = {"m": "medications", "a": "allergies"}
STATUSES = frozenset({"applies", "cannot_decide", "contested", "overridden"})
_ROW = re.compile(r"\| `(?P<file>[^`]+)` \| [^|]+ \| `(?P<code>[a-z_]+)` \| (?P<keys>[^|]+) \|")
_KEY = re.compile(
    r"`(?P<rule>[^`]+)`(?: (?P<binding>[am]\d+(?:#[a-z?-]+)?))? (?P<status>not listed|[a-z_]+)"
    r"(?: (?P<state>[a-z]+))?(?: (?P<last>\d{4}-\d{2}-\d{2}))?"
)


@dataclass(frozen=True)
class Expected:
    """What one row of the table expects of one recommendation."""

    rule: str
    binding: str
    status: str | None
    """None for `not listed`."""
    state: str | None
    last_permitted_dose: str | None


@dataclass(frozen=True)
class Row:
    """One row of the table."""

    file: str
    disposition: str
    recommendations: tuple[Expected, ...]


def _rows() -> list[Row]:
    text = (REPOSITORY / "fixtures" / "README.md").read_text(encoding="utf-8")
    written = [line for line in text.splitlines() if line.startswith("| `")]
    return [_row(line) for line in written]


def _row(line: str) -> Row:
    found = _ROW.fullmatch(line)
    assert found, f"this row of the table cannot be read: {line}"
    return Row(found["file"], found["code"], tuple(_expected(key) for key in found["keys"].split("; ")))


def _expected(key: str) -> Expected:
    found = _KEY.fullmatch(key)
    assert found, f"this expectation cannot be read: {key}"
    status = None if found["status"] == "not listed" else found["status"]
    assert status is None or status in STATUSES, f"there is no status `{status}`"
    binding = f"{BINDINGS[found['binding'][0]]}/{found['binding']}" if found["binding"] else "patient"
    return Expected(found["rule"], binding, status, found["state"], found["last"])


ROWS = _rows()


@cache
def _ruleset() -> cds.Ruleset:
    return cds.load_ruleset("vertebral-augmentation")


@cache
def _decision(file: str) -> Any:
    document = json.loads((PATIENTS / f"{file}.json").read_text(encoding="utf-8"))
    return cds.decide(_ruleset(), document).document


def test_every_fixture_has_its_row() -> None:
    """And every row its fixture."""
    assert sorted(row.file for row in ROWS) == sorted(path.stem for path in PATIENTS.glob("*.json"))


def test_every_rule_that_is_expected_is_there() -> None:
    """A rule that was renamed is not simply `not listed`."""
    rules = _ruleset().program.rules.keys()
    assert {expected.rule for row in ROWS for expected in row.recommendations} <= rules


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.file)
def test_disposition_is_as_derived_by_hand(row: Row) -> None:
    """The one-line outcome."""
    assert _decision(row.file)["disposition"]["code"] == row.disposition


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.file)
def test_key_recommendations_are_as_derived_by_hand(row: Row) -> None:
    """Status, and for a hold its state and the last permitted dose."""
    found = {(each["rule"], each["binding"]): each for each in _decision(row.file)["recommendations"]}
    told = [_told(expected, found.get((expected.rule, expected.binding))) for expected in row.recommendations]
    assert told == list(row.recommendations)


def _told(expected: Expected, found: Any) -> Expected:
    """Give what a decision says of a recommendation, as far as the table expects something."""
    if found is None:
        return Expected(expected.rule, expected.binding, None, None, None)
    hold = found["hold"] or {}
    state = hold.get("state") if expected.state else None
    last = hold.get("last_permitted_dose") if expected.last_permitted_dose else None
    return Expected(expected.rule, expected.binding, found["status"], state, last)
