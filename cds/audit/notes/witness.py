"""Cosigning as a witness does (c2sp.org/tlog-cosignature): only what continues what was cosigned before."""

from __future__ import annotations

from collections.abc import Sequence

from cds.audit.merkle.checks import verify_consistency
from cds.audit.merkle.hashing import EMPTY_ROOT
from cds.audit.notes.checkpoint import Checkpoint, checkpoint_of, open_checkpoint
from cds.audit.notes.encoding import NoteError
from cds.audit.notes.keys import Kind, SigningKey, VerifierKey
from cds.audit.notes.note import Note, parse_note, signature


def witness(
    data: bytes,
    *,
    seen: Checkpoint | None,
    proof: Sequence[bytes],
    log_keys: Sequence[VerifierKey],
    key: SigningKey,
    timestamp: int,
) -> bytes:
    """Cosign a checkpoint that continues the last one seen of this log; the caller keeps it as the next `seen`.

    Raises:
        NoteError: it is not signed by the log, is older than what was seen, or is not proved to continue it.
    """
    opened = open_checkpoint(data, log_keys).checkpoint
    before = seen or Checkpoint(opened.origin, 0, EMPTY_ROOT)
    if opened.origin != before.origin:
        raise NoteError(f"the checkpoint is of the log `{opened.origin}`", expected=f"the log `{before.origin}`")
    if opened.size < before.size:
        raise NoteError(f"the checkpoint has {opened.size} records", expected=f"the {before.size} seen before, or more")
    if not verify_consistency(before.size, opened.size, before.root, opened.root, proof):
        raise NoteError(f"the checkpoint of {opened.size} records is not proved to continue that of {before.size}")
    return cosign(data, key, timestamp=timestamp)


def cosign(data: bytes, key: SigningKey, *, timestamp: int) -> bytes:
    """Add a witness's signature to a checkpoint, in place of an older one of the same key.

    Raises:
        NoteError: it is no checkpoint, or the key is not that of a witness.
    """
    note = parse_note(data)
    checkpoint_of(note.text)
    if key.kind is not Kind.COSIGNATURE:
        raise NoteError(f"the key `{key.name}` is not that of a witness")
    made = signature(note.text, key, timestamp=timestamp)
    others = (found for found in note.signatures if (found.name, found.key_id) != (made.name, made.key_id))
    return bytes(Note(note.text, (*others, made)))
