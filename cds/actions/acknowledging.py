"""Taking note of lines of a worklist, and keeping that in a file that only grows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import orjson
from pydantic import TypeAdapter, ValidationError

from cds.actions.clock import Stamp, system_clock
from cds.errors import InputError, Place, nearest
from cds.facts.tokens import quoted
from cds.holds.acknowledgements import Acknowledgement, acknowledge, read_acknowledgements
from cds.holds.model import SCHEMA, Seen
from cds.holds.seen import Memory, memory_of

if TYPE_CHECKING:  # what records is loaded by who does so
    from cds.actions.recording import Recorder

MOST_BYTES = 512 * 1024 * 1024
"""A worklist of about 100,000 medications."""


def read_memory(content: bytes, *, file: str | None = None) -> Memory:
    """Read what an earlier worklist (`cds holds --json`) remembers of its lines.

    Raises:
        InputError: it is no such document.
    """
    place, expected = Place(file), f"a `{SCHEMA}` document, as `cds holds --json` prints it"
    if len(content) > MOST_BYTES:
        raise InputError("the document is too large", place=place, expected=f"at most {MOST_BYTES} bytes")
    try:
        document: Any = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise InputError(f"this is not JSON ({error.msg})", place=place, expected=expected) from None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise InputError("this is not a worklist", place=place, expected=expected)
    try:
        return memory_of(TypeAdapter(list[Seen]).validate_python(document.get("seen")))
    except ValidationError:
        raise InputError("what this worklist remembers cannot be read", place=place, expected=expected) from None


def acknowledged_in(path: Path) -> dict[tuple[str, str], Acknowledgement]:
    """Read a file of acknowledgements; one that does not exist yet has none.

    Raises:
        InputError: it cannot be read, or a line is not an acknowledgement.
    """
    try:
        with path.open("rb") as file:
            return read_acknowledgements(file, file=str(path))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise InputError(f"this file cannot be read ({error.strerror})", place=Place(str(path))) from None


def acknowledge_lines(
    memory: Memory,
    *,
    subject: str,
    medications: Sequence[str],
    reason: str,
    by: str,
    at: str | None = None,
    comment: str | None = None,
) -> list[Acknowledgement]:
    """Acknowledge medications of one patient as a worklist showed them; without `at` it is the system clock's now.

    Raises:
        InputError: the worklist has no such patient or medication, or the reason is none.
    """
    lines = {binding.partition("/")[2]: seen for (of, binding), seen in memory.items() if of == subject}
    if not lines:
        subjects = {of for of, _ in memory}
        raise InputError(f"the worklist has no patient {quoted(subject)}", suggestion=nearest(subject, subjects))
    if not medications:
        raise InputError("no medication was named", expected=f"one or more of {', '.join(sorted(lines))}")
    unknown = next((name for name in medications if name not in lines), None)
    if unknown is not None:
        expected = f"one of {', '.join(sorted(lines))}"
        problem = f"the patient has no medication {quoted(unknown)} in the worklist"
        raise InputError(problem, expected=expected, suggestion=nearest(unknown, lines))
    stamp = system_clock() if at is None else Stamp(at, "given")
    return [
        acknowledge(lines[name], reason=reason, by=by, at=stamp.at, clock=stamp.clock, comment=comment)
        for name in medications
    ]


def record_lines(recorder: Recorder, acknowledgements: Sequence[Acknowledgement]) -> None:
    """Record acknowledgements, each sealed for its patient, all or none.

    Raises:
        NotRecorded: they could not be made durable; they do not count.
    """
    said = [one.model_dump(by_alias=True, exclude_none=True) for one in acknowledgements]
    recorder.record([recorder.of_event("acknowledgement", one, subject=one["subject"]) for one in said])


def keep(acknowledgements: Sequence[Acknowledgement], path: Path) -> None:
    """Append to a file, durably; what stands in it is never changed.

    Raises:
        InputError: the file cannot be written.
    """
    content = b"".join(one.to_bytes() for one in acknowledgements)
    try:
        with path.open("ab+") as file:
            file.write(content if _ends_a_line(file) else b"\n" + content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise InputError(f"this file cannot be written ({error.strerror})", place=Place(str(path))) from None


def _ends_a_line(file: BinaryIO) -> bool:
    """Tell whether a file is empty or ends with a whole line; one that was cut off must not swallow the next."""
    if file.seek(0, os.SEEK_END) == 0:
        return True
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"
