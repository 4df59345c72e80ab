"""Verifying a log by what its keeper published: verifier keys, and checkpoints that others hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from cds.actions.key_folders import verifier_keys
from cds.actions.log_keeping import RETENTION
from cds.actions.logs import opened_body, opened_log
from cds.audit.findings import Finding
from cds.audit.merkle.hashing import EMPTY_ROOT
from cds.audit.notes.checkpoint import checkpoint_of, open_checkpoint
from cds.audit.notes.encoding import base64_text
from cds.audit.notes.keys import Kind, VerifierKey
from cds.audit.notes.note import Note, open_note, parse_note
from cds.audit.record import read_header
from cds.audit.stores import is_postgres
from cds.audit.stores.base import Store
from cds.audit.verification import Verification, verify_log
from cds.errors import InputError, NotReadable, Place

SCHEMA = "cds-log-verification/1"
_EMPTY = Finding("the log", "it has no records, not even the first, which `cds log init` makes")


def verify(
    location: str,
    keys: Sequence[VerifierKey],
    *,
    against: bytes | None = None,
    began: Callable[[int], None] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Verification:
    """Check a whole log, against a checkpoint that was held elsewhere if there is one; `began` gets its size.

    Raises:
        InputError: there is no log, or the checkpoint held elsewhere is none of this log.
    """

    def opened(data: bytes) -> tuple[int, bytes]:
        found = open_checkpoint(data, keys).checkpoint
        return found.size, found.root

    if against is not None:
        opened(against)
    try:
        with opened_log(location) as store:
            if began is not None:
                began(store.size())
            found = verify_log(store, opened, against=against, bodies_from=_bodies_from(store), progress=progress)
            return found if found.records or found.findings else replace(found, findings=(_EMPTY,))
    except InputError as error:
        if is_postgres(location) or not Path(location).is_file():
            raise
        damage = Finding("the database", str(error))  # a log that is too damaged to be opened is not intact
        return Verification(0, 0, EMPTY_ROOT, (damage,), ())


def verification_document(location: str, verification: Verification) -> dict[str, Any]:
    """Give what a check found as one document (`cds-log-verification/1`)."""
    return {
        "schema": SCHEMA,
        "log": location,
        "intact": not verification.findings,
        "records": verification.records,
        "checkpoints": verification.checkpoints,
        "root": base64_text(verification.root),
        "findings": [{"place": found.place, "problem": found.problem} for found in verification.findings],
        "limits": list(verification.limits),
    }


def _bodies_from(store: Store) -> int:
    """Read from the log up to where retention has removed bodies."""
    for seq in reversed(list(store.find(kind="configuration"))):
        record = store.record(seq)
        try:
            body = orjson.loads(opened_body(record.body or b"", read_header(record.header), None))
        except (InputError, NotReadable):
            return 0  # the check itself says what is wrong there
        if RETENTION in body["content"]:
            return int(body["content"][RETENTION]["bodies_from"])
    return 0


def latest_checkpoint(location: str) -> bytes:
    """Give the latest signed checkpoint of a log.

    Raises:
        InputError: there is no log, or nothing is recorded in it yet.
    """
    with opened_log(location) as store:
        found = store.checkpoint()
    if found is None:
        raise InputError(f"nothing is recorded in `{location}` yet", expected="a log with records")
    return found


def with_witness(location: str, note: bytes, key: str | None, *, file: str | None = None) -> bytes:
    """Add the signature of a witness to the log's own checkpoint of the same text.

    Raises:
        InputError: the note is not what a witness gives back for a checkpoint of this log.
    """
    place = Place(file)
    keys = verifier_keys(key, None) if key is not None else ()
    if not keys or any(one.kind is not Kind.COSIGNATURE for one in keys):
        raise InputError("the key of the witness is needed", expected="`--key` with the verifier key of a witness")
    signed, witnesses = open_note(note, keys)
    with opened_log(location) as store:
        own = store.checkpoint(checkpoint_of(signed.text).size)
    mine = None if own is None else parse_note(own)
    if mine is None or mine.text != signed.text:
        raise InputError("this is not a checkpoint that the log has made", place=place, expected="one of this log")
    wanted = {(one.key.name, one.key.id) for one in witnesses}
    added = [one for one in signed.signatures if (one.name, one.key_id) in wanted and one not in mine.signatures]
    return bytes(Note(mine.text, (*mine.signatures, *added)))
