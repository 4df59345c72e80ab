"""The records of a log as a user looks at them: what was done when, by whom, about whom, and what it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from cds.actions.key_folders import opened_subjects
from cds.actions.logs import destroyed_keys, opened_body, opened_log, plain_body
from cds.actions.refusals import no_such
from cds.audit.privacy.subjects import Subjects
from cds.audit.record import KINDS, Header, Record, read_header
from cds.audit.stores.base import Store
from cds.errors import InputError, NotReadable
from cds.replay.past import Gone

LIST_SCHEMA, RECORD_SCHEMA = "cds-log-list/1", "cds-log-record/1"


@dataclass(frozen=True, slots=True)
class Shown:
    """One record of a list; `disposition` is that of a decision that could be read."""

    header: Header
    disposition: str | None

    def document(self) -> dict[str, Any]:
        """Give it as a part of `cds-log-list/1`."""
        return {"header": self.header, "disposition": self.disposition}


@dataclass(frozen=True, slots=True)
class Opened:
    """One record with its body, or why that cannot be read."""

    header: Header
    body: Mapping[str, Any] | None
    problem: str | None
    is_altered: bool

    def document(self) -> dict[str, Any]:
        """Give it as a document (`cds-log-record/1`)."""
        return {"schema": RECORD_SCHEMA, "header": self.header, "body": self.body, "problem": self.problem}


def shown_records(
    location: str, *, keys: Path | None = None, kind: str | None = None, subject: str | None = None
) -> Iterator[Shown]:
    """Give the records of a log in their order, or those of a kind, or about a patient, whom only the keys find.

    Raises:
        InputError: there is no log, no such kind, or no keys to find a patient by; a header is damaged.
    """
    if kind is not None and kind not in KINDS:
        raise no_such("kind of record", kind, KINDS)
    with opened_log(location) as store, opened_subjects(keys) as subjects:
        destroyed = destroyed_keys(store)
        for record in _records(store, subjects, kind, subject):
            header = _header(record)
            body = plain_body(record, subjects, destroyed) if header["kind"] == "decision" else Gone.UNREADABLE
            disposition = None if isinstance(body, Gone) else orjson.loads(body)["decision"]["disposition"]["code"]
            yield Shown(header, disposition)


def opened_record(location: str, seq: int, *, keys: Path | None = None) -> Opened:
    """Give one record, with its body if it is in the clear or the keys open it.

    Raises:
        InputError: there is no log or no such record, or its header is damaged.
    """
    with opened_log(location) as store, opened_subjects(keys) as subjects:
        record = store.record(seq)
        header = _header(record)
        if record.body is None:
            return Opened(header, None, "the body was removed by retention", is_altered=False)
        try:
            body = orjson.loads(opened_body(record.body, header, subjects))
        except NotReadable as error:
            return Opened(header, None, str(error), is_altered=not error.no_key)
        return Opened(header, body, None, is_altered=False)


def _header(record: Record) -> Header:
    try:
        return read_header(record.header)
    except InputError:
        raise InputError(
            f"the header of record {record.seq} is damaged", expected="an intact log (`cds log verify`)"
        ) from None


def _records(store: Store, subjects: Subjects | None, kind: str | None, subject: str | None) -> Iterator[Record]:
    if subject is None:
        yield from store.records() if kind is None else map(store.record, store.find(kind=kind))
        return
    if subjects is None:
        raise InputError("a patient is found by the keys only", expected="`--keys DIR`, the key folder of the log")
    found = [seq for one in subjects.pseudonyms.all_of(subject) for seq in store.find(kind=kind, subject=one.value)]
    yield from map(store.record, sorted(found))
