"""How urgent a line is: its tier, and its place in a worklist."""

from __future__ import annotations

from cds.holds.model import ALERTS, TIERS, Line, Sheet
from cds.ir.program import HOLD_STATES

_ACTIONABLE = frozenset(HOLD_STATES[: HOLD_STATES.index("planned")])
"""States in which somebody has to do something now."""
_BY_URGENCY = (
    "overdue",
    "due",
    "undecidable",
    "unidentified",
    "contested",
    "prescriber",
    None,
    "planned",
    "satisfied",
    "continue",
    "no_rule",
)
_LAST = "~"
"""Sorts after every time."""

OrderKey = tuple[int, int, int, str]


def tier_of(line: Line) -> str:
    """Give the tier of a line: only what is critical and open interrupts."""
    if any(alert["severity"] == "critical" for alert in line["alerts"]):
        return "interrupt"
    is_open = line["state"] in _ACTIONABLE or _has_open_restart(line) or bool(line["alerts"])
    if not is_open:
        return "know"
    return "interrupt" if line["severity"] == "critical" else "act"


def may_be_antithrombotic(line: Line) -> bool:
    """Tell whether a medication is an antithrombotic, or may be, since nobody knows what it is."""
    return line["is_antithrombotic"] or line["substance"] is None


def line_key(line: Line, start: str | None) -> OrderKey:
    """Order lines: by tier, alerts first, then by state, then by when it has to be done at the latest."""
    alert = min((ALERTS.index(alert["code"]) for alert in line["alerts"]), default=len(ALERTS))
    act_by = line["last_permitted_dose"] or start or _LAST
    return TIERS.index(line["tier"]), alert, _BY_URGENCY.index(line["state"]), act_by


def sheet_key(sheet: Sheet) -> tuple[OrderKey, str]:
    """Order patients by their most urgent line, then by subject."""
    start = sheet["procedure"]["start"]
    keys = (line_key(line, start) for line in sheet["lines"] if "acknowledged" not in line)
    return min(keys, default=(len(TIERS), 0, 0, _LAST)), sheet["subject"]


def _has_open_restart(line: Line) -> bool:
    restart = line["restart"]
    return restart is not None and may_be_antithrombotic(line) and restart["state"] != "from"
