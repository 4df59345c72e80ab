"""Record all golden decisions and pin the example overlay to its base: `python tests/golden/regenerate.py`.

Each change to a golden file is explained in the commit that makes it.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import cds
from cds.records.decision import decision_digest

REPOSITORY = Path(__file__).parents[2]
PATIENTS = REPOSITORY / "fixtures" / "patients"
DECISIONS = Path(__file__).parent / "decisions"
OVERLAY = REPOSITORY / "rulesets" / "example-hospital" / "ruleset.yaml"


@cache
def shipped_ruleset() -> cds.Ruleset:
    """Load the shipped ruleset once."""
    return cds.load_ruleset("vertebral-augmentation")


def golden_text(patient: Path) -> str:
    """Decide for one fixture and write the decision so that a change shows as a few changed lines.

    The release of the time zones is left out, and the digest is that of the rest: another release decides alike here.
    """
    facts = cds.parse_facts(json.loads(patient.read_text(encoding="utf-8")), shipped_ruleset())
    document = {**cds.decide(shipped_ruleset(), facts).document, "time_zone_data": ""}
    document["digest"] = decision_digest(document)
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def pin_overlay() -> None:
    """Write the digest of the shipped ruleset into the overlay that extends it."""
    text = OVERLAY.read_text(encoding="utf-8")
    pinned, places = re.subn(r"sha256:[0-9a-f]{64}", shipped_ruleset().loaded.digest, text)
    assert places == 1
    OVERLAY.write_text(pinned, encoding="utf-8")


def main() -> None:
    """Pin the overlay, write one golden file per fixture, and remove those whose fixture is gone."""
    pin_overlay()
    DECISIONS.mkdir(exist_ok=True)
    for old in DECISIONS.glob("*.json"):
        old.unlink()
    for patient in sorted(PATIENTS.glob("*.json")):
        (DECISIONS / patient.name).write_text(golden_text(patient), encoding="utf-8")


if __name__ == "__main__":
    main()
