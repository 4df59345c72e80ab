"""Keys of patients that were destroyed, and are there again: a copy of the key folder was put back."""

from __future__ import annotations

from pathlib import Path

from cds.actions.key_folders import opened_subjects
from cds.actions.logs import destroyed_keys, opened_body, opened_log
from cds.audit.privacy.subjects import Subjects
from cds.audit.record import read_header
from cds.audit.stores.base import Store
from cds.errors import InputError, KeyFailure, NotReadable


def restored_keys(location: str, keys: Path | None) -> tuple[str, ...]:
    """Give the pseudonyms whose keys were destroyed, and whose records from before that can be read all the same.

    Raises:
        InputError: there is no log, or the key folder cannot be loaded.
        KeyFailure: the keys of subjects cannot be read.
    """
    with opened_log(location) as store, opened_subjects(keys) as subjects:
        if subjects is None:
            return ()
        destroyed = destroyed_keys(store).items()
        return tuple(pseudonym for pseudonym, last in destroyed if _opens(store, subjects, pseudonym, before=last))


def _opens(store: Store, subjects: Subjects, pseudonym: str, *, before: int) -> bool:
    """Tell whether a record of a patient opens; who came back has a new key, which opens none of the old ones."""
    try:
        if subjects.keys.find(pseudonym) is None:
            return False
    except KeyFailure:
        return False  # what wraps it is gone, so it opens nothing
    numbers = (seq for seq in store.find(subject=pseudonym) if seq < before)
    return any(_is_readable(store, subjects, seq) for seq in numbers)


def _is_readable(store: Store, subjects: Subjects, seq: int) -> bool:
    record = store.record(seq)
    try:
        header = read_header(record.header)
        opened_body(record.body or b"", header, subjects)
    except (InputError, NotReadable):
        return False
    return header["body"]["encryption"] is not None
