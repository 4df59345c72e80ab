"""Sheets of made-up patients, decided by the shipped ruleset."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

from cds import actions
from cds.holds.model import Sheet
from cds.holds.worklist import Decided, Gathered, Showing, gather

PATIENT: dict[str, Any] = {
    "schema": "cds-facts/1",
    "as_of": "2026-11-23T09:00:00-05:00",
    "zone": "America/New_York",
    "procedure": {"status": "booked", "start": "2026-12-08T08:00:00-05:00"},
    "history": dict.fromkeys(("coronary_stent", "mechanical_valve", "vte", "stroke"), False),
}
NAPROXEN = {"text": "naproxen 500 mg", "status": "active", "route": "oral"}
WARFARIN = {"text": "warfarin 5 mg", "status": "active", "route": "oral", "indication": "atrial_fibrillation"}
METFORMIN = {"text": "metformin 500 mg", "status": "active", "route": "oral"}
UNKNOWN = {"text": "little white pill", "status": "active", "route": "oral"}

loaded = cache(actions.load_ruleset)


def sheet(subject: str, *medicines: dict[str, Any], complete: bool = True, **changed: Any) -> Sheet:
    """Give the sheet of a patient with these medicines, and other facts at the top level."""
    items = [{"id": f"m{number}", **medicine} for number, medicine in enumerate(medicines, start=1)]
    medications = {"reconciled": complete, "items": items}
    document = {**deepcopy(PATIENT), "subject": subject, "medications": medications, **changed}
    facts = actions.patient_of(document, loaded()).facts
    return actions.hold_sheet(loaded(), facts, engines="reference")


def start(day: str | None) -> dict[str, Any]:
    """Give a planned procedure on a day, at 8:00; or without a start."""
    booked = {"status": "booked"}
    return booked if day is None else {**booked, "start": f"{day}T08:00:00-05:00"}


def worklist(*sheets: Sheet, showing: Showing | None = None) -> Gathered:
    """Gather sheets, each from an input of its own."""
    found = [Decided(f"{number}.json", one) for number, one in enumerate(sheets, start=1)]
    return gather(found, notice=actions.notice_of(loaded()), showing=showing)


def overdue(subject: str) -> Sheet:
    """Give a patient whose naproxen was taken too late."""
    last = {"last_dose": "2026-11-22T20:00:00-05:00", "last_dose_reported_at": "2026-11-23T08:30:00-05:00"}
    return sheet(subject, {**NAPROXEN, **last}, procedure=start("2026-11-27"))
