"""The bytes that a command reads: from a file, or from standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from cds.errors import InputError, Place, nearest
from cds.facts.json_text import MAX_BYTES

STANDARD_INPUT = "-"
NAME_OF_STANDARD_INPUT = "<stdin>"
_MOST_NEIGHBOURS = 1000


def read_input(name: str, *, most: int = MAX_BYTES) -> bytes:
    """Read all of a file, or of standard input if the name is `-`; one byte more than is allowed tells the excess.

    Raises:
        InputError: there is no such file, or it cannot be read.
    """
    with opened(name) as file:
        return _read(file, name, most)


@contextmanager
def opened(name: str) -> Iterator[BinaryIO]:
    """Open a file, or standard input if the name is `-`.

    Raises:
        InputError: there is no such file, or it cannot be read.
    """
    if name == STANDARD_INPUT:
        if not sys.stdin:
            raise InputError("standard input is closed", place=Place(file=NAME_OF_STANDARD_INPUT))
        yield sys.stdin.buffer
        return
    try:
        file = Path(name).open("rb")  # noqa: SIM115  # what the caller does inside is not ours to report
    except (OSError, ValueError) as error:
        raise _unreadable(name, error) from None
    with file:
        yield file


def shown_name(name: str) -> str:
    """Give the name of an input as messages show it."""
    return NAME_OF_STANDARD_INPUT if name == STANDARD_INPUT else name


def _read(file: BinaryIO, name: str, most: int) -> bytes:
    try:
        return file.read(most + 1)
    except OSError as error:
        raise _unreadable(name, error) from None


def _unreadable(name: str, error: OSError | ValueError) -> InputError:
    place = Place(file=shown_name(name))
    if isinstance(error, FileNotFoundError):
        return InputError("there is no such file", place=place, expected="a facts file", suggestion=_neighbour(name))
    if isinstance(error, IsADirectoryError):
        return InputError("this is a folder", place=place, expected="a facts file")
    reason = error.strerror if isinstance(error, OSError) else "not a name of a file"
    return InputError(f"this file cannot be read ({reason})", place=place)


def _neighbour(name: str) -> str | None:
    """Find the file that was likely meant, among those of the folder."""
    path = Path(name)
    try:
        names = [entry.name for entry, _ in zip(path.parent.iterdir(), range(_MOST_NEIGHBOURS), strict=False)]
    except OSError:
        return None
    found = nearest(path.name, names)
    return None if found is None else str(path.with_name(found))
