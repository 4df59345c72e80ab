"""From a record of the log to a FHIR R4 AuditEvent: who asked for what, when, about whom, and how it ended.

From the header alone, so that no key is needed and nothing of a patient is in it but the pseudonym.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds.audit.record import Header, read_header
from cds.fhir.record_parts import (
    TERMINOLOGY,
    body_of,
    by_name,
    destroyed,
    originated,
    patient_of,
    purpose_of,
    resource_id,
    ruleset_of,
)

_EXECUTE, _CREATE, _UPDATE, _DELETE = "E", "C", "U", "D"
_ACTIONS: Mapping[str, str] = {
    "decision": _EXECUTE,
    "no_advice": _EXECUTE,
    "disagreement": _EXECUTE,
    "refusal": _EXECUTE,
    "feedback": _CREATE,
    "acknowledgement": _CREATE,
    "adoption": _UPDATE,
    "ruleset_activation": _UPDATE,
    "configuration": _UPDATE,
    "key_destruction": _DELETE,
}
_SUCCESS, _REFUSED, _FAILED = "0", "4", "8"
_OUTCOMES: Mapping[str, str] = {"no_advice": _REFUSED, "refusal": _REFUSED, "disagreement": _FAILED}
"""Of the kinds of record that did not give what was asked for: a minor failure as of a wrong request, a serious one."""
_PERSON = {"system": f"{TERMINOLOGY}audit-entity-type", "code": "1", "display": "Person"}
_OBJECT = {"system": f"{TERMINOLOGY}audit-entity-type", "code": "2", "display": "System Object"}
_PATIENT = {"system": f"{TERMINOLOGY}object-role", "code": "1", "display": "Patient"}
_REPORT = {"system": f"{TERMINOLOGY}object-role", "code": "3", "display": "Report"}


def to_audit_event(header: bytes, *, log: str) -> dict[str, Any]:
    """Give the AuditEvent of a record; `log` is the name of the log, its origin.

    Raises:
        InputError: these are not the bytes of a header.
    """
    said = read_header(header)
    return {
        "resourceType": "AuditEvent",
        "id": resource_id(header),
        "type": destroyed() if said["kind"] == "key_destruction" else originated(),
        "subtype": [{"display": said["kind"]}],
        "action": _ACTIONS[said["kind"]],
        "recorded": said["recorded_at"],
        "outcome": _OUTCOMES.get(said["kind"], _SUCCESS),
        "purposeOfEvent": [purpose_of(said)],
        "agent": [
            {"who": by_name(said["actor"]["id"]), "requestor": True},
            {"who": by_name(said["engine"]), "requestor": False},
        ],
        "source": {"observer": by_name(log)},
        "entity": list(_entities(said)),
    }


def _entities(said: Header) -> list[dict[str, Any]]:
    patient, ruleset = patient_of(said), ruleset_of(said)
    details = {
        "seq": said["seq"],
        "clock": said["clock"],
        "authenticated": str(said["actor"]["authenticated"]).lower(),
        "semantics": said["semantics"],
        "renderer": said["renderer"],
    }
    body = {
        "what": body_of(said),
        "type": _OBJECT,
        "role": _REPORT,
        "detail": [{"type": name, "valueString": str(value)} for name, value in details.items()],
    }
    return [
        *([] if patient is None else [{"what": patient, "type": _PERSON, "role": _PATIENT}]),
        body,
        *([] if ruleset is None else [{"what": ruleset, "type": _OBJECT}]),
    ]
