"""What a worklist remembers of every line, so that the next one can tell what changed, whatever either shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cds.holds.model import SEVERITIES, Line, Seen, Sheet
from cds.records.decision import digest_of

Memory = Mapping[tuple[str, str], Seen]
"""What was seen, by subject and binding."""


def seen_of(sheet: Sheet, line: Line, *, told: bool = False) -> Seen:
    """Give what is remembered of a line."""
    restart, procedure = line["restart"], sheet["procedure"]
    return {
        "subject": sheet["subject"],
        "binding": line["binding"],
        "medication": line["medication"],
        "state": line["state"],
        "reason": line["reason"],
        "severity": _highest(line),
        "last_dose": line["last_dose"],
        "deadline": line["last_permitted_dose"],
        "restart": None if restart is None else restart["at"] or restart["state"],
        "alerts": [alert["code"] for alert in line["alerts"]],
        "ask": [question["fact"] for question in line["ask"]],
        "start": procedure["start"],
        "status": procedure["status"],
        "urgency": procedure["urgency"],
        "told": told,
    }


def fingerprint(seen: Seen) -> str:
    """Hash what matters of a line: while it stays equal, nothing has changed that somebody has to know."""
    return digest_of({key: value for key, value in seen.items() if key != "told"})


def _highest(line: Line) -> str:
    """Give the highest severity of a line and its alerts, so that an alert that grows is a change."""
    return min((line["severity"], *(alert["severity"] for alert in line["alerts"])), key=SEVERITIES.index)


def memory_of(entries: Iterable[Seen]) -> dict[tuple[str, str], Seen]:
    """Index what was seen."""
    return {(seen["subject"], seen["binding"]): seen for seen in entries}
