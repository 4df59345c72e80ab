"""Exporting a log: lines of JSON, Parquet, FHIR resources, and tiles that tools of others verify. All of it streams."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cds.actions.key_folders import opened_subjects
from cds.actions.log_parquet import PLAIN, write_parquet
from cds.actions.logs import opened_log, past_records
from cds.actions.refusals import no_such
from cds.actions.replaying import log_name
from cds.audit.notes.checkpoint import parse_checkpoint
from cds.audit.notes.encoding import base64_text
from cds.audit.notes.tile_export import export_tiles
from cds.audit.privacy.subjects import Subjects
from cds.audit.record import read_header
from cds.audit.stores.base import Store
from cds.canonical import canonical_bytes
from cds.errors import InputError, NotReadable
from cds.fhir.to_audit_event import to_audit_event
from cds.fhir.to_provenance import to_provenance
from cds.replay.past import Gone

LINE_SCHEMA = "cds-log-line/1"
AS_STORED = "as_stored"
OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class Exported:
    """What was exported: how many records, and of how many the body could not be opened."""

    records: int
    unopened: int = 0


@dataclass(slots=True)
class _Source:
    """A log under export; counts what it gives."""

    store: Store
    subjects: Subjects | None
    sealed: bool
    given: int = 0
    unopened: int = 0

    def bodies(self) -> Iterator[tuple[int, bytes, bytes | None, str]]:
        """Give number, header, body as it is exported, and the state of the body."""
        if self.sealed:
            for record in self.store.records(0, self.store.size()):
                state = Gone.REMOVED.value if record.body is None else AS_STORED
                yield record.seq, self._counted(record.seq, record.header), record.body, state
            return
        for past in past_records(self.store, self.subjects, stop=self.store.size()):
            header = self._counted(past.seq, past.header)
            if isinstance(past.body, Gone):
                self.unopened += past.body is Gone.UNREADABLE
                yield past.seq, header, None, past.body.value
            else:
                yield past.seq, header, past.body, PLAIN

    def headers(self) -> Iterator[bytes]:
        """Give the headers."""
        return (self._counted(record.seq, record.header) for record in self.store.records(0, self.store.size()))

    def _counted(self, seq: int, header: bytes) -> bytes:
        """Count a record, if it is one: what is damaged is not exported as if it were whole."""
        try:
            read_header(header)
        except InputError as error:
            raise NotReadable(f"record {seq} cannot be exported: {error.problem}; see `cds log verify`") from None
        self.given += 1
        return header


def export_log(location: str, to: Path | BinaryIO, *, form: str, keys: Path | None, sealed: bool) -> Exported:
    """Export a log in one of `FORMATS`, to a file or folder, or lines to a stream; plain bodies are patient data.

    Raises:
        InputError: there is no such log or format, or it cannot be written there.
        NotReadable: a record is damaged.
    """
    if form not in FORMATS:
        raise no_such("format", form, FORMATS)
    with (
        opened_log(location) as opened,
        opened.snapshot() as store,
        opened_subjects(None if sealed else keys) as subjects,
    ):
        source = _Source(store, subjects, sealed)
        FORMATS[form](source, to)
    return Exported(source.given, source.unopened)


def _lines(lines: Callable[[_Source], Iterator[bytes]]) -> Callable[[_Source, Path | BinaryIO], None]:
    def write(source: _Source, to: Path | BinaryIO) -> None:
        if not isinstance(to, Path):
            to.writelines(line + b"\n" for line in lines(source))
            return
        with replaced(to) as path, path.open("wb") as file:
            file.writelines(line + b"\n" for line in lines(source))

    return write


def _json_lines(source: _Source) -> Iterator[bytes]:
    """Give each record as one canonical object, header and plain body in it byte for byte as they were hashed."""
    for _, header, body, state in source.bodies():
        shown = b"null" if body is None else b'"%b"' % base64_text(body).encode() if state == AS_STORED else body
        yield b'{"body":%b,"header":%b,"schema":"%b","state":"%b"}' % (
            shown,
            header,
            LINE_SCHEMA.encode(),
            state.encode(),
        )


def _audit_events(source: _Source) -> Iterator[bytes]:
    name = log_name(source.store)
    return (canonical_bytes(to_audit_event(header, log=name)) for header in source.headers())


def _provenances(source: _Source) -> Iterator[bytes]:
    name = log_name(source.store)
    return (canonical_bytes(to_provenance(header, log=name)) for header in source.headers())


def _parquet(source: _Source, to: Path | BinaryIO) -> None:
    with replaced(_named(to)) as path:
        write_parquet(path, source.bodies())


def _tiles(source: _Source, to: Path | BinaryIO) -> None:
    checkpoint = source.store.checkpoint()
    if checkpoint is None:
        raise InputError("a log without a checkpoint has nothing that tiles could be verified by")
    size = parse_checkpoint(checkpoint).size
    export_tiles(_named(to), (record.header for record in source.store.records(0, size)), checkpoint)
    source.given = size


FORMATS: Mapping[str, Callable[[_Source, Path | BinaryIO], None]] = {
    "jsonl": _lines(_json_lines),
    "parquet": _parquet,
    "audit-event": _lines(_audit_events),
    "provenance": _lines(_provenances),
    "tiles": _tiles,
}
STREAMED = frozenset({"jsonl", "audit-event", "provenance"})
"""The formats that can go to standard output."""


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """Give a path to write to, which takes the place of `path` once it is whole; only its owner may read it.

    Raises:
        InputError: it cannot be written there.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        # a file that somebody else put there, or a link, would be theirs to read
        os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY))
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        yield beside
        beside.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        beside.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> InputError:
    return InputError(f"`{path}` cannot be written ({error.strerror or error})", expected="another place")


def _named(to: Path | BinaryIO) -> Path:
    if not isinstance(to, Path):
        raise InputError("this format has to go to a file or a folder", expected="`-o`")
    return to
