"""A record as a FHIR R4 Provenance, held against the models of a library that others wrote."""

from __future__ import annotations

import json

import pytest
from fhir.resources.R4B.provenance import Provenance
from recorded_headers import HEADERS, LOG, PSEUDONYM, header_of_kind

from cds.audit.merkle.hashing import leaf_hash
from cds.errors import InputError
from cds.fhir.to_audit_event import to_audit_event
from cds.fhir.to_provenance import to_provenance


@pytest.mark.parametrize("header", HEADERS)
def test_it_is_one(header: bytes) -> None:
    """It has every required element, in the right form, and nothing that the resource does not have."""
    found = to_provenance(header, log=LOG)
    assert json.loads(Provenance.model_validate(found).model_dump_json())["id"] == leaf_hash(header).hex()


def test_it_names_the_body_by_its_hash_and_the_ruleset_as_its_source() -> None:
    """The same names as the AuditEvent has; the software assembled what somebody asked for."""
    header = header_of_kind("decision")
    found, event = to_provenance(header, log=LOG), to_audit_event(header, log=LOG)
    assert found["target"] == [event["entity"][1]["what"]]
    assert found["entity"] == [{"role": "source", "what": event["entity"][2]["what"]}]
    assert found["agent"][1]["type"]["coding"] == [
        {
            "system": "http://terminology.hl7.org/CodeSystem/provenance-participant-type",
            "code": "assembler",
            "display": "Assembler",
        }
    ]
    assert found["recorded"] == event["recorded"]


def test_it_names_no_patient() -> None:
    """Not even by pseudonym: that is the AuditEvent's."""
    assert PSEUDONYM not in json.dumps(to_provenance(header_of_kind("decision"), log=LOG))


def test_a_record_without_a_ruleset_has_no_source() -> None:
    """There is nothing to name."""
    assert "entity" not in to_provenance(header_of_kind("configuration", ruleset=None), log=LOG)


def test_what_is_no_header_is_refused() -> None:
    """Bytes that are no header become no resource."""
    with pytest.raises(InputError):
        to_provenance(b"{}", log=LOG)
