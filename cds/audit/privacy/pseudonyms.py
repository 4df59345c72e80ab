"""A subject as the log names it: a pseudonym that only the holder of a key can find again."""

from __future__ import annotations

import hmac
import unicodedata
from dataclasses import dataclass

from cds.audit.privacy.keys import Versions

_SUBJECT = b"cds-pseudonym/1\x00"
_DIGEST = b"cds-masked-digest/1\x00"
_HMAC = "hmac-sha256"


@dataclass(frozen=True, slots=True)
class Pseudonym:
    """The keyed hash of a subject, and the version of the key that made it."""

    value: str
    key: str

    def to_header(self) -> dict[str, str]:
        """Give what the header of a record says of its subject."""
        return {"pseudonym": self.value, "key": self.key}


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Name subjects under the current key, and find them again under every older one."""

    keys: Versions

    def of(self, subject: str) -> Pseudonym:
        """Give the pseudonym that a new record uses."""
        current = self.keys.current
        return Pseudonym(_keyed(self.keys.key(current), _SUBJECT, subject), current)

    def all_of(self, subject: str) -> tuple[Pseudonym, ...]:
        """Give every pseudonym that a subject has or had, the newest first."""
        versions = reversed(self.keys.by_id.items())
        return tuple(Pseudonym(_keyed(key, _SUBJECT, subject), version) for version, key in versions)

    def keyed_digest(self, digest: str) -> str:
        """Hide a digest over facts that are not stored: who tries values for them cannot tell which one fits."""
        current = self.keys.current
        return f"{_HMAC}:{current}:{_keyed(self.keys.key(current), _DIGEST, digest)}"

    def keyed_digests(self, digest: str) -> tuple[str, ...]:
        """Give every form under which a digest may be hidden in the log, the newest first."""
        versions = reversed(self.keys.by_id.items())
        return tuple(f"{_HMAC}:{version}:{_keyed(key, _DIGEST, digest)}" for version, key in versions)


def _keyed(key: bytes, label: bytes, text: str) -> str:
    """Give the HMAC-SHA256 of a label and a text in NFC, in hexadecimal."""
    return hmac.digest(key, label + unicodedata.normalize("NFC", text).encode(), "sha256").hex()
