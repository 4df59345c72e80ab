"""The decisions of all fixtures are what was recorded (`python tests/golden/regenerate.py` records them again)."""

from __future__ import annotations

import pytest
from golden_form import OF_ALL, is_withheld, of_everyone, of_the_patient, of_the_rule, written
from regenerate import DECISIONS, EVERYONE
from shipped_decisions import NAMES, decision


@pytest.mark.parametrize("name", NAMES)
def test_decision_is_as_recorded(name: str) -> None:
    """What is decided for a fixture is, to the byte, as recorded."""
    assert written(of_the_patient(decision(name))) == (DECISIONS / f"{name}.json").read_text(encoding="utf-8")


def test_what_is_said_to_everyone_is_as_recorded() -> None:
    """And so are the digests, which cover all of every decision but its words."""
    everyone = of_everyone({name: decision(name) for name in NAMES})
    assert written(everyone) == EVERYONE.read_text(encoding="utf-8")


def test_what_is_recorded_once_is_the_same_in_every_decision() -> None:
    """No decision says anything else than what is left out of its file; only what is withheld shows no positions."""
    documents = {name: decision(name) for name in NAMES}
    everyone = of_everyone(documents)
    for document in documents.values():
        assert {key: document[key] for key in OF_ALL} == {key: everyone[key] for key in OF_ALL}
        for each in document["recommendations"]:
            withheld = {"positions": []} if is_withheld(each) else {}
            assert of_the_rule(each) == everyone["rules"][each["rule"]] | withheld


def test_every_recorded_decision_has_its_fixture() -> None:
    """No golden file outlives its fixture."""
    assert sorted(path.stem for path in DECISIONS.glob("*.json")) == NAMES
