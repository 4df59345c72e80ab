"""Checkpoints (c2sp.org/tlog-checkpoint): what a log says of itself at one size, signed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cds.audit.merkle.hashing import EMPTY_ROOT, HASH_BYTES
from cds.audit.notes.encoding import NoteError, base64_bytes, base64_text
from cds.audit.notes.keys import Kind, SigningKey, VerifierKey
from cds.audit.notes.note import Verified, open_note, parse_note, sign

LARGEST_SIZE = 2**63 - 1
_NUMBER = re.compile("0|[1-9][0-9]{0,18}")
_LINES = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log `origin` has `size` records, whose tree has this root."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text that is signed."""
        return "\n".join((self.origin, str(self.size), base64_text(self.root), *self.extensions)) + "\n"


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint with the log's signature verified, and the witnesses whose signatures hold as well."""

    checkpoint: Checkpoint
    log: Verified
    witnesses: tuple[Verified, ...] = ()


def parse_checkpoint(data: bytes) -> Checkpoint:
    """Read what a signed checkpoint says, without a look at its signatures.

    Raises:
        NoteError: it is not exactly a checkpoint.
    """
    return checkpoint_of(parse_note(data).text)


def checkpoint_of(text: str) -> Checkpoint:
    """Read the text of a checkpoint, strictly.

    Raises:
        NoteError: it is not exactly the text of a checkpoint.
    """
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < _LINES or not all(lines):
        raise NoteError("this is not a checkpoint", expected="lines with origin, size and root")
    origin, size, root, *extensions = lines
    if not _NUMBER.fullmatch(size) or int(size) > LARGEST_SIZE:
        raise NoteError("the size in the checkpoint is not a number", expected="digits without leading zeros")
    found = Checkpoint(origin, int(size), base64_bytes(root, what="the root in the checkpoint"), tuple(extensions))
    if len(found.root) != HASH_BYTES or (found.size == 0 and found.root != EMPTY_ROOT):
        raise NoteError("the root in the checkpoint cannot be the root of a tree of its size")
    return found


def sign_checkpoint(checkpoint: Checkpoint, key: SigningKey) -> bytes:
    """Sign a checkpoint with the key of its log.

    Raises:
        NoteError: it could not be read back, such as for a line break in its origin.
    """
    if checkpoint_of(checkpoint.text) != checkpoint:
        raise NoteError("this checkpoint cannot be written")
    return bytes(sign(checkpoint.text, [key]))


def open_checkpoint(data: bytes, keys: Sequence[VerifierKey], *, origin: str | None = None) -> SignedCheckpoint:
    """Read a checkpoint and verify it: a key of the log signed it, and no known key's signature is wrong.

    The origin is the name of the key, unless it is given.

    Raises:
        NoteError: it is malformed, of another log, not signed by a known key of the log, or a signature is wrong.
    """
    note, verified = open_note(data, keys)
    checkpoint = checkpoint_of(note.text)
    logs = [found for found in verified if found.key.kind is Kind.NOTE]
    own = [found for found in logs if checkpoint.origin == (found.key.name if origin is None else origin)]
    if not own:
        names = origin or ", ".join(sorted({key.name for key in keys if key.kind is Kind.NOTE}))
        raise NoteError(f"the checkpoint is of the log `{checkpoint.origin}`, signed by no key of it", expected=names)
    return SignedCheckpoint(
        checkpoint, own[0], tuple(found for found in verified if found.key.kind is Kind.COSIGNATURE)
    )
