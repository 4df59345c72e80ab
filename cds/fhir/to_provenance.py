"""From a record of the log to a FHIR R4 Provenance: where what stands in its body came from, and by which ruleset.

From the header alone: the body is named by its hash, the patient not at all.
"""

from __future__ import annotations

from typing import Any

from cds.audit.record import read_header
from cds.fhir.record_parts import TERMINOLOGY, body_of, by_name, originated, purpose_of, resource_id, ruleset_of

_ASSEMBLER = {"system": f"{TERMINOLOGY}provenance-participant-type", "code": "assembler", "display": "Assembler"}


def to_provenance(header: bytes, *, log: str) -> dict[str, Any]:
    """Give the Provenance of what a record holds; `log` is the name of the log, its origin, where it is kept.

    Raises:
        InputError: these are not the bytes of a header.
    """
    said = read_header(header)
    ruleset = ruleset_of(said)
    return {
        "resourceType": "Provenance",
        "id": resource_id(header),
        "target": [body_of(said)],
        "recorded": said["recorded_at"],
        "location": by_name(log),
        "reason": [purpose_of(said)],
        "activity": {"coding": [originated()], "text": said["kind"]},
        "agent": [
            {"type": {"text": "who asked"}, "who": by_name(said["actor"]["id"])},
            {"type": {"coding": [_ASSEMBLER]}, "who": by_name(said["engine"])},
        ],
        **({} if ruleset is None else {"entity": [{"role": "source", "what": ruleset}]}),
    }
