"""What is handed to the log's writer: of a decision, of an answer without advice, of anything else that was done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from cds.actions.build import version
from cds.actions.clock import Clock
from cds.actions.rulesets import Ruleset
from cds.audit.privacy.envelope import Sealed, in_the_clear, seal
from cds.audit.privacy.mask import Mask, MaskedFacts, mask_of
from cds.audit.privacy.masked_decision import Masked, masked_decision
from cds.audit.privacy.pseudonyms import Pseudonym
from cds.audit.privacy.subjects import Subjects
from cds.audit.record import BODY_SCHEMA, SCHEMA, Entry
from cds.canonical import canonical_bytes
from cds.errors import KeyFailure, NotRecorded
from cds.facts.model import Facts
from cds.records.decision import Decision
from cds.replay.masked import anchors_of
from cds.ruleset.version import SEMANTICS
from cds.trace.sentences import RENDERER

DEFAULT_ACTOR, DEFAULT_PURPOSE = "unnamed", "treatment"
_SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class By:
    """Who asks, for what purpose, and whether something proved that it is they."""

    actor: str = DEFAULT_ACTOR
    purpose: str = DEFAULT_PURPOSE
    authenticated: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """Which ruleset was asked, and how the log names it."""

    ruleset: Ruleset
    named: Mapping[str, str]


class Entries:
    """Makes entries for one log; several threads may share it."""

    def __init__(self, subjects: Subjects, mask: tuple[str, ...], clock: Clock) -> None:
        self._subjects = subjects
        self._names = mask
        self._clock = clock
        self._masks: dict[str, Mask] = {}

    def of_decision(self, about: About, facts: Facts, decision: Decision, by: By) -> Entry:
        """Make the entry of a decision, sealed for its subject.

        Raises:
            InputError: the mask names what is no fact of this ruleset.
            NotRecorded: the key of the subject cannot be had.
        """
        masked = self._masked(about.ruleset, facts)
        body = _patient_body(masked, decision=self._stored(about.ruleset, decision, masked), problem=None)
        return self._entry("decision", body, by, subject=facts.subject, named=about.named)

    def of_no_advice(self, kind: str, about: About, facts: Facts | None, problem: str, by: By) -> Entry:
        """Make the entry of what got no advice; without facts it is about nobody, so `problem` may tell of nobody.

        Raises:
            InputError: the mask names what is no fact of this ruleset.
            NotRecorded: the key of the subject cannot be had.
        """
        masked = None if facts is None else self._masked(about.ruleset, facts)
        body = _patient_body(masked, decision=None, problem=problem)
        return self._entry(kind, body, by, subject=None if facts is None else facts.subject, named=about.named)

    def of_event(
        self,
        kind: str,
        content: Mapping[str, Any],
        by: By,
        *,
        subject: str | Pseudonym | None = None,
        named: Mapping[str, str] | None = None,
    ) -> Entry:
        """Make the entry of anything else; what is about a subject by id is sealed, by pseudonym it is in the clear.

        Raises:
            NotRecorded: the key of the subject cannot be had.
        """
        body = {"schema": BODY_SCHEMA, "salt": token_hex(_SALT_BYTES), "content": dict(content)}
        return self._entry(kind, body, by, subject=subject, named=named)

    def _entry(
        self,
        kind: str,
        body: Mapping[str, Any],
        by: By,
        *,
        subject: str | Pseudonym | None,
        named: Mapping[str, str] | None,
    ) -> Entry:
        stamp = self._clock()
        header: dict[str, Any] = {
            "schema": SCHEMA,
            "recorded_at": stamp.at,
            "clock": stamp.clock,
            "kind": kind,
            "actor": {"id": by.actor, "authenticated": by.authenticated},
            "purpose": by.purpose,
            "subject": subject.to_header() if isinstance(subject, Pseudonym) else None,
            "ruleset": None if named is None else dict(named),
            "engine": f"cds {version()}",
            "semantics": SEMANTICS,
            "renderer": RENDERER,
        }
        plain = canonical_bytes(body)
        sealed = self._sealed(plain, header, subject) if isinstance(subject, str) else in_the_clear(plain)
        return Entry({**header, "body": sealed.said}, sealed.body)

    def _sealed(self, plain: bytes, header: dict[str, Any], subject: str) -> Sealed:
        """Seal a body for its subject, and name the subject's pseudonym in the header."""
        try:
            pseudonym, key = self._subjects.key_for(subject)
        except KeyFailure as error:
            raise NotRecorded(f"not recorded: {error}") from None
        header["subject"] = pseudonym.to_header()
        return seal(plain, header=header, subject_key=key, body_key=self._subjects.keys.body_key)

    def _masked(self, ruleset: Ruleset, facts: Facts) -> MaskedFacts:
        digest = ruleset.loaded.digest
        if digest not in self._masks:
            self._masks[digest] = mask_of(self._names, ruleset.program.dictionary)
        return self._masks[digest].facts(facts.document)

    def _stored(self, ruleset: Ruleset, decision: Decision, masked: MaskedFacts) -> Mapping[str, Any]:
        if not masked.removed:
            return decision.document
        removed = Masked(masked.removed, ruleset.program.dictionary, anchors_of(ruleset.program))
        return masked_decision(decision.document, removed, keyed_digest=self._subjects.pseudonyms.keyed_digest)


def _patient_body(
    masked: MaskedFacts | None, *, decision: Mapping[str, Any] | None, problem: str | None
) -> dict[str, Any]:
    return {
        "schema": BODY_SCHEMA,
        "salt": token_hex(_SALT_BYTES),
        "facts": None if masked is None else masked.document,
        "masked": [] if masked is None else list(masked.removed),
        "decision": decision,
        "outcome": None if problem is None else {"problem": problem},
    }
