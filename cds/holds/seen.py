"""What a worklist remembers of every line, so that the next one can tell what changed, whatever either shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cds.holds.model import Line, Seen, Sheet
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
        "severity": line["severity"],
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


def memory_of(entries: Iterable[Seen]) -> dict[tuple[str, str], Seen]:
    """Index what was seen."""
    return {(seen["subject"], seen["binding"]): seen for seen in entries}
