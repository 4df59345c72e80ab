"""What a record of the log is called in FHIR: by its hash, its actor, its patient's pseudonym.

Hashes are written as `ni:///sha-256;...` (RFC 6920), so that a reference can be checked against the log. All comes from
the header alone.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from typing import Any

from cds.audit.merkle.hashing import leaf_hash
from cds.audit.record import Header

URI = "urn:ietf:rfc:3986"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
LIFECYCLE = f"{TERMINOLOGY}iso-21089-lifecycle"
_ACT_REASON = f"{TERMINOLOGY}v3-ActReason"
_REASON = {"treatment": "TREAT"}
"""The purposes that have a code; another is told in its own word."""
_HASH = re.compile(r"sha256:([0-9a-f]{64})")


def resource_id(header: bytes) -> str:
    """Give the id of what stands for a record: the hash of its leaf in the tree, which no other record has."""
    return leaf_hash(header).hex()


def originated() -> dict[str, str]:
    """Give the code for making a record and keeping it."""
    return {"system": LIFECYCLE, "code": "originate", "display": "Originate/Retain Record Lifecycle Event"}


def destroyed() -> dict[str, str]:
    """Give the code for making what was recorded unreadable for ever."""
    return {"system": LIFECYCLE, "code": "destroy", "display": "Destroy/Delete Record Lifecycle Event"}


def by_hash(said: str, display: str) -> dict[str, Any]:
    """Refer to something by a hash of the log, `sha256:` and digits; by the text itself where it is none."""
    found = _HASH.fullmatch(said)
    if found is None:
        return {"identifier": {"value": said}, "display": display}
    digest = urlsafe_b64encode(bytes.fromhex(found[1])).decode().rstrip("=")
    return {"identifier": {"system": URI, "value": f"ni:///sha-256;{digest}"}, "display": display}


def by_name(name: str) -> dict[str, Any]:
    """Refer to someone or something that the log knows by a name only."""
    return {"identifier": {"value": name}, "display": name}


def patient_of(header: Header) -> dict[str, Any] | None:
    """Refer to the patient by pseudonym, None where a record is about nobody."""
    subject = header["subject"]
    return None if subject is None else {"type": "Patient", "identifier": {"value": subject["pseudonym"]}}


def body_of(header: Header) -> dict[str, Any]:
    """Refer to the body of a record, as it is stored."""
    return by_hash(header["body"]["hash"], f"body of record {header['seq']}, {header['kind']}")


def ruleset_of(header: Header) -> dict[str, Any] | None:
    """Refer to the ruleset that a record names."""
    named = header["ruleset"]
    return None if named is None else by_hash(named["digest"], "ruleset")


def purpose_of(header: Header) -> dict[str, Any]:
    """Give what a record was made for, as a code where there is one."""
    said: dict[str, Any] = {"text": header["purpose"]}
    code = _REASON.get(header["purpose"])
    return said if code is None else {"coding": [{"system": _ACT_REASON, "code": code}], **said}
