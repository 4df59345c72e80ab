"""Reading a log: opening it, and giving its records with their bodies opened where the keys allow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import orjson

from cds.audit.privacy.envelope import is_sealed, open_body, open_in_the_clear
from cds.audit.privacy.subjects import Subjects
from cds.audit.record import Record, read_header
from cds.audit.stores import open_store
from cds.audit.stores.base import Store
from cds.errors import InputError, NotReadable
from cds.replay.past import Gone, Past

DESTRUCTION = "key_destruction"


@contextmanager
def opened_log(location: str) -> Iterator[Store]:
    """Open a log for reading: the path of a SQLite file, or a `postgresql://` address.

    Raises:
        InputError: there is no log, or one of another version.
    """
    store = open_store(location)
    try:
        yield store
    finally:
        store.close()


def past_records(store: Store, subjects: Subjects | None, *, start: int = 0, stop: int | None = None) -> Iterator[Past]:
    """Stream the records with their plain bodies; without `subjects` only what is not sealed can be read.

    Raises:
        KeyFailure: the keys of subjects cannot be read.
    """
    destroyed = destroyed_keys(store)
    for record in store.records(start, stop):
        yield Past(record.seq, record.header, plain_body(record, subjects, destroyed))


def plain_body(record: Record, subjects: Subjects | None, destroyed: Mapping[str, int]) -> bytes | Gone:
    """Open the body of a record, or say why that cannot be; `destroyed` is what `destroyed_keys` gave.

    Raises:
        KeyFailure: the keys of subjects cannot be read.
    """
    if record.body is None:
        return Gone.REMOVED
    try:
        header = read_header(record.header)
    except InputError:
        return Gone.UNREADABLE
    try:
        return opened_body(record.body, header, subjects)
    except NotReadable as error:
        subject = header["subject"]
        last = -1 if subject is None else destroyed.get(subject["pseudonym"], -1)
        return Gone.KEY_DESTROYED if error.no_key and record.seq < last else Gone.UNREADABLE


def opened_body(stored: bytes, header: Mapping[str, Any], subjects: Subjects | None) -> bytes:
    """Open a body as it is stored.

    Raises:
        NotReadable: there is no key for it, or it is not the body of this header.
        KeyFailure: the keys of subjects cannot be read.
    """
    if not is_sealed(header):
        return open_in_the_clear(stored, header=header)
    if subjects is None:
        raise NotReadable("the body is sealed, and no key folder that opens it is named", no_key=True)
    return open_body(stored, header=header, subject_key=subjects.key_of(header))


def destroyed_keys(store: Store) -> dict[str, int]:
    """Give the pseudonyms whose keys were destroyed, each with the number of the last record that says so."""
    found = {}
    for seq in store.find(kind=DESTRUCTION):
        for pseudonym in destroyed_in(store.record(seq)):
            found[pseudonym] = seq
    return found


def destroyed_in(record: Record) -> frozenset[str]:
    """Give the pseudonyms that a record of a key destruction is about; without its body, only the newest."""
    try:
        header = read_header(record.header)
        content = orjson.loads(opened_body(record.body or b"", header, None))["content"]
    except InputError:
        return frozenset()
    except NotReadable:
        return frozenset() if header["subject"] is None else frozenset((header["subject"]["pseudonym"],))
    return frozenset(one["pseudonym"] for one in content["subject"])
