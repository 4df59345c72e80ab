"""Record all golden decisions and pin the example overlay to its base: `python tests/golden/regenerate.py`.

Each change to a golden file is explained in the commit that makes it.
"""

from __future__ import annotations

import re
from pathlib import Path

from golden_form import of_everyone, of_the_patient, written
from shipped_decisions import NAMES, REPOSITORY, decision, shipped_ruleset

DECISIONS = Path(__file__).parent / "decisions"
EVERYONE = Path(__file__).parent / "every_decision.json"
OVERLAY = REPOSITORY / "rulesets" / "example-hospital" / "ruleset.yaml"


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
    for name in NAMES:
        (DECISIONS / f"{name}.json").write_text(written(of_the_patient(decision(name))), encoding="utf-8")
    EVERYONE.write_text(written(of_everyone({name: decision(name) for name in NAMES})), encoding="utf-8")


if __name__ == "__main__":
    main()
