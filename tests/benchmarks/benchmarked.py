"""What is benchmarked: the shipped ruleset, and two patients with ten medications each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RULESET = Path(__file__).parents[2] / "rulesets" / "vertebral-augmentation"


def document(name: str) -> Any:
    """Read the `complete` or the `sparse` patient."""
    return json.loads(Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8"))
