"""Made-up patients for a long worklist: eight medicines each, of the kinds and gaps that a list of procedures has."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

AS_OF = datetime.fromisoformat("2026-11-23T09:00:00-05:00")
MEDICINES = 8
OTHERS = (
    "lisinopril 10 MG Oral Tablet",
    "metformin 500 MG Oral Tablet",
    "atorvastatin 20 MG Oral Tablet",
    "amlodipine 5 MG Oral Tablet",
    "omeprazole 20 MG Oral Capsule",
    "levothyroxine 50 MCG Oral Tablet",
    "acetaminophen 500 MG Oral Tablet",
    "alendronate 70 MG Oral Tablet",
    "metoprolol 50 MG Oral Tablet",
    "gabapentin 300 MG Oral Capsule",
)
PAINKILLERS = ("Advil 200 mg tablet", "naproxen 250 MG Oral Tablet", "Celebrex 200 mg", "meloxicam 15 MG Oral Tablet")
ANTITHROMBOTICS = (
    ("apixaban 5 MG Oral Tablet", "2/d"),
    ("rivaroxaban 20 MG Oral Tablet", "1/d"),
    ("warfarin 5 MG Oral Tablet", "1/d"),
    ("clopidogrel 75 MG Oral Tablet", "1/d"),
    ("aspirin 81 MG Oral Tablet", "1/d"),
)
UNITS = ("Ward 3B", "Day surgery", "Spine clinic", None)


def patient_lines(count: int, seed: int = 1) -> Iterator[bytes]:
    """Give so many patients as lines of JSON, the same for the same seed."""
    random = Random(seed)  # noqa: S311  # nothing is kept secret by it
    for number in range(count):
        yield json.dumps(_patient(random, number)).encode() + b"\n"


def _patient(random: Random, number: int) -> dict[str, Any]:
    start = AS_OF + timedelta(days=random.randrange(1, 15), minutes=random.choice((-60, 0, 90, 240)))
    patient: dict[str, Any] = {
        "age": f"{random.randrange(55, 92)} a",
        "sex": random.choice(("female", "male")),
        "weight": {"value": f"{random.randrange(48, 96)} kg", "taken": "2026-11-19"},
        "height": f"{random.randrange(150, 186)} cm",
        "pregnancy": "not_applicable",
        "unit": random.choice(UNITS),
    }
    return {
        "schema": "cds-facts/1",
        "subject": f"patient-{number:05d}",
        "as_of": AS_OF.isoformat(),
        "zone": "America/New_York",
        "patient": {name: value for name, value in patient.items() if value is not None},
        "fracture": {"etiology": "osteoporosis", "onset": "2026-10-12", "painful": True, "pain_score": 8},
        "neuro": {"deficit": False, "progressive": False, "bladder_or_bowel_loss": False},
        "conditions": {"osteomyelitis": False, "systemic_infection": False, "bleeding_disorder": False},
        "history": _history(random),
        "allergies": {"reconciled": True, "items": []},
        "labs": {
            name: {"value": value, "taken": "2026-11-20T07:10:00-05:00"}
            for name, value in (
                ("inr", f"1.{random.randrange(0, 4)}"),
                ("platelets", f"{random.randrange(120, 300)} 10*9/L"),
                ("creatinine", f"{random.randrange(6, 20) / 10} mg/dL"),
            )
        },
        "procedure": {"kind": "kyphoplasty", "status": "booked", "start": start.isoformat()},
        "medications": {"reconciled": random.random() < 0.9, "items": _medicines(random)},
    }


def _history(random: Random) -> dict[str, Any]:
    """Give what was asked of the past; one in ten records lacks an answer."""
    asked = ("coronary_stent", "mechanical_valve", "vte", "stroke")
    return {name: random.random() < 0.05 for name in asked if random.random() < 0.9}


def _medicines(random: Random) -> list[dict[str, Any]]:
    held = [(name, "2/d") for name in random.sample(PAINKILLERS, random.randrange(0, 3))]
    held += random.sample(ANTITHROMBOTICS, random.choice((0, 1, 1, 1, 2)))
    if random.random() < 0.05:
        held.append(("little white pill", "1/d"))
    others = [(name, "1/d") for name in random.sample(OTHERS, MEDICINES - len(held))]
    return [_medicine(random, number, *named) for number, named in enumerate([*held, *others], start=1)]


def _medicine(random: Random, number: int, name: str, frequency: str) -> dict[str, Any]:
    last = AS_OF - timedelta(hours=random.randrange(2, 24 * 9))
    medicine = {
        "id": f"m{number}",
        "text": name,
        "status": random.choice(("active", "active", "active", "on_hold")),
        "route": "oral",
        "formulation": "systemic",
        "frequency": frequency,
        "started": "2026-06-01",
        "intent": "therapeutic",
    }
    if random.random() < 0.8:
        medicine |= {"last_dose": last.isoformat(), "last_dose_reported_at": AS_OF.isoformat()}
    return medicine
