"""Record the decisions of all fixtures again: `python tests/golden/regenerate.py`.

Each change to a golden file is explained in the commit that makes it.
"""

from __future__ import annotations

import json
from pathlib import Path

import cds

REPOSITORY = Path(__file__).parents[2]
PATIENTS = REPOSITORY / "fixtures" / "patients"
DECISIONS = Path(__file__).parent / "decisions"


def golden_text(patient: Path) -> str:
    """Decide for one fixture and write the decision so that a change shows as a few changed lines."""
    ruleset = cds.load_ruleset("vertebral-augmentation")
    facts = cds.parse_facts(json.loads(patient.read_text(encoding="utf-8")), ruleset)
    decision = cds.decide(ruleset, facts)
    return json.dumps(decision.document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> None:
    """Write one golden file per fixture and remove those whose fixture is gone."""
    DECISIONS.mkdir(exist_ok=True)
    for old in DECISIONS.glob("*.json"):
        old.unlink()
    for patient in sorted(PATIENTS.glob("*.json")):
        (DECISIONS / patient.name).write_text(golden_text(patient), encoding="utf-8")


if __name__ == "__main__":
    main()
