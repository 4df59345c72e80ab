"""What notes are written with, read strictly: one text for one meaning, so that nothing can be changed unseen."""

from __future__ import annotations

from base64 import b64decode, b64encode

from cds.errors import InputError

LOWEST_PRINTABLE = " "


class NoteError(InputError):
    """A note, a checkpoint or a key is malformed, or is not signed as it has to be."""


def base64_text(raw: bytes) -> str:
    """Write bytes as base64 with padding (RFC 4648, section 4)."""
    return b64encode(raw).decode()


def base64_bytes(text: str, *, what: str) -> bytes:
    """Read base64 that is written in the one way that its bytes have.

    Raises:
        NoteError: another character, missing padding, or bits after the last byte.
    """
    try:
        raw = b64decode(text, validate=True)
    except ValueError:
        raise NoteError(f"{what} is not base64") from None
    if base64_text(raw) != text:
        raise NoteError(f"{what} is base64 that is written in a second way", expected=f"`{base64_text(raw)}`")
    return raw


def checked_name(name: str, *, what: str = "the name of a key") -> str:
    """Accept a name that can stand in a signature line.

    Raises:
        NoteError: it is empty, or has a space, a plus, or a character that no text has.
    """
    if not name or "+" in name or any(character.isspace() or character < LOWEST_PRINTABLE for character in name):
        raise NoteError(f"{what} may not be `{name}`", expected="a name without spaces and plus, such as `host/log`")
    try:
        name.encode()
    except UnicodeEncodeError:
        raise NoteError(f"{what} is no text", expected="a name in UTF-8") from None
    return name
