"""Headers of records of every kind."""

from __future__ import annotations

from typing import Any

from cds.audit.record import KINDS
from cds.canonical import canonical_bytes

LOG = "cds.example.org/log"
PSEUDONYM = "5e" * 32
BODY_HASH = f"sha256:{'0f' * 32}"


def header_of_kind(kind: str, **changes: Any) -> bytes:
    """Give the header of a record about a patient, with changes."""
    document = {
        "schema": "cds-record/1",
        "seq": 7,
        "recorded_at": "2026-11-21T14:00:00.123456+00:00",
        "clock": "system",
        "kind": kind,
        "actor": {"id": "ward-7", "authenticated": False},
        "purpose": "treatment",
        "subject": {"pseudonym": PSEUDONYM, "key": "p1"},
        "ruleset": {"digest": f"sha256:{'ab' * 32}", "stored": f"sha256:{'cd' * 32}"},
        "engine": "cds 0.1.0",
        "semantics": 1,
        "renderer": 2,
        "body": {
            "hash": BODY_HASH,
            "encryption": {"scheme": "deflate-aes-256-gcm/1", "commitment": "00ff", "key": "k1"},
        },
    }
    return canonical_bytes({**document, **changes})


HEADERS = [header_of_kind(kind) for kind in KINDS] + [
    header_of_kind("configuration", subject=None, ruleset=None, purpose="operations"),
    header_of_kind("decision", recorded_at="2026-11-21T14:00:00Z", actor={"id": "jdoe", "authenticated": True}),
]
