"""The shipped ruleset and its decisions on the shipped patients, each made once a session."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import cds

REPOSITORY = Path(__file__).parents[2]
PATIENTS = REPOSITORY / "fixtures" / "patients"
NAMES = sorted(path.stem for path in PATIENTS.glob("*.json"))


@cache
def shipped_ruleset() -> cds.Ruleset:
    """Load the shipped ruleset."""
    return cds.load_ruleset("vertebral-augmentation")


def patient(name: str) -> dict[str, Any]:
    """Read the facts of a shipped patient."""
    document: dict[str, Any] = json.loads((PATIENTS / f"{name}.json").read_text(encoding="utf-8"))
    return document


@cache
def decision(name: str) -> Any:
    """Decide for a shipped patient, by both engines; give the document."""
    return cds.decide(shipped_ruleset(), patient(name)).document
