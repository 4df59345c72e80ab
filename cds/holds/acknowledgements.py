"""`cds-acknowledgement/1`: who took note of a line as it stood, and why nothing more has to be said of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cds.canonical import canonical_bytes
from cds.errors import InputError, Place, nearest
from cds.facts.instants import parse_exact_instant
from cds.facts.tokens import quoted
from cds.holds.model import Line, Seen, Sheet
from cds.holds.seen import fingerprint, seen_of

SCHEMA = "cds-acknowledgement/1"
ReasonCode = Literal[
    "patient_informed", "prescriber_informed", "proceduralist_decided", "record_being_corrected", "other"
]
REASONS: Mapping[str, str] = {
    "patient_informed": "The patient was told the last dose, and repeated it",
    "prescriber_informed": "The prescriber was told, and decides",
    "proceduralist_decided": "The proceduralist decided, and the plan is on record",
    "record_being_corrected": "The record is wrong and is being corrected",
    "other": "Another reason, given as a comment",
}
"""Why a line is acknowledged: the local code system of this document, in words."""


class Acknowledgement(BaseModel):
    """One acknowledgement; it holds for the line as `fingerprint` has it, and for nothing else."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    schema_name: Literal["cds-acknowledgement/1"] = Field(alias="schema")
    subject: str
    binding: str
    state: str | None = None
    fingerprint: str
    reason: ReasonCode
    comment: str | None = Field(None, max_length=200)
    by: str = Field(min_length=1, max_length=100)
    authenticated: bool = False
    at: str
    clock: Literal["system", "given"]

    @model_validator(mode="after")
    def _has_a_reason(self) -> Self:
        if self.reason == "other" and not self.comment:
            raise ValueError("the reason `other` needs a comment")
        return self

    def to_bytes(self) -> bytes:
        """Give one line of a file of acknowledgements."""
        return canonical_bytes(self.model_dump(by_alias=True, exclude_none=True)) + b"\n"


Acknowledgements = Mapping[tuple[str, str], Acknowledgement]
"""The latest acknowledgement of a line, by subject and binding."""


def acknowledge(
    seen: Seen, *, reason: str, by: str, at: str, clock: str, comment: str | None = None
) -> Acknowledgement:
    """Acknowledge a line as a worklist showed it; `at` is an instant with offset, by the `system` clock or `given`.

    Raises:
        InputError: the reason is not in the list, or lacks its comment; `by` is empty or too long; `at` is no instant.
    """
    if reason not in REASONS:
        expected = f"one of {', '.join(REASONS)}"
        raise InputError(f"there is no reason {quoted(reason)}", expected=expected, suggestion=nearest(reason, REASONS))
    parse_exact_instant(at)
    said = {
        "schema": SCHEMA,
        "subject": seen["subject"],
        "binding": seen["binding"],
        "state": seen["state"],
        "fingerprint": fingerprint(seen),
        "reason": reason,
        "comment": comment,
        "by": by,
        "at": at,
        "clock": clock,
    }
    try:
        return Acknowledgement.model_validate(said)
    except ValidationError as error:
        raise _refusal(error, Place()) from None


def read_acknowledgements(lines: Iterable[bytes], *, file: str | None = None) -> dict[tuple[str, str], Acknowledgement]:
    """Read a file of acknowledgements, one a line; a later one of the same medication counts.

    A line that was begun and cut off acknowledges nothing, so that what it was about is told again.

    Raises:
        InputError: a line is not an acknowledgement.
    """
    read: dict[tuple[str, str], Acknowledgement] = {}
    for number, line in enumerate(lines, start=1):
        if line.strip() and not _is_cut_off(line):
            try:
                found = Acknowledgement.model_validate_json(line)
            except ValidationError as error:
                raise _refusal(error, Place(file, line=number)) from None
            read[found.subject, found.binding] = found
    return read


def _is_cut_off(line: bytes) -> bool:
    return line.startswith(b'{"') and not line.rstrip().endswith(b"}")


def with_acknowledgements(sheet: Sheet, known: Acknowledgements) -> Sheet:
    """Mark the lines that were acknowledged as they stand now; one that has changed since is open again."""
    return {**sheet, "lines": [_marked(sheet, line, known) for line in sheet["lines"]]}


def _marked(sheet: Sheet, line: Line, known: Acknowledgements) -> Line:
    found = known.get((sheet["subject"], line["binding"]))
    if found is None or found.fingerprint != fingerprint(seen_of(sheet, line)):
        return line
    return {**line, "acknowledged": {"by": found.by, "at": found.at, "reason": found.reason}}


def _refusal(error: ValidationError, place: Place) -> InputError:
    """Say which key is wrong; the value is not repeated, since a comment could name a patient."""
    first = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "the acknowledgement"
    said = first["msg"].removeprefix("Value error, ")
    return InputError(f"`{where}` is not as it should be: {said}", place=place, expected=f"`{SCHEMA}`")
