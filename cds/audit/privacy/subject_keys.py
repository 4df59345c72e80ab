"""A random data key for each subject; who destroys it makes all that was sealed for that subject unreadable.

A data key is kept wrapped: `nonce[12] ciphertext[32] tag[16]`, AES-256-GCM under the body key, bound to the pseudonym
and to the version of the body key, so that the key of one subject never opens under the name of another.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from cds.audit.privacy.key_store import KeyStore, Row
from cds.audit.privacy.key_text import KEY_BYTES
from cds.audit.privacy.keys import Versions
from cds.errors import KeyFailure

MOST_CACHED = 65_536
PATIENCE_SECONDS = 5.0
"""How long to wait for others who read or write the file."""
_NONCE_BYTES = 12


class SubjectKeys:
    """The data keys of subjects, by pseudonym; any number of threads may use one, and several processes one file."""

    def __init__(
        self,
        path: Path,
        body_keys: Versions,
        *,
        most_cached: int = MOST_CACHED,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._body_keys = body_keys
        self._most_cached = most_cached
        self._cached: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()
        self._store = KeyStore(path, patience_seconds=patience_seconds)

    @property
    def body_key(self) -> str:
        """Give the version of the body key that wraps new keys."""
        return self._body_keys.current

    def keys_for(self, pseudonyms: Iterable[str]) -> dict[str, bytes]:
        """Give the data key of each pseudonym; those that have none get one, durable before this returns.

        Raises:
            KeyFailure: a new key cannot be made durable, or a key cannot be unwrapped.
        """
        wanted = set(pseudonyms)
        with self._lock:
            self._forget_what_changed()
            known = {pseudonym: key for pseudonym in wanted if (key := self._found(pseudonym)) is not None}
            new = sorted(wanted - known.keys())
            if new:
                self._store.add([self._wrapped(pseudonym, os.urandom(KEY_BYTES)) for pseudonym in new])
                known.update({pseudonym: self._added(pseudonym) for pseudonym in new})
        return known

    def key_for(self, pseudonym: str) -> bytes:
        """Give the data key of a pseudonym; if it has none it gets one, durable before this returns.

        Raises:
            KeyFailure: a new key cannot be made durable, or the key cannot be unwrapped.
        """
        found = self.find(pseudonym)
        return self.keys_for([pseudonym])[pseudonym] if found is None else found

    def find(self, pseudonym: str) -> bytes | None:
        """Give the data key of a pseudonym, None if it has none (any more).

        Raises:
            KeyFailure: it cannot be unwrapped.
        """
        with self._lock:
            self._forget_what_changed()
            return self._found(pseudonym)

    def destroy(self, pseudonyms: Sequence[str]) -> int:
        """Destroy the data keys of pseudonyms, here and on disk; gives how many there were.

        Raises:
            KeyFailure: they could not be erased from disk.
        """
        with self._lock:
            for pseudonym in pseudonyms:
                self._cached.pop(pseudonym, None)
            return self._store.delete(pseudonyms)

    def rewrap(self) -> int:
        """Wrap every data key by the current body key, and leave nothing wrapped by an older one; gives how many.

        Raises:
            KeyFailure: a key cannot be unwrapped, or the file cannot be written.
        """
        with self._lock:
            current = self.body_key
            older = [row for row in self._store.rows() if row[2] != current]
            self._store.replace([self._wrapped(row[0], self._unwrapped(row)) for row in older])
        return len(older)

    def close(self) -> None:
        """Forget all keys and close the file."""
        with self._lock:
            self._cached.clear()
            self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _forget_what_changed(self) -> None:
        """Remember nothing that another process may have destroyed."""
        if self._store.was_changed():
            self._cached.clear()

    def _found(self, pseudonym: str) -> bytes | None:
        key = self._cached.get(pseudonym)
        if key is not None:
            self._cached.move_to_end(pseudonym)
            return key
        row = self._store.find(pseudonym)
        return None if row is None else self._remembered(pseudonym, self._unwrapped(row))

    def _added(self, pseudonym: str) -> bytes:
        """Read a key back that was just added: another process may have been first, and then its key counts."""
        row = self._store.find(pseudonym)
        if row is None:
            raise KeyFailure("the key of a subject was destroyed while a record was being made")
        return self._remembered(pseudonym, self._unwrapped(row))

    def _remembered(self, pseudonym: str, key: bytes) -> bytes:
        self._cached[pseudonym] = key
        if len(self._cached) > self._most_cached:
            self._cached.popitem(last=False)
        return key

    def _wrapped(self, pseudonym: str, key: bytes) -> Row:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  # `import cds` stays light

        version, nonce = self.body_key, os.urandom(_NONCE_BYTES)
        sealed = AESGCM(self._body_keys.key(version)).encrypt(nonce, key, _bound_to(pseudonym, version))
        return pseudonym, nonce + sealed, version

    def _unwrapped(self, row: Row) -> bytes:
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        pseudonym, wrapped, version = row
        nonce, sealed = wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:]
        try:
            return AESGCM(self._body_keys.key(version)).decrypt(nonce, sealed, _bound_to(pseudonym, version))
        except (InvalidTag, ValueError):
            raise KeyFailure(
                f"the body key `{version}` does not unwrap the key of the subject `{pseudonym}`: it is the body key of "
                "another key folder, or `subjects.sqlite` was altered"
            ) from None


def _bound_to(pseudonym: str, version: str) -> bytes:
    return f"cds-subject-key/1\x00{pseudonym}\x00{version}".encode()
