"""Keys that sign and verify notes, and their text forms (c2sp.org/signed-note, golang.org/x/mod/sumdb/note).

A verifier key is `name+hash+base64`, a signing key `PRIVATE+KEY+name+hash+base64`: `hash` is the key id in hexadecimal,
and the base64 holds one byte for the kind of signature and 32 bytes of Ed25519 key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from hashlib import sha256
from secrets import token_bytes
from typing import TYPE_CHECKING

from cds.audit.notes.encoding import NoteError, base64_bytes, base64_text, checked_name

if TYPE_CHECKING:  # loaded by who signs or verifies: every command would wait for it
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_PRIVATE = "PRIVATE+KEY+"
_KEY_BYTES = 32
_ID_BYTES = 4


class Kind(IntEnum):
    """What a key signs; the number is the signature type of c2sp.org/signed-note."""

    NOTE = 0x01
    COSIGNATURE = 0x04


@dataclass(frozen=True)
class VerifierKey:
    """The public half: what everyone may know, and has to get from elsewhere than the log."""

    name: str
    public: bytes
    kind: Kind = Kind.NOTE

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read `name+hash+base64`.

        Raises:
            NoteError: it is malformed, of an unknown kind, or its hash is not that of its key.
        """
        name, key_id, kind, public = _parsed(text, what="a verifier key")
        key = cls(name, public, kind)
        _demand_id(key, key_id)
        return key

    @cached_property
    def id(self) -> bytes:
        """Four bytes of a hash over name, kind and key: they tell in a signature which key, and prove nothing."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:_ID_BYTES]

    @property
    def text(self) -> str:
        """The text form."""
        return f"{self.name}+{self.id.hex()}+{base64_text(bytes([self.kind]) + self.public)}"

    def has_signed(self, message: bytes, signature: bytes) -> bool:
        """Tell whether this key made an Ed25519 signature."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  # see above

        try:
            self._public_key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    @cached_property
    def _public_key(self) -> Ed25519PublicKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415  # see above

        return Ed25519PublicKey.from_public_bytes(self.public)


@dataclass(frozen=True)
class SigningKey:
    """The secret half. Its text form is for a file that only its owner can read."""

    name: str
    seed: bytes = field(repr=False)
    kind: Kind = Kind.NOTE

    @classmethod
    def generate(cls, name: str, kind: Kind = Kind.NOTE) -> SigningKey:
        """Make a new key.

        Raises:
            NoteError: no key can have this name.
        """
        return cls(checked_name(name), token_bytes(_KEY_BYTES), kind)

    @classmethod
    def parse(cls, text: str) -> SigningKey:
        """Read `PRIVATE+KEY+name+hash+base64`; a message of what is wrong with it never holds a part of it.

        Raises:
            NoteError: it is malformed, of an unknown kind, or its hash is not that of its key.
        """
        if not text.startswith(_PRIVATE):
            raise NoteError("this is not a signing key", expected=f"a text that begins with `{_PRIVATE}`")
        name, key_id, kind, seed = _parsed(text.removeprefix(_PRIVATE), what="a signing key")
        key = cls(name, seed, kind)
        _demand_id(key.verifier, key_id)
        return key

    @cached_property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self._private_key.public_key().public_bytes_raw(), self.kind)

    @property
    def text(self) -> str:
        """The text form."""
        return f"{_PRIVATE}{self.name}+{self.verifier.id.hex()}+{base64_text(bytes([self.kind]) + self.seed)}"

    def sign(self, message: bytes) -> bytes:
        """Make an Ed25519 signature; the same message has always the same one."""
        return self._private_key.sign(message)

    @cached_property
    def _private_key(self) -> Ed25519PrivateKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415  # see above

        return Ed25519PrivateKey.from_private_bytes(self.seed)


def _parsed(text: str, *, what: str) -> tuple[str, str, Kind, bytes]:
    """Take a key's text apart; the base64 may hold a plus itself."""
    parts = text.split("+", 2)
    if len(parts) != 3:  # noqa: PLR2004  # the three that the form has
        raise NoteError(f"{what} is cut short", expected="a name, a hash and base64, with a plus between them")
    name, key_id, material = parts
    raw = _material(material, what=what)
    try:
        kind = Kind(raw[0])
    except ValueError:
        raise NoteError(
            f"{what} is of a kind that is not known here", expected="Ed25519 of a log or a witness"
        ) from None
    return checked_name(name), key_id, kind, raw[1:]


def _material(material: str, *, what: str) -> bytes:
    """Read the base64 of a key without ever showing it.

    Raises:
        NoteError: it is not base64, or not of the length of a key.
    """
    try:
        raw = base64_bytes(material, what=what)
    except NoteError:
        raise NoteError(f"{what} has no valid base64") from None
    if len(raw) != 1 + _KEY_BYTES:
        raise NoteError(f"{what} has the wrong length", expected=f"{1 + _KEY_BYTES} bytes in base64")
    return raw


def _demand_id(key: VerifierKey, said: str) -> None:
    if key.id.hex() != said:
        raise NoteError(f"the key `{key.name}` does not have the hash that stands beside it")
