"""Nothing unconfirmed is adopted, cited or used: over all decisions on shipped patients and on the cases of all rules."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from program import REPOSITORY, cds
from rich.console import Console
from shipped_cases import RULESET, results

from cds.actions import Beside, load_ruleset, patient_of
from cds.cli.citations import position_lines, source_text
from cds.facts.dictionary import FactType
from cds.facts.model import Unknown
from cds.terminology.codes import Code, System
from cds.terminology.match import recognise

UNCONFIRMED = "unconfirmed"
RULESETS = {"shipped": RULESET, "overlay": load_ruleset(REPOSITORY / "rulesets" / "example-hospital")}


@cache
def _recommendations() -> dict[str, Any]:
    """Give all recommendations of all decisions; those that cite and tell the same count once."""
    shipped = [one["decision"] for one in cds("demo", "--json").document["decisions"]]
    of_cases = [result.decided.document for result in results().values() if result.decided is not None]
    return {_told(each): each for decision in (*shipped, *of_cases) for each in decision["recommendations"]}


def _told(each: Any) -> str:
    hold = each["hold"] or {"other_deadlines": []}
    told = [each[key] for key in ("rule", "text", "sources", "positions", "dates")]
    return json.dumps([*told, hold["other_deadlines"]])


def test_there_is_something_unconfirmed_to_find() -> None:
    """Positions, deadlines and dates that nobody has read are among what is looked at."""
    every = _recommendations().values()
    assert any(taken["confirmed"] == UNCONFIRMED for each in every for taken in each["positions"])
    assert any(other["confirmed"] == UNCONFIRMED for each in every for other in _others(each))
    assert len({each["rule"] for each in every}) == len(RULESET.program.rules)


def test_no_recommendation_rests_on_unconfirmed_sources_alone() -> None:
    """Each cites something that was read."""
    resting = [each for each in _recommendations().values() if {s["confirmed"] for s in each["sources"]} <= {UNCONFIRMED}]
    assert resting == []


def test_no_adopted_position_is_unconfirmed_in_a_decision() -> None:
    """Neither in one under the ruleset as it ships nor under any adoption that a case tries."""
    positions = [taken for each in _recommendations().values() for taken in each["positions"]]
    assert [taken for taken in positions if taken["adopted"] and taken["confirmed"] == UNCONFIRMED] == []


@pytest.mark.parametrize("name", RULESETS)
def test_no_adopted_position_is_unconfirmed_in_a_ruleset(name: str) -> None:
    """Of every parameter and of every rule that has positions."""
    document = RULESETS[name].loaded.document
    questions = {**document.parameters, **{rule.id: rule for rule in document.rules}}
    adopted = {
        question: asked.positions[asked.resolve.adopt].confirmed
        for question, asked in questions.items()
        if asked.resolve is not None and asked.resolve.adopt != "none"
    }
    assert len(adopted) > 100
    assert [question for question, confirmed in adopted.items() if confirmed == UNCONFIRMED] == []


def test_every_unconfirmed_position_carries_its_mark_in_a_decision() -> None:
    """What the ruleset calls unconfirmed is shown somewhere, and nowhere as anything else."""
    document = RULESET.loaded.document
    questions = {f"${name}": asked for name, asked in document.parameters.items()}
    questions |= {rule.id: rule for rule in document.rules}
    unconfirmed = {
        (name, source)
        for name, asked in questions.items()
        for source, position in asked.positions.items()
        if position.confirmed == UNCONFIRMED
    }
    shown = [taken for each in _recommendations().values() for taken in each["positions"]]
    marked = {(taken["of"], taken["source"]) for taken in shown if taken["confirmed"] == UNCONFIRMED}
    unmarked = {(taken["of"], taken["source"]) for taken in shown if taken["confirmed"] != UNCONFIRMED}
    assert marked == unconfirmed
    assert unconfirmed.isdisjoint(unmarked)


def test_every_unconfirmed_position_carries_its_mark_on_the_page() -> None:
    """It is told as said to be in a source and not read there; no line that cites holders of a value names it."""
    citations = {json.dumps(each["positions"]): each["positions"] for each in _recommendations().values()}
    for positions in citations.values():
        for question in {taken["of"] for taken in positions}:
            asked = [taken for taken in positions if taken["of"] == question]
            lines = _printed(asked)
            for taken in asked:
                named = [line for line in lines if _names(line, taken["source"])]
                is_marked = [line.startswith(f"UNCONFIRMED, said to be in {taken['source']}, not read") for line in named]
                assert any(is_marked) == (taken["confirmed"] == UNCONFIRMED)


def test_no_source_is_printed_as_cited_without_its_mark() -> None:
    """A source that nobody has read says so wherever it is cited."""
    sources = [source for each in _recommendations().values() for source in each["sources"]]
    assert [s for s in sources if (s["confirmed"] == UNCONFIRMED) != ("(UNCONFIRMED)" in source_text(s))] == []


def test_dates_by_unconfirmed_positions_carry_their_mark_in_the_text() -> None:
    """A deadline or date by a position that nobody has read is marked beside its source."""
    unmarked = [
        (each["rule"], other["source"])
        for each in _recommendations().values()
        for other in _others(each)
        if other["confirmed"] == UNCONFIRMED
        and each["text"].count(f"({other['source']}") + each["text"].count(f"; {other['source']}")
        > each["text"].count(f"{other['source']}, unconfirmed") + _confirmed_by(each, other["source"])
    ]
    assert unmarked == []


@pytest.mark.parametrize("code", [code for code, _ in RULESET.program.concepts.products.items()][:0])
def test_placeholder(code: Any) -> None:
    raise AssertionError
