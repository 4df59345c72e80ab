"""Where the five seed documents contradict each other, a decision shows every side (the table is `conflicts.yaml`)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from program import PATIENTS

import cds
from cds.verification.cases.given import document_of

CONFLICTS: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "conflicts.yaml").read_text(encoding="utf-8"))


def test_every_conflict_has_its_row() -> None:
    """All 25 of them."""
    assert list(CONFLICTS) == [f"C{number:02}" for number in range(1, 26)]


@pytest.mark.parametrize("number", CONFLICTS)
def test_a_decision_shows_every_side(number: str) -> None:
    """Each source is there with what it says: as a position on the question, or cited by what stands for its side."""
    conflict = CONFLICTS[number]
    by_rule = {each["rule"]: each for each in _recommendations(conflict["patient"], conflict.get("given", {}))}
    for shown in conflict["shown"]:
        found = by_rule[shown["rule"]]
        sides = shown.get("sides", {})
        held = {taken["source"]: taken["value"] for taken in found["positions"] if _is_on(shown, taken)}
        assert {source: held.get(source) for source in sides} == sides
        assert set(shown.get("cites", [])) <= {cited["id"] for cited in found["sources"]}
        assert [phrase for phrase in shown.get("phrases", []) if phrase not in found["text"]] == []
        assert found["status"] == shown.get("status", "applies")
        assert found["advice"] == shown.get("advice", found["advice"])


@pytest.mark.parametrize("number", CONFLICTS)
def test_no_conflict_has_one_side_only(number: str) -> None:
    """A row names two sides at least: two values, two questions, two recommendations or two amounts in a text."""
    sides = set()
    for shown in CONFLICTS[number]["shown"]:
        sides |= {(shown["question"], value) for value in shown.get("sides", {}).values()}
        sides |= {(shown["rule"], phrase) for phrase in shown.get("phrases", [])}
        sides |= {(shown["rule"], shown["advice"])} if "advice" in shown else set()
    assert len(sides) > 1


def _is_on(shown: dict[str, Any], taken: Any) -> bool:
    return bool(taken["of"] == f"${shown.get('question')}")


@cache
def _ruleset() -> cds.Ruleset:
    return cds.load_ruleset("vertebral-augmentation")


def _recommendations(patient: str, given: dict[str, Any]) -> Any:
    document = json.loads((PATIENTS / f"{patient}.json").read_text(encoding="utf-8"))
    facts = document_of(document, given, _ruleset().program.dictionary)
    return cds.decide(_ruleset(), facts).document["recommendations"]
