"""Patients on realistic medicines of the shipped ruleset, some days before or after a procedure."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from strategies.chance import Chance

from cds.actions import load_ruleset
from cds.facts.model import Facts
from cds.facts.schema import parse_facts

RULESET = load_ruleset()
Json = dict[str, Any]

ZONES = ("America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kolkata")
AROUND = (
    "2026-11-21T14:00",
    "2026-03-06T13:00",
    "2026-03-28T22:00",
    "2026-10-30T12:00",
    "2026-10-24T09:00",
    "2028-02-27T16:00",
)
"""Moments near which it is decided, in UTC: plain, and around clock changes and a leap day."""
COMBINATIONS = ("Aggrenox", "Fiorinal", "Vicoprofen", "Arthrotec", "Yosprala", "Advil PM", "Percocet")
UNKNOWN_TEXTS = ("small white pill", "Excedrin", "Voltaren", "herbal tea for the joints")
OTHERS = ("lisinopril", "acetaminophen", "sertraline", "fish oil", "metformin", "Entresto")
STATUSES = ("active", "on_hold", "stopped", "completed", "intended", "unknown", "entered_in_error")
ROUTES = ("oral", "subcutaneous", "intravenous", "transdermal", "topical", "intramuscular")
INDICATIONS = (
    "primary_prevention",
    "analgesia",
    "secondary_prevention",
    "atrial_fibrillation",
    "vte",
    "stent",
    "other",
)
HISTORY = ("coronary_stent", "mechanical_valve", "vte", "stroke", "mi", "thrombophilia", "active_cancer")


def patient(chance: Chance, *, planned: bool = True) -> Json:
    """Give a patient with up to four medicines; most of what is usually recorded is known."""
    as_of = datetime.fromisoformat(chance.one_of(AROUND)).replace(tzinfo=UTC) + timedelta(minutes=chance.whole(0, 4000))
    document = {
        "schema": "cds-facts/1",
        "subject": "generated",
        "as_of": as_of.isoformat(),
        "zone": chance.one_of(ZONES),
        "patient": {"age": "68 a", "sex": "male", "weight": {"value": "60 kg", "taken": "2026-01-05"}},
        "history": _history(chance, as_of),
        "procedure": _procedure(chance, as_of, planned=planned),
        "medications": {"reconciled": not chance.maybe(15), "items": []},
        "postop": {},
    }
    if not chance.maybe(10):
        creatinine = chance.one_of(("1", "1.2", "1.9", "2", "2.1", "4", "5"))
        document["labs"] = {"creatinine": {"value": f"{creatinine} mg/dL", "taken": "2026-01-05"}}
    if document["procedure"]["status"] == "done":
        document["postop"] = _after(chance, as_of)
    for _ in range(chance.whole(0, 4)):
        with_medicine(document, medicine(chance, as_of, ZoneInfo(document["zone"])))
    return document


def medicine(chance: Chance, as_of: datetime, zone: ZoneInfo) -> Json:
    """Give an item of a list of medications, without its id."""
    item: Json = {"text": chance.one_of(chance.one_of((*(_held(),) * 5, COMBINATIONS, OTHERS, UNKNOWN_TEXTS)))}
    if not chance.maybe(5):
        item["status"] = chance.one_of((*("active",) * 3, *("on_hold",) * 3, *STATUSES))
    if not chance.maybe(20):
        last = as_of - timedelta(minutes=chance.whole(0, 15 * 1440))
        item["last_dose"] = _told(chance, last, as_of, zone)
        if chance.maybe(40):
            item["last_dose_reported_at"] = (as_of - timedelta(minutes=chance.whole(0, 3000))).isoformat()
    choices = {
        "frequency": ("2 /d", "1 /d", "3 /d"),
        "indication": INDICATIONS,
        "intent": ("prophylactic", "therapeutic"),
        "route": ROUTES,
        "loading_dose": ("0 mg", "300 mg"),
    }
    item |= {name: chance.one_of(options) for name, options in choices.items() if not chance.maybe(15)}
    for name in ("as_needed", "keep_on_purpose"):
        if chance.maybe(5):
            item[name] = True
    return item


def with_medicine(document: Json, item: Json) -> str:
    """Put a medicine on the list of a document, and give its id."""
    items = document["medications"]["items"]
    items.append({"id": f"m{len(items) + 1}", **item})
    return str(items[-1]["id"])


def another_medicine(chance: Chance, document: Json) -> tuple[Json, str]:
    """Give the same patient with one medicine more, and the id of it."""
    added = deepcopy(document)
    as_of = datetime.fromisoformat(document["as_of"])
    return added, with_medicine(added, medicine(chance, as_of, ZoneInfo(document["zone"])))


def facts_of(document: Json) -> Facts:
    """Read a document under the shipped ruleset."""
    return parse_facts(document, RULESET.program.dictionary, RULESET.program.concepts)


@cache
def _held() -> tuple[str, ...]:
    """Give a name of every substance that has a hold, what is often taken more often."""
    members = RULESET.program.concepts.members
    held = sorted(members("antithrombotic") | members("nsaid") | members("salicylate"))
    often = ("ibuprofen", "aspirin", "clopidogrel", "warfarin", "apixaban", "enoxaparin", "heparin", "cilostazol")
    named = RULESET.loaded.document.substances
    return tuple(named[id_].names[0] for id_ in (*often * 8, *held))


def _history(chance: Chance, as_of: datetime) -> Json:
    history: Json = {}
    for name in HISTORY:
        if not chance.maybe(4):
            history[name] = chance.maybe(6)
    for name in ("stent", "vte", "stroke", "mi"):
        if chance.maybe(80):
            history[f"{name}_date"] = (as_of - timedelta(days=chance.whole(1, 500))).date().isoformat()
    if chance.maybe(50):
        history["stent_type"] = chance.one_of(("des", "bms"))
    return history


def _procedure(chance: Chance, as_of: datetime, *, planned: bool) -> Json:
    status = chance.one_of(("booked", "booked", "proposed", "postponed") if planned else ("done", "cancelled"))
    procedure: Json = {"status": status}
    if not chance.maybe(6):
        start = as_of + timedelta(minutes=chance.whole(-60 if planned else -20_000, 14 * 1440 if planned else 0))
        procedure["start"] = start.date().isoformat() if chance.maybe(15) else start.isoformat()
    if chance.maybe(30):
        procedure["urgency"] = chance.one_of(("elective", "urgent", "emergency"))
    return procedure


def _after(chance: Chance, as_of: datetime) -> Json:
    after: Json = {"procedure_end": (as_of - timedelta(minutes=chance.whole(0, 20_000))).isoformat()}
    if not chance.maybe(25):
        after["haemostasis_confirmed"] = not chance.maybe(20)
    if not chance.maybe(25):
        after["neuro_exam"] = chance.one_of(("intact", "intact", "changed"))
    return after


def _told(chance: Chance, last: datetime, as_of: datetime, zone: ZoneInfo) -> Any:
    """Give a last dose as it is told: to the minute, as a day, or as the half day before."""
    kind = chance.whole(0, 9)
    if kind < 6:
        return last.isoformat()
    if kind < 9:
        return last.astimezone(zone).date().isoformat()
    return {"from": (min(last, as_of) - timedelta(hours=12)).isoformat(), "to": last.isoformat()}
