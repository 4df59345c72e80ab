"""Finding the keys of a log: named by the user, by a site's settings, or by the environment."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cds.audit.notes.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint, sign_checkpoint
from cds.audit.notes.encoding import NoteError
from cds.audit.notes.keys import SigningKey, VerifierKey
from cds.audit.privacy.keys import LOG_PUB, Keys, load_keys
from cds.audit.privacy.settings import Settings
from cds.audit.privacy.subjects import Subjects
from cds.audit.stores.base import Store
from cds.audit.writer import Sign
from cds.errors import InputError

VARIABLE = "CDS_KEYS"


def keys_at(folder: Path | None, settings: Settings | None = None) -> Keys:
    """Load a key folder: the one that is named, else that of the settings, else that of the variable `CDS_KEYS`.

    Raises:
        InputError: none is named, or it cannot be loaded.
    """
    found = _folder(folder, settings)
    if found is None:
        raise InputError("no key folder is named", expected=f"`--keys DIR`, or the variable `{VARIABLE}`")
    return load_keys(found, os.environ)


@contextmanager
def opened_subjects(folder: Path | None) -> Iterator[Subjects | None]:
    """Open what names the subjects of a log and opens their bodies; None where no folder is named, or it cannot.

    Raises:
        InputError: a folder is named and cannot be loaded.
        KeyFailure: the keys of subjects cannot be read.
    """
    if _folder(folder, None) is None:
        yield None
        return
    keys = keys_at(folder)
    if not (keys.body.by_id and keys.pseudonym.by_id and keys.subjects.exists()):
        yield None  # an auditor's folder, with `log.pub` alone
        return
    with Subjects(keys) as subjects:
        yield subjects


def verifier_keys(named: str | None, folder: Path | None) -> tuple[VerifierKey, ...]:
    """Give what a log's checkpoints are verified by: a verifier key, a file of them, or those of the key folder.

    Raises:
        InputError: none is named, or it is no verifier key.
    """
    if named is None:
        keys = keys_at(folder)
        if not keys.verifiers:
            raise InputError(f"the key folder `{keys.folder}` has no `{LOG_PUB}`", expected="it, or `--key`")
        return tuple(map(VerifierKey.parse, keys.verifiers))
    path = Path(named)
    if not path.is_file():
        if "+" not in named:
            raise InputError(f"there is no file `{named}`", expected=f"a verifier key, or a file such as `{LOG_PUB}`")
        return (VerifierKey.parse(named),)
    try:
        lines = path.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError):
        raise InputError(f"the file `{named}` cannot be read", expected=f"verifier keys, as in `{LOG_PUB}`") from None
    if not lines:
        raise InputError(f"the file `{named}` is empty", expected=f"verifier keys, as in `{LOG_PUB}`")
    return tuple(map(VerifierKey.parse, lines))


def signer(keys: Keys) -> Sign:
    """Give what signs the checkpoints of a log.

    Raises:
        InputError: the folder holds no key to sign with.
    """
    if keys.signing is None:
        raise InputError(f"the key folder `{keys.folder}` has no key to sign with", expected="`log.key`")
    key = SigningKey.parse(keys.signing)

    def sign(size: int, root: bytes) -> bytes:
        return sign_checkpoint(Checkpoint(key.name, size, root), key)

    return sign


def check_keys(store: Store, keys: Keys) -> None:
    """Check that a key folder is that of a log, before anything is recorded under keys of another.

    Raises:
        InputError: the log's last checkpoint is signed by no key of the folder, or the keys do not fit each other.
    """
    verifiers = [VerifierKey.parse(text) for text in keys.verifiers]
    own = None if keys.signing is None else SigningKey.parse(keys.signing).verifier
    if own is not None and own not in verifiers:
        raise InputError(
            f"`{LOG_PUB}` of the key folder `{keys.folder}` does not name the key that signs", expected=f"`{own.text}`"
        )
    check_verifiers(store, verifiers, of=f"the key folder `{keys.folder}` is")


def check_verifiers(store: Store, verifiers: Sequence[VerifierKey], *, of: str = "the verifier key is") -> None:
    """Check that the last checkpoint of a log is signed by one of these keys.

    Raises:
        InputError: it is not; they are of another log.
    """
    last = store.checkpoint()
    if last is None:
        return
    try:
        open_checkpoint(last, verifiers)
    except NoteError as error:
        raise InputError(
            f"{of} not that of the log `{store.location}`: {error.problem}",
            expected=f"the keys of `{_origin(last)}`",
        ) from None


def _origin(checkpoint: bytes) -> str:
    try:
        return parse_checkpoint(checkpoint).origin
    except NoteError:
        return "this log, whose last checkpoint is damaged (`cds log verify`)"


def _folder(folder: Path | None, settings: Settings | None) -> Path | None:
    named = os.environ.get(VARIABLE)
    return folder or (settings.keys if settings else None) or (Path(named) if named else None)
