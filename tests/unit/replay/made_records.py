"""Records of decisions as a log would hold them, made in memory with the real engines."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from builders import listed, loaded_from, patient

from cds.canonical import canonical_bytes
from cds.engine import decide
from cds.facts.model import Facts
from cds.ir.from_ruleset import compile_ruleset
from cds.records.decision import Decision, decision_digest
from cds.replay.past import Gone, Past
from cds.replay.programs import Programs
from cds.replay.replay import Replay
from cds.ruleset.loader import LoadedRuleset
from cds.ruleset.stored import stored_bytes, stored_hash

RULES = """
facts:
  pain: {type: boolean}
  labs.inr: {type: number}
  procedure.start: {type: time}
  medications: {type: list, items: {substance: {type: concept}, last_dose: {type: time}}}
substances:
  ibuprofen: {names: [ibuprofen]}
parameters:
  days:
    positions:
      handout: {value: {full_days: 5}, confirmed: primary}
      society: {value: {full_days: 7}, confirmed: secondary}
    resolve: {adopt: handout, because: "a reason", by: "the author", decided: "2026-11-01"}
rules:
  pain: {when: {pain: {is: true}}}
  inr: {when: {labs.inr: {more_than: "1.5"}}, severity: high}
  hold.ibuprofen:
    kind: hold
    for_each: med in medications
    when: {med.substance: {is: ibuprofen}}
    advise: hold
    interval: $days
"""
PATIENTS: tuple[Mapping[str, Any], ...] = (
    {"pain": True, "labs": {"inr": "1.2"}, "medications": listed()},
    {"pain": False, "labs": {"inr": "1.9"}, "medications": listed()},
    {"labs": {"inr": "1.5"}},
    {
        "pain": True,
        "procedure": {"start": "2026-12-01T08:00:00-05:00"},
        "medications": listed({"text": "ibuprofen", "last_dose": "2026-11-20T08:00:00-05:00"}),
    },
)


@dataclass(frozen=True)
class Rulesets:
    """Stored rulesets by their hashes, as a log has them beside its records; can go to other processes."""

    stored: Mapping[str, bytes] = field(default_factory=dict)

    def __call__(self, stored: str) -> bytes:
        """Give the bytes of one."""
        return self.stored[stored]


@dataclass
class Log:
    """A ruleset with what was decided by it: one record for each patient."""

    loaded: LoadedRuleset = field(default_factory=lambda: loaded_from(RULES))

    def __post_init__(self) -> None:
        self.program = compile_ruleset(self.loaded)
        self.stored = stored_bytes(self.loaded)

    def facts(self, number: int) -> Facts:
        """Give one of the patients."""
        return patient(self.program, **PATIENTS[number % len(PATIENTS)])

    def records(self, count: int = len(PATIENTS), **options: Any) -> list[Past]:
        """Give so many records, of the patients one after the other."""
        return [self.record(seq, **options) for seq in range(count)]

    def record(self, seq: int, change: Callable[[Any, Any], None] | None = None, **options: Any) -> Past:
        """Record one decision; `change` may alter the header and the body before they are written down."""
        facts = self.facts(seq)
        decision = decide(self.program, facts, **options)
        header = self.header(seq)
        body = {
            "schema": "cds-body/1",
            "salt": "00" * 16,
            "facts": dict(facts.document),
            "masked": [],
            "decision": orjson.loads(decision.to_bytes()),
            "outcome": None,
        }
        if change is not None:
            change(header, body)
        return Past(seq, canonical_bytes(header), canonical_bytes(body))

    def header(self, seq: int, kind: str = "decision") -> dict[str, Any]:
        """Give the header of a record, with a pseudonym of its own for every patient."""
        return {
            "schema": "cds-record/1",
            "seq": seq,
            "recorded_at": "2026-11-21T14:00:00.000000+00:00",
            "clock": "given",
            "kind": kind,
            "actor": {"id": "tests", "authenticated": False},
            "purpose": "treatment",
            "subject": {"pseudonym": f"{seq % len(PATIENTS):064x}", "key": "p1"},
            "ruleset": {"digest": self.loaded.digest, "stored": stored_hash(self.stored)},
            "engine": "cds 0.1.0",
            "semantics": 1,
            "renderer": 1,
            "body": {"hash": f"sha256:{'0' * 64}", "encryption": None},
        }

    def gone(self, seq: int, why: Gone) -> Past:
        """Give a record without a body."""
        return Past(seq, canonical_bytes(self.header(seq)), why)

    @property
    def rulesets(self) -> Rulesets:
        """Give the rulesets that are stored beside the log."""
        return Rulesets({stored_hash(self.stored): self.stored})

    def replay(self, **options: Any) -> Replay:
        """Give what decides a record of this log again."""
        return Replay(Programs(self.rulesets), options.pop("deciders", {1: decide}), **options)


def redigested(decision: dict[str, Any]) -> None:
    """Give a changed decision the digest that it would have had."""
    decision["digest"] = decision_digest(decision)


def crash(*_arguments: Any, **_options: Any) -> Decision:
    """End the process at once, as a fault in native code would."""
    os._exit(1)
