"""A record of Synthea, where there is one: next to the checkout, or named by CDS_SYNTHEA_BUNDLE."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from program import REPOSITORY, cds

NEARBY = REPOSITORY.parent / "shared" / "data" / "fhir" / "synthea-osteoporosis-warfarin.json"
BUNDLE = Path(os.environ.get("CDS_SYNTHEA_BUNDLE", NEARBY))
WHEN = ("--as-of", "2020-01-01T09:00:00-05:00", "--zone", "America/New_York")
START = ("--procedure-start", "2020-01-15T08:00:00-05:00")

pytestmark = pytest.mark.skipif(not BUNDLE.is_file(), reason="the record of Synthea is not here")


def recommendations() -> list[Any]:
    """Decide for the record; give what is recommended."""
    ran = cds("evaluate", BUNDLE, *WHEN, *START, "--json")
    assert ran.status == 0
    found: list[Any] = ran.document["recommendations"]
    return found


def medications(rule: str) -> list[str]:
    """Give the texts of the medications that a rule is listed for."""
    record = json.loads(BUNDLE.read_text(encoding="utf-8"))
    texts = {
        f"medications/request-{entry['resource']['id']}": entry["resource"]["medicationCodeableConcept"]["text"]
        for entry in record["entry"]
        if entry["resource"]["resourceType"] == "MedicationRequest"
    }
    return sorted(texts[found["binding"]] for found in recommendations() if found["rule"] == rule)


def test_warfarin_is_recognised_by_its_product_code() -> None:
    """The RxNorm product code of the record is recognised as warfarin; no date is given while answers are missing."""
    (hold,) = [found["hold"] for found in recommendations() if found["rule"] == "hold.warfarin"]
    assert (hold["substance"], hold["medication"]) == ("warfarin", "Warfarin Sodium 5 MG Oral Tablet")
    assert (hold["state"], hold["last_permitted_dose"]) == ("undecidable", None)


def test_stopped_and_stale_prescriptions_are_told_from_current_ones() -> None:
    """What was stopped, and what was ordered long ago and never renewed, is each asked about as such."""
    assert medications("quality.stale-antithrombotic-or-nsaid") == ["Warfarin Sodium 5 MG Oral Tablet"]
    stopped = medications("quality.stopped-without-last-dose")
    assert "Clopidogrel 75 MG Oral Tablet" in stopped
    assert "Warfarin Sodium 5 MG Oral Tablet" not in stopped


def test_what_the_record_does_not_say_stays_unknown() -> None:
    """Nothing is denied for want of an entry: the list stays open, and what is missing is asked."""
    document = cds("evaluate", BUNDLE, *WHEN, *START, "--json").document
    assert document["disposition"]["code"] == "needs_information"
    assert document["earliest_procedure"] is None
    asked = {question["fact"] for question in document["ask"]}
    assert asked >= {"medications", "history.coronary_stent", "history.mechanical_valve", "fracture.painful"}


def test_the_page_tells_what_became_of_the_resources() -> None:
    """A person reads what was taken from the record and what was passed over."""
    text = cds("evaluate", BUNDLE, *WHEN, *START).text
    assert "11 MedicationRequest (medications): a fact was read" in text
    assert "36 Claim: resources of this type are not read" in text


def test_no_medication_of_the_record_is_unidentified() -> None:
    """The share of medications that nobody could name is zero, of the twelve substances in the record."""
    everything = cds("evaluate", BUNDLE, *WHEN, *START, "--json", "--all").document["recommendations"]
    asked = [found for found in everything if found["rule"] == "hold.unidentified-medication"]
    unidentified = [found["binding"] for found in asked if found["status"] == "applies"]
    assert (len(asked), unidentified) == (12, [])
