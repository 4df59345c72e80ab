"""One record of a log as it is decided again: its header, and its body once that is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import orjson

from cds.canonical import NotCanonicalError, canonical_bytes
from cds.errors import CdsError

RECORD = "cds-record/1"
BODY = "cds-body/1"
DECISION = "decision"
"""The kind of record that is decided again; all others are only counted."""
_PARTS = frozenset({"schema", "salt", "facts", "masked", "decision", "outcome"})


class Gone(StrEnum):
    """Why there is no plain body."""

    KEY_DESTROYED = "key_destroyed"
    REMOVED = "removed"
    """By retention."""
    UNREADABLE = "unreadable"
    """It is there and cannot be opened: a key is not at hand, or the bytes are not what was recorded."""


class Past(NamedTuple):
    """A record: its number, the canonical bytes of its header and of its plain body, or why that cannot be had.

    Bytes, since they go to other processes as they are, and are read there.
    """

    seq: int
    header: bytes
    body: bytes | Gone


@dataclass(frozen=True, slots=True)
class PastDecision:
    """What a record of a decision says: by which ruleset and semantics, from which facts, and what was decided."""

    ruleset: str
    """The digest of the ruleset."""
    stored: str
    """The hash that names the stored ruleset."""
    semantics: int
    subject: str | None
    """The pseudonym."""
    facts: Mapping[str, Any]
    masked: tuple[str, ...]
    decision: Mapping[str, Any]


class MalformedRecord(CdsError):
    """A record is not what the log's format says; whoever verifies the log finds out why."""


def header_of(past: Past) -> dict[str, Any]:
    """Read the header of a record.

    Raises:
        MalformedRecord: it is not a header of `cds-record/1`, or of another number.
    """
    header = _read(past.header, "header")
    if header.get("schema") != RECORD or header.get("seq") != past.seq:
        raise MalformedRecord(f"the header is not one of `{RECORD}` with the number of its record")
    return header


def decision_of(header: Mapping[str, Any], body: bytes) -> PastDecision:
    """Read what a record of a decision says.

    Raises:
        MalformedRecord: header or body are not those of a decision.
    """
    read = _read(body, "body")
    try:
        subject = header["subject"]
        found = PastDecision(
            ruleset=header["ruleset"]["digest"],
            stored=header["ruleset"]["stored"],
            semantics=header["semantics"],
            subject=None if subject is None else subject["pseudonym"],
            facts=read["facts"],
            masked=tuple(read["masked"]),
            decision=read["decision"],
        )
    except (KeyError, TypeError):
        raise MalformedRecord("the record has no ruleset, facts or decision") from None
    if read.get("schema") != BODY or not isinstance(found.facts, dict) or not isinstance(found.decision, dict):
        raise MalformedRecord(f"the body is not one of `{BODY}` with facts and a decision")
    if read.keys() != _PARTS or read["outcome"] is not None or not _is_canonical(read, body):
        raise MalformedRecord(f"the body says more than a decision, or is not written as `{BODY}` is")
    return found


def _is_canonical(read: Mapping[str, Any], body: bytes) -> bool:
    """Tell whether a body is written in its one form: with a key twice, two readers could see two decisions in it."""
    try:
        return canonical_bytes(read) == body
    except NotCanonicalError:
        return False


def _read(content: bytes, what: str) -> dict[str, Any]:
    try:
        read = orjson.loads(content)
    except orjson.JSONDecodeError:
        read = None
    if not isinstance(read, dict):
        raise MalformedRecord(f"the {what} of the record is not a JSON object")
    return read
