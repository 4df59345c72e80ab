"""Checking a pack of evidence: all but deciding again, which is for those who know the engines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from cds.audit.evidence import Evidence
from cds.audit.findings import Finding
from cds.audit.merkle.checks import verify_inclusion
from cds.audit.merkle.hashing import leaf_hash
from cds.audit.notes.checkpoint import SignedCheckpoint, open_checkpoint, parse_checkpoint
from cds.audit.notes.encoding import NoteError
from cds.audit.notes.keys import VerifierKey
from cds.audit.privacy.envelope import hash_of, is_sealed, open_in_the_clear, open_with_record_key
from cds.audit.record import BODY_SCHEMA, ContentBody, DecisionBody, Header, read_header
from cds.canonical import NotCanonicalError, canonical_bytes
from cds.errors import InputError, NotReadable
from cds.records.decision import decision_digest, digest_of

_BODIES: dict[str, TypeAdapter[Any]] = dict.fromkeys(
    ("decision", "no_advice", "disagreement"), TypeAdapter(DecisionBody)
)
_OTHER_BODY: TypeAdapter[Any] = TypeAdapter(ContentBody)


@dataclass(frozen=True, slots=True)
class CheckedEvidence:
    """What a pack proves: what is wrong with it, what it leaves open, and what it holds as far as it reads."""

    findings: tuple[Finding, ...]
    cautions: tuple[str, ...]
    """What a reader has to know though nothing is wrong."""
    header: Header | None
    body: bytes | None
    """The plain body."""
    checkpoint: SignedCheckpoint | None


def check_evidence(evidence: Evidence, *, trusted: Sequence[VerifierKey] = ()) -> CheckedEvidence:
    """Check signature, inclusion, body and ruleset of a pack against each other.

    `trusted` are keys that came from elsewhere; without any, the keys in the pack are taken, and a caution says so:
    who makes up a log can make up its key too.
    """
    check = _Check(evidence)
    checkpoint = check.opened_checkpoint(trusted or evidence.keys)
    header = check.read_header()
    body = None
    if header is not None:
        check.inclusion(header)
        check.ruleset(header)
        body = check.opened_body(header)
    if body is not None and header is not None:
        check.content(header, body)
    if checkpoint is not None and not checkpoint.witnesses:
        check.cautions.append(
            "no known witness signed the checkpoint: who has the log's key can have rewritten the log"
        )
    if not trusted:
        check.cautions.append(
            "the keys are those of the pack itself: compare them with what the log's operator published"
        )
    return CheckedEvidence(tuple(check.findings), tuple(check.cautions), header, body, checkpoint)


class _Check:
    """One check under way; each step adds what it finds."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self.findings: list[Finding] = []
        self.cautions: list[str] = []

    def opened_checkpoint(self, keys: Sequence[VerifierKey]) -> SignedCheckpoint | None:
        """Open the checkpoint."""
        try:
            return open_checkpoint(self._evidence.checkpoint, keys)
        except NoteError as error:
            self._found("checkpoint", str(error))
            return None

    def read_header(self) -> Header | None:
        """Read the header."""
        try:
            return read_header(self._evidence.header)
        except InputError as error:
            self._found("record.header", str(error))
            return None

    def inclusion(self, header: Header) -> None:
        """Hold header, proof and checkpoint against each other."""
        evidence = self._evidence
        if header["seq"] != evidence.index:
            self._found("proof.index", f"the proof is of record {evidence.index}, the header of record {header['seq']}")
        try:
            said = parse_checkpoint(evidence.checkpoint)
        except NoteError:
            return  # found when it was opened
        if said.size != evidence.size:
            self._found("proof.size", f"the proof is for {evidence.size} records, the checkpoint for {said.size}")
        leaf = leaf_hash(evidence.header)
        if not verify_inclusion(leaf, evidence.index, evidence.size, evidence.hashes, said.root):
            self._found("proof", "it does not lead from this header to the root in the checkpoint")

    def ruleset(self, header: Header) -> None:
        """Hold the ruleset against the hash and the digest that the header has of it."""
        named, ruleset = header["ruleset"], self._evidence.ruleset
        if named is None:
            if ruleset is not None:
                self._found("ruleset", "the record names no ruleset")
        elif ruleset is None:
            self._found("ruleset", "it is missing, and the record names one")
        elif hash_of(ruleset) != named["stored"]:
            self._found("ruleset", "it is not the one that the record names")
        elif _ruleset_digest(ruleset) != named["digest"]:
            self._found("ruleset", "it does not have the digest that the record names")

    def opened_body(self, header: Header) -> bytes | None:
        """Open the body as far as the pack allows."""
        evidence = self._evidence
        if evidence.body is None:
            self.cautions.append("the body is not in the pack: retention removed it from the log, or it was left out")
            if evidence.record_key is not None:
                self._found("record.key", "there is a key, and no body")
            return None
        try:
            if not is_sealed(header):
                if evidence.record_key is not None:
                    self._found("record.key", "the body is not sealed, and there is a key")
                return open_in_the_clear(evidence.body, header=header)
            if evidence.record_key is not None:
                return open_with_record_key(evidence.body, header=header, record_key=evidence.record_key)
            if hash_of(evidence.body) == header["body"]["hash"]:
                self.cautions.append("the body is sealed, and its key is not in the pack: nobody can read it")
            else:
                self._found("record.body", "it is not the one that the header names")
        except NotReadable as error:
            self._found("record.key" if error.no_key else "record.body", str(error))
        return None

    def content(self, header: Header, body: bytes) -> None:
        """Hold what the body says against itself and the header."""
        for place, problem in _contradictions(header, body):
            self._found(place, problem)

    def _found(self, place: str, problem: str) -> None:
        self.findings.append(Finding(place, problem))


def _contradictions(header: Header, body: bytes) -> Iterator[tuple[str, str]]:
    document = _object(body)
    if document is None or not _is_body(document, header["kind"]):
        yield "record.body", f"it is not a body of `{BODY_SCHEMA}` in canonical JSON"
        return
    decision = document.get("decision")
    if header["kind"] == "decision" and not isinstance(decision, dict):
        yield "record.body", "the record is of a decision, and none is in it"
    elif isinstance(decision, dict):
        if header["kind"] != "decision" or document["outcome"] is not None:
            yield "record.body", "there is a decision in it, and that there was none"
        if not document.get("masked"):
            if decision.get("facts_digest") != digest_of(document.get("facts")):
                yield "record.body", "the facts do not have the digest that the decision states"
            if decision.get("digest") != _digest(decision):
                yield "record.body", "the decision does not have the digest that it states"
        ruleset, named = decision.get("ruleset"), header["ruleset"]
        if named is None or not isinstance(ruleset, dict) or ruleset.get("digest") != named["digest"]:
            yield "record.body", "the decision names another ruleset than the header"


def _is_body(document: dict[str, Any], kind: str) -> bool:
    try:
        _BODIES.get(kind, _OTHER_BODY).validate_python(document)
    except ValidationError:
        return False
    return True


def _ruleset_digest(ruleset: bytes) -> str | None:
    """Work out the digest of a stored ruleset: the hash of its `content`; None if it has none."""
    document = _object(ruleset)
    return None if document is None or "content" not in document else hash_of(canonical_bytes(document["content"]))


def _digest(decision: dict[str, Any]) -> str | None:
    try:
        return decision_digest(decision)
    except (KeyError, TypeError, AttributeError):
        return None  # parts that every decision has are missing


def _object(body: bytes) -> dict[str, Any] | None:
    """Read canonical JSON; None if it is not an object in just this form."""
    try:
        document = orjson.loads(body)
        return document if isinstance(document, dict) and canonical_bytes(document) == body else None
    except (orjson.JSONDecodeError, NotCanonicalError):
        return None
