"""How far a ruleset may be relied on: said with everything that is shown of what it decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.text import Text

from cds.trace.sentences import REVIEW_OVERDUE, STANDING


def standing_lines(ruleset: Mapping[str, Any]) -> Iterator[Text]:
    """Say that no clinician has signed, that the ruleset is retired, or that its review is overdue."""
    if ruleset["status"] in STANDING:
        yield Text(STANDING[ruleset["status"]], style="bold yellow")
    if ruleset["review_overdue"]:
        yield Text(REVIEW_OVERDUE, style="bold yellow")
