"""The decisions of all fixtures are what was recorded, and what a person derived by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from regenerate import DECISIONS, PATIENTS, golden_text

FIXTURES = sorted(PATIENTS.glob("*.json"))


@pytest.mark.parametrize("patient", FIXTURES, ids=lambda path: path.stem)
def test_decision_is_as_recorded(patient: Path) -> None:
    """A fixture decides, to the byte, as recorded; `python tests/golden/regenerate.py` records it again."""
    assert golden_text(patient) == (DECISIONS / patient.name).read_text(encoding="utf-8")


def test_every_recorded_decision_has_its_fixture() -> None:
    """No golden file outlives its fixture."""
    assert {path.name for path in DECISIONS.glob("*.json")} == {path.name for path in FIXTURES}


def test_every_disposition_is_shown() -> None:
    """The fixtures reach each of the eight dispositions."""
    codes = {json.loads(path.read_text(encoding="utf-8"))["disposition"]["code"] for path in DECISIONS.glob("*.json")}
    assert codes == {
        "emergency",
        "not_recommended",
        "defer",
        "needs_information",
        "conservative_first",
        "proceed_with_conditions",
        "proceed",
        "aftercare",
    }
