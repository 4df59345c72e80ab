"""Patients as the log knows them: by pseudonym, each with a data key that can be destroyed."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from cds.audit.privacy.keys import Keys
from cds.audit.privacy.pseudonyms import Pseudonym, Pseudonyms
from cds.audit.privacy.subject_keys import SubjectKeys
from cds.errors import NotReadable


class Subjects:
    """The pseudonyms and data keys of one key folder."""

    def __init__(self, keys: Keys) -> None:
        self.pseudonyms = Pseudonyms(keys.pseudonym)
        self.keys = SubjectKeys(keys.subjects, keys.body)

    def key_for(self, subject: str) -> tuple[Pseudonym, bytes]:
        """Give the pseudonym and data key for a new record about a subject, durable before this returns.

        Raises:
            KeyFailure: a new key cannot be made durable.
        """
        pseudonym = self.pseudonyms.of(subject)
        return pseudonym, self.keys.key_for(pseudonym.value)

    def key_of(self, header: Mapping[str, Any]) -> bytes:
        """Give the data key that a recorded body has to be opened with.

        Raises:
            NotReadable: there is none (any more).
        """
        named = header["subject"]
        key = None if named is None else self.keys.find(named["pseudonym"])
        if key is None:
            raise NotReadable(
                "there is no key for this body: the key of its subject was destroyed, or is in another key folder",
                no_key=True,
            )
        return key

    def destroy(self, subject: str) -> int:
        """Destroy every key of a subject, under all pseudonyms; gives how many there were.

        Raises:
            KeyFailure: they could not be erased from disk.
        """
        return self.keys.destroy([pseudonym.value for pseudonym in self.pseudonyms.all_of(subject)])

    def close(self) -> None:
        """Forget all keys and close the file."""
        self.keys.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
