"""What is not known is never read as no: for the patients that the table marks, that reading would be dangerous."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from expected_table import Row, rows
from shipped_decisions import decision, patient, shipped_ruleset

import cds
from cds.facts.dictionary import Dictionary, FactType
from cds.verification.cases.given import document_of

MARKED = [row for row in rows() if row.two_valued]
CODES = [row.code for row in shipped_ruleset().program.dispositions]
"""From the most cautious to the least."""


def test_a_dozen_patients_show_it() -> None:
    """Before and after the procedure, by questions and by lists."""
    assert len(MARKED) >= 12


@pytest.mark.parametrize("row", MARKED, ids=lambda row: row.file)
def test_reading_unknown_as_no_would_be_dangerous(row: Row) -> None:
    """The same engines, given the facts as a two-valued engine reads them, are less cautious than for the facts."""
    read_as_no = cds.decide(shipped_ruleset(), two_valued(patient(row.file))).document["disposition"]["code"]
    assert read_as_no == row.two_valued
    assert CODES.index(read_as_no) > CODES.index(decision(row.file)["disposition"]["code"])


def test_the_reading_changes_nothing_where_nothing_is_open() -> None:
    """For a record that leaves nothing to ask it gives the same disposition: the difference is in what is unknown."""
    name = "proceed-osteoporosis-failed-care"
    assert decision(name)["ask"] == []
    assert cds.decide(shipped_ruleset(), two_valued(patient(name))).document["disposition"]["code"] == "proceed"


def two_valued(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Read every yes-or-no question that is not answered as no, and every list as complete."""
    dictionary = shipped_ruleset().program.dictionary
    given: dict[str, Any] = dict.fromkeys(_unanswered(dictionary, facts), False)
    for name, declared in dictionary.items():
        if declared.type is FactType.LIST:
            said = _at(facts, name)
            items = said["items"] if isinstance(said, dict) and "items" in said else []
            given[name] = {"reconciled": True, "items": [_closed(item, declared.items) for item in items]}
    return document_of(facts, given, dictionary)


def _closed(item: Mapping[str, Any], dictionary: Dictionary) -> dict[str, Any]:
    return {**item, **dict.fromkeys(_unanswered(dictionary, item), False)}


def _unanswered(dictionary: Dictionary, facts: Mapping[str, Any]) -> list[str]:
    """Name the yes-or-no questions that are unknown in any way: not there, refused, contradicted."""
    questions = (name for name, declared in dictionary.items() if declared.type is FactType.BOOLEAN)
    return [name for name in questions if not isinstance(_at(facts, name), bool)]


def _at(facts: Mapping[str, Any], name: str) -> Any:
    said: Any = facts
    for part in name.split("."):
        said = said.get(part) if isinstance(said, dict) else None
    return said
