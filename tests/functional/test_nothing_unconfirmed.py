"""Nothing unconfirmed is adopted or cited: over the decisions on all shipped patients and on the cases of all rules."""

from __future__ import annotations

import io
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from program import REPOSITORY, cds
from rich.console import Console
from shipped_cases import RULESET, results

from cds.actions import load_ruleset
from cds.cli.citations import position_lines, source_text
from cds.ruleset.model import RulesetDocument

pytestmark = pytest.mark.xdist_group("shipped cases")  # that are run once, for this file and one more
UNCONFIRMED = "unconfirmed"
_HEARSAY = re.compile(r"UNCONFIRMED, said to be in (?P<source>[^,]+), not read there: ")
_CITED = re.compile(r"(?:adopted, from|differs, in|open, one position is that of) (?P<holders>[^:]+): ")
OVERLAY = REPOSITORY / "rulesets" / "example-hospital"


def test_there_is_something_unconfirmed_to_find() -> None:
    """Positions, deadlines and dates that nobody has read are among what is looked at, and so is every rule."""
    every = _recommendations()
    assert {each["rule"] for each in every} == RULESET.program.rules.keys()
    assert any(_is_unconfirmed(taken) for each in every for taken in each["positions"])
    assert any(_is_unconfirmed(other) for each in every if each["hold"] for other in _others(each))
    assert any(_is_unconfirmed(other) for each in every if each["dates"] for other in _others(each))


def test_no_recommendation_rests_on_unconfirmed_sources_alone() -> None:
    """Each cites something that was read."""
    assert [each["rule"] for each in _recommendations() if all(map(_is_unconfirmed, each["sources"]))] == []


def test_no_source_is_printed_as_cited_without_its_mark() -> None:
    """A source that nobody has read says so wherever it is cited."""
    sources = [source for each in _recommendations() for source in each["sources"]]
    assert [each for each in sources if _is_unconfirmed(each) != ("(UNCONFIRMED)" in source_text(each))] == []


def test_no_adopted_position_is_unconfirmed_in_a_decision() -> None:
    """Neither under the ruleset as it ships nor under any adoption that a case tries."""
    positions = [taken for each in _recommendations() for taken in each["positions"]]
    assert [taken for taken in positions if taken["adopted"] and _is_unconfirmed(taken)] == []


@pytest.mark.parametrize("folder", [None, OVERLAY], ids=["shipped", "overlay"])
def test_no_adopted_position_is_unconfirmed_in_a_ruleset(folder: Path | None) -> None:
    """Of every parameter, and of every rule that has positions."""
    document = (RULESET if folder is None else load_ruleset(folder)).loaded.document
    questions = [asked for asked in _questions(document).values() if asked.resolve is not None]
    adopted = [asked.positions[asked.resolve.adopt] for asked in questions if asked.resolve.adopt != "none"]
    assert len(adopted) > 100
    assert [position for position in adopted if position.confirmed == UNCONFIRMED] == []


def test_every_unconfirmed_position_carries_its_mark_in_a_decision() -> None:
    """What the ruleset calls unconfirmed is shown somewhere, and nowhere as anything else."""
    written = {
        (question, source)
        for question, asked in _questions(RULESET.loaded.document).items()
        for source, position in asked.positions.items()
        if position.confirmed == UNCONFIRMED
    }
    shown = [taken for each in _recommendations() for taken in each["positions"]]
    assert {(taken["of"], taken["source"]) for taken in shown if _is_unconfirmed(taken)} == written
    assert written.isdisjoint((taken["of"], taken["source"]) for taken in shown if not _is_unconfirmed(taken))


def test_every_unconfirmed_position_carries_its_mark_on_the_page() -> None:
    """It is told as said to be in a source and not read there; no line that names holders of a value names it."""
    for positions in {json.dumps(each["positions"]): each["positions"] for each in _recommendations()}.values():
        for question in {taken["of"] for taken in positions}:
            asked = [taken for taken in positions if taken["of"] == question]
            unconfirmed = {taken["source"] for taken in asked if _is_unconfirmed(taken)}
            lines = _printed(asked)
            assert {said["source"] for line in lines if (said := _HEARSAY.match(line))} == unconfirmed
            cited = {said["holders"] for line in lines if (said := _CITED.match(line))}
            holders = {holder.rstrip("*") for together in cited for holder in together.split(", ")}
            assert holders == {taken["source"] for taken in asked} - unconfirmed


def test_dates_by_unconfirmed_positions_carry_their_mark_in_the_text() -> None:
    """Where a text names the source of a deadline or date that nobody has read, the mark stands beside it."""
    for each in _recommendations():
        for source in {other["source"] for other in _others(each) if _is_unconfirmed(other)}:
            read = [other for other in _others(each) if other["source"] == source and not _is_unconfirmed(other)]
            named = re.findall(rf"[(;] ?{source}(, unconfirmed)?(?=[);])", each["text"])
            assert named.count("") <= len(read), each["text"]


@cache
def _recommendations() -> list[Any]:
    """Give all recommendations of all decisions; those that cite and tell the same count once."""
    shipped = [one["decision"] for one in cds("demo", "--json").document["decisions"]]
    of_cases = [result.decided.document for result in results().values() if result.decided is not None]
    every = [each for decision in (*shipped, *of_cases) for each in decision["recommendations"]]
    return list({json.dumps([each["rule"], each["text"], each["positions"]]): each for each in every}.values())


def _questions(document: RulesetDocument) -> dict[str, Any]:
    """Give what sources can hold positions on, as a decision names it."""
    parameters: dict[str, Any] = {f"${name}": parameter for name, parameter in document.parameters.items()}
    return parameters | {rule.id: rule for rule in document.rules}


def _is_unconfirmed(said: Any) -> bool:
    return bool(said["confirmed"] == UNCONFIRMED)


def _others(each: Any) -> list[Any]:
    """Give what positions that are not adopted make of the deadline and the dates of a recommendation."""
    deadlines = each["hold"]["other_deadlines"] if each["hold"] else []
    return [*deadlines, *(other for date in each["dates"] for other in date["others"])]


def _printed(positions: list[Any]) -> list[str]:
    """Give the lines of the page on positions, without their indent."""
    console = Console(file=io.StringIO(), width=1000, markup=False, highlight=False)
    with console.capture() as captured:
        for line in position_lines(positions, RULESET.loaded.document.parameters):
            console.print(line)
    return [line.strip() for line in captured.get().splitlines()]
