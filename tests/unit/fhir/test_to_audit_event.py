"""A record as a FHIR R4 AuditEvent, held against the models of a library that others wrote."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from typing import Any

import pytest
from fhir.resources.R4B.auditevent import AuditEvent
from recorded_headers import BODY_HASH, HEADERS, LOG, PSEUDONYM, header_of_kind

from cds.audit.merkle.hashing import leaf_hash
from cds.audit.record import KINDS
from cds.errors import InputError
from cds.fhir.to_audit_event import to_audit_event

CODES = {
    "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle": {
        "originate": "Originate/Retain Record Lifecycle Event",
        "destroy": "Destroy/Delete Record Lifecycle Event",
    },
    "http://terminology.hl7.org/CodeSystem/audit-entity-type": {"1": "Person", "2": "System Object"},
    "http://terminology.hl7.org/CodeSystem/object-role": {"1": "Patient", "3": "Report"},
    "http://terminology.hl7.org/CodeSystem/v3-ActReason": {"TREAT": None},
}
"""The codes in use with their displays, as hl7.org/fhir/R4 has them."""


def codings(part: Any) -> list[tuple[str, str, str | None]]:
    """Give every code of a resource."""
    if isinstance(part, list):
        return [found for each in part for found in codings(each)]
    if not isinstance(part, dict):
        return []
    own = [(part["system"], part["code"], part.get("display"))] if "code" in part else []
    return own + [found for each in part.values() for found in codings(each)]


@pytest.mark.parametrize("header", HEADERS)
def test_it_is_one(header: bytes) -> None:
    """It has every required element, in the right form, and nothing that the resource does not have."""
    event = to_audit_event(header, log=LOG)
    assert json.loads(AuditEvent.model_validate(event).model_dump_json())["id"] == event["id"]
    assert {event["outcome"]} <= {"0", "4", "8", "12"}
    assert event["action"] in "CRUDE"
    assert all(CODES[system][code] == display for system, code, display in codings(event))


def test_it_says_what_the_header_says() -> None:
    """When, by whom, about whom, for what, by which ruleset; and its id is the hash of the leaf."""
    header = header_of_kind("decision")
    event = to_audit_event(header, log=LOG)
    assert event["id"] == leaf_hash(header).hex()
    assert event["recorded"] == "2026-11-21T14:00:00.123456+00:00"
    assert [(agent["who"]["display"], agent["requestor"]) for agent in event["agent"]] == [
        ("ward-7", True),
        ("cds 0.1.0", False),
    ]
    assert event["source"]["observer"]["identifier"]["value"] == LOG
    patient, body, ruleset = event["entity"]
    assert patient["what"] == {"type": "Patient", "identifier": {"value": PSEUDONYM}}
    assert {found["type"]: found["valueString"] for found in body["detail"]}["authenticated"] == "false"
    assert ruleset["what"]["display"] == "ruleset"


def test_a_hash_can_be_read_back() -> None:
    """RFC 6920: the name holds the very hash of the header."""
    named = to_audit_event(header_of_kind("decision"), log=LOG)["entity"][1]["what"]["identifier"]["value"]
    scheme, _, text = named.partition(";")
    assert scheme == "ni:///sha-256"
    assert urlsafe_b64decode(text + "=").hex() == BODY_HASH.removeprefix("sha256:")


def test_a_record_about_nobody_names_nobody() -> None:
    """And no ruleset where there is none; a purpose without a code is told in its word."""
    event = to_audit_event(HEADERS[len(KINDS)], log=LOG)
    assert [entity.get("role", {}).get("display") for entity in event["entity"]] == ["Report"]
    assert event["purposeOfEvent"] == [{"text": "operations"}]


@pytest.mark.parametrize(
    ("kind", "outcome", "code"),
    [
        ("decision", "0", "originate"),
        ("no_advice", "4", "originate"),
        ("disagreement", "8", "originate"),
        ("refusal", "4", "originate"),
        ("key_destruction", "0", "destroy"),
    ],
)
def test_what_gave_no_advice_did_not_succeed(kind: str, outcome: str, code: str) -> None:
    """A refusal and a disagreement are failures; a destroyed key is told as one."""
    event = to_audit_event(header_of_kind(kind), log=LOG)
    assert (event["outcome"], event["type"]["code"]) == (outcome, code)


def test_what_is_no_header_is_refused() -> None:
    """Bytes that are no header become no resource."""
    with pytest.raises(InputError):
        to_audit_event(b"{}", log=LOG)
