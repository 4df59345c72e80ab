"""Signed notes (c2sp.org/signed-note): a text, a blank line, and signatures of it, one a line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cds.audit.notes.encoding import NoteError, base64_bytes, base64_text, checked_name
from cds.audit.notes.keys import Kind, SigningKey, VerifierKey

MAX_BYTES = 1_000_000
MAX_SIGNATURES = 100
LAST_TIMESTAMP = 2**63 - 1
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")  # all but the end of a line
_DASH = "\u2014 "
_ID_BYTES = 4
_TIME_BYTES = 8


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: whose key it names, and the bytes of the signature."""

    name: str
    key_id: bytes
    raw: bytes

    def __str__(self) -> str:
        """Render as the line, without its end."""
        return f"{_DASH}{self.name} {base64_text(self.key_id + self.raw)}"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends with a newline, and its signatures, not verified yet."""

    text: str
    signatures: tuple[Signature, ...]

    def __bytes__(self) -> bytes:
        """Write the note as it is stored and sent."""
        return (self.text + "\n" + "".join(f"{signature}\n" for signature in self.signatures)).encode()


@dataclass(frozen=True, slots=True)
class Verified:
    """A key whose signature holds; of a witness, when it signed, in seconds since 1970 by its own clock."""

    key: VerifierKey
    timestamp: int | None = None


def parse_note(data: bytes) -> Note:
    """Read a note, strictly; what its signatures are worth is not looked at.

    Raises:
        NoteError: it is not exactly a note.
    """
    text = _decoded(data)
    end = text.rfind("\n\n") + 1
    if not end:
        raise NoteError("no blank line stands between text and signatures")
    lines = text[end + 1 :].split("\n")
    if lines.pop() or not lines:
        raise NoteError("the last signature does not end with its line" if any(lines) else "there is no signature")
    if len(lines) > MAX_SIGNATURES:
        raise NoteError("there are too many signatures", expected=f"at most {MAX_SIGNATURES}")
    signatures = tuple(map(_signature, lines))
    if len({(signature.name, signature.key_id) for signature in signatures}) < len(signatures):
        raise NoteError("a key signs twice")
    return Note(text[:end], signatures)


def sign(text: str, keys: Sequence[SigningKey], *, timestamp: int | None = None) -> Note:
    """Sign a text with every key; a witness needs the time, in seconds since 1970.

    Raises:
        NoteError: the text cannot be the text of a note.
    """
    made = Note(text, tuple(signature(text, key, timestamp=timestamp) for key in keys))
    if not text.endswith("\n") or parse_note(bytes(made)) != made:
        raise NoteError("this text cannot be signed as a note", expected="lines of printable characters")
    return made


def signature(text: str, key: SigningKey, *, timestamp: int | None = None) -> Signature:
    """Sign a text with one key.

    Raises:
        NoteError: a witness has no time, or one that cannot be written, or another key has one.
    """
    if (timestamp is not None) is not (key.kind is Kind.COSIGNATURE):
        raise NoteError(f"the key `{key.name}` cannot sign this way: only a witness signs with the time")
    if timestamp is not None and not 0 <= timestamp <= LAST_TIMESTAMP:
        raise NoteError(f"the time `{timestamp}` cannot be signed", expected="seconds since 1970")
    prefix = b"" if timestamp is None else timestamp.to_bytes(_TIME_BYTES)
    return Signature(key.name, key.verifier.id, prefix + key.sign(_message(text, timestamp)))


def open_note(data: bytes, keys: Sequence[VerifierKey]) -> tuple[Note, tuple[Verified, ...]]:
    """Read a note and verify every signature of a known key; those of others count for nothing.

    Raises:
        NoteError: it is malformed, a signature of a known key is wrong, or no known key signed.
    """
    note = parse_note(data)
    verified = verify(note, keys)
    if not verified:
        said = ", ".join(f"`{found.name}+{found.key_id.hex()}`" for found in note.signatures)
        wanted = ", ".join(f"`{key.name}+{key.id.hex()}`" for key in keys) or "at least one key"
        raise NoteError(f"no known key signed: the signatures are of {said}", expected=wanted)
    return note, verified


def verify(note: Note, keys: Sequence[VerifierKey]) -> tuple[Verified, ...]:
    """List the known keys that signed a note; may be none.

    Raises:
        NoteError: a signature of a known key is wrong, or two keys cannot be told apart.
    """
    known = {(key.name, key.id): key for key in keys}
    if len(known) < len(set(keys)):
        raise NoteError("two of the known keys have the same name and hash")
    return tuple(
        _verified(note.text, found, known[found.name, found.key_id])
        for found in note.signatures
        if (found.name, found.key_id) in known
    )


def _verified(text: str, found: Signature, key: VerifierKey) -> Verified:
    raw, timestamp = found.raw, None
    if key.kind is Kind.COSIGNATURE:
        timestamp, raw = int.from_bytes(raw[:_TIME_BYTES]), raw[_TIME_BYTES:]
    too_late = timestamp is not None and timestamp > LAST_TIMESTAMP
    if too_late or not key.has_signed(_message(text, timestamp), raw):
        raise NoteError(f"the signature of `{key.name}+{key.id.hex()}` is wrong")
    return Verified(key, timestamp)


def _message(text: str, timestamp: int | None) -> bytes:
    """Give the bytes that are signed: the text, after the time if a witness signs (c2sp.org/tlog-cosignature)."""
    return text.encode() if timestamp is None else f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def _decoded(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise NoteError("the note is too large", expected=f"at most {MAX_BYTES} bytes")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise NoteError("the note is not UTF-8") from None
    if _CONTROL.search(text):
        raise NoteError("the note holds a control character")
    return text


def _signature(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space:
        raise NoteError("a line after the text is not a signature", expected="a dash, a name and base64")
    raw = base64_bytes(encoded, what="a signature")
    if len(raw) <= _ID_BYTES:
        raise NoteError("a signature is too short")
    return Signature(checked_name(name), raw[:_ID_BYTES], raw[_ID_BYTES:])
