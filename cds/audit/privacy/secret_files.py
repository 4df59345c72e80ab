"""Files that hold a secret: readable by their owner alone, written whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cds.errors import InputError

OWNER_ONLY = 0o600
_OTHERS = 0o077


def read_secret(path: Path) -> str:
    """Give the text of a secret file.

    Raises:
        InputError: others than its owner may use it, or it cannot be read.
    """
    try:
        with path.open(encoding="ascii") as file:
            check_mode(path, os.fstat(file.fileno()).st_mode)
            return file.read()
    except UnicodeDecodeError:
        raise InputError(f"the key file `{path}` is not text", expected="one line of text") from None
    except OSError as error:
        raise InputError(f"the key file `{path}` cannot be read: {error.strerror}") from None


def check_mode(path: Path, mode: int) -> None:
    """Check that nobody but its owner may use a secret file.

    Raises:
        InputError: others may.
    """
    if mode & _OTHERS:
        raise InputError(
            f"others than its owner may use the key file `{path}` (its mode is {stat.S_IMODE(mode):04o})",
            expected=f"mode 0600 (`chmod 600 {path}`), and a new key if others were able to read it",
        )


def write_new(path: Path, text: str) -> None:
    """Write a file that must not exist yet; once its name is there, it is whole and durable.

    Raises:
        InputError: it exists already, or cannot be written.
    """
    draft = _drafted(path, text)
    try:
        os.link(draft, path)
    except FileExistsError:
        raise InputError(f"the key file `{path}` exists already", expected="a folder without it") from None
    except OSError as error:
        raise _not_written(path, error) from None
    finally:
        draft.unlink()
    sync_folder(path.parent)


def replace(path: Path, text: str) -> None:
    """Put another text in the place of a file, and overwrite what stood there.

    Raises:
        InputError: it cannot be written.
    """
    draft = _drafted(path, text)
    try:
        with path.open("r+b") as old:
            draft.replace(path)
            sync_folder(path.parent)
            old.write(b"\0" * os.fstat(old.fileno()).st_size)
            old.flush()
            os.fsync(old.fileno())
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise _not_written(path, error) from None


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _drafted(path: Path, text: str) -> Path:
    """Write a text beside the place where it will stand, and make it durable there."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(descriptor)
    except OSError as error:
        raise _not_written(path, error) from None
    return draft


def _not_written(path: Path, error: OSError) -> InputError:
    return InputError(f"the key file `{path}` cannot be written: {error.strerror}")
