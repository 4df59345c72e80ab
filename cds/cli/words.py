"""The contract's words as people read them on a terminal, and their colours."""

from __future__ import annotations

KIND_TITLE = {
    "red_flag": "Warning signs",
    "contraindication": "Contraindications",
    "hold": "Medicines before the procedure",
    "indication": "Indications",
    "timing": "Timing",
    "procedure_choice": "Choice of procedure",
    "preparation": "Preparation",
    "restart": "Medicines after the procedure",
    "aftercare": "Aftercare",
    "follow_up": "Follow-up",
}
"""In the order in which kinds of equal urgency are shown."""

SEVERITY_STYLE = {"critical": "bold white on red", "high": "bold red", "moderate": "yellow", "info": "cyan"}
"""From the worst on."""

STATUS_STYLE = {
    "applies": "",
    "cannot_decide": "magenta",
    "contested": "yellow",
    "overridden": "dim",
    "does_not_apply": "dim",
    "skipped": "dim",
}

_DISPOSITION_STYLE = {
    "emergency": "bold red",
    "not_recommended": "red",
    "defer": "red",
    "needs_information": "magenta",
    "conservative_first": "yellow",
    "proceed_with_conditions": "yellow",
}


def disposition_style(code: str) -> str:
    """Give the colour of a disposition."""
    return _DISPOSITION_STYLE.get(code, "green")


def plain(word: str) -> str:
    """Give a word of the contract as people read it: `cannot_decide` is `cannot decide`."""
    return word.replace("_", " ")
