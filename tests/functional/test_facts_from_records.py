"""Facts that are calculated, and facts that codes of a record stand for, as a user meets them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from program import BUNDLE, PATIENTS, START, WHEN, cds, patient

APIXABAN = PATIENTS / "conditions-apixaban-clearance-above-50.json"
LATEX = PATIENTS / "conditions-arrangements-missing.json"
END = "2026-11-20T09:00:00-05:00"


def given(document: Any) -> bytes:
    """Write a document as standard input."""
    return json.dumps(document).encode()


def bundle(**changes: Any) -> Any:
    """Give the shipped Bundle with fields of resources changed, by the id of the resource."""
    document = json.loads(BUNDLE.read_text(encoding="utf-8"))
    for entry in document["entry"]:
        entry["resource"] |= changes.get(entry["resource"].get("id", ""), {})
    return document


def test_a_clearance_is_calculated_and_says_from_what() -> None:
    """Nobody types it; the decision shows the figures that it rests on."""
    ran = cds("evaluate", APIXABAN, "--json")
    because = [leaf for found in ran.document["recommendations"] for leaf in found["because"]]
    told = {leaf["value"] for leaf in because if leaf["leaf"].startswith("renal.creatinine_clearance ")}
    assert any(value.startswith("67.9 mL/min, rounded (actual weight): patient.age 74 a, ") for value in told)


def test_a_missing_weight_is_asked_for_and_the_clearance_never() -> None:
    """By every rule that the clearance would settle."""
    document = patient(APIXABAN)
    del document["patient"]["weight"]
    asked = {each["fact"]: each for each in cds("ask", "-", "--json", given=given(document)).document["ask"]}
    assert "hold.apixaban-clearance-above-50" in asked["patient.weight"]["would_settle"]
    assert not any(fact.startswith("renal.") for fact in asked)


def test_a_clearance_that_is_typed_is_refused_with_what_to_type_instead() -> None:
    """One message, the place, and the facts that are needed."""
    ran = cds("evaluate", "-", given=given(patient(APIXABAN, renal={"creatinine_clearance": "50 mL/min"})))
    assert ran.status == 2
    assert "$.renal.creatinine_clearance" in ran.err
    assert "`patient.age`, `patient.sex`, `patient.weight`, `labs.creatinine`" in ran.err


def test_an_allergy_is_recognised_from_its_text() -> None:
    """Latex is no barrier, bone cement is; a text that is not understood is asked about."""
    for text, status in (("latex gloves", None), ("allergic to bone cement", "applies"), ("mystery", "cannot_decide")):
        document = patient(LATEX, allergies={"reconciled": True, "items": [{"id": "a1", "text": text}]})
        found = cds("evaluate", "-", "--json", given=given(document)).document["recommendations"]
        barrier = [each["status"] for each in found if each["rule"] == "contra.allergy-to-material"]
        assert barrier == ([] if status is None else [status]), text


def test_codes_of_a_record_say_the_cause_and_the_kind() -> None:
    """The diagnosis says osteoporosis and since when, the order says kyphoplasty: none of it is asked."""
    asked = {each["fact"] for each in cds("ask", BUNDLE, *WHEN, *START, "--json").document["ask"]}
    assert asked.isdisjoint({"fracture.etiology", "fracture.onset", "procedure.kind"})
    assert "fracture.painful" in asked


def test_a_guess_is_shown_to_the_user() -> None:
    """On the page and, beside JSON, as a remark."""
    code = {"code": {"coding": [{"system": "http://snomed.info/sct", "code": "443165006"}]}}
    document = given(bundle(fracture=code))
    guess = "(fracture.etiology): a guess to confirm"
    assert guess in cds("evaluate", "-", *WHEN, *START, given=document).text
    assert guess in cds("evaluate", "-", *WHEN, *START, "--json", given=document).err
    asked = {each["fact"] for each in cds("ask", "-", *WHEN, *START, "--json", given=document).document["ask"]}
    assert "fracture.etiology" in asked


def test_an_end_beside_a_bundle_says_that_the_procedure_is_done() -> None:
    """What was measured before it says nothing of how the patient is now, what was measured after it does."""
    before = cds("ask", BUNDLE, *WHEN, "--procedure-end", "2026-11-21T08:45:00-05:00", "--json").document
    after = cds("ask", BUNDLE, *WHEN, "--procedure-end", "2026-11-20T00:00:00-05:00", "--json").document
    asked = [{each["fact"] for each in document["ask"]} for document in (before, after)]
    assert all("postop.chest_pain" in facts and "postop.procedure_end" not in facts for facts in asked)
    assert ["postop.temperature" in facts for facts in asked] == [True, False]


def test_an_end_beside_facts_has_to_be_theirs() -> None:
    """Given once it is added; given twice it has to be the same."""
    path = PATIENTS / "aftercare-uneventful.json"
    document = patient(path)
    said = document["postop"].pop("procedure_end")
    added = cds("evaluate", "-", "--procedure-end", said, "--json", given=given(document))
    assert added.document["facts_digest"] == cds("evaluate", path, "--json").document["facts_digest"]
    other = cds("evaluate", path, "--procedure-end", END)
    assert other.status == 2
    assert "$.postop.procedure_end" in other.err


@pytest.mark.parametrize("when", ["later", "2026-11-20T09:00:00"])
def test_an_end_that_is_no_time_is_refused(when: str) -> None:
    """Beside a Bundle as beside facts."""
    assert cds("evaluate", BUNDLE, *WHEN, "--procedure-end", when).status == 2
    document = patient(PATIENTS / "aftercare-uneventful.json")
    del document["postop"]["procedure_end"]
    assert cds("evaluate", "-", "--procedure-end", when, given=given(document)).status == 2
