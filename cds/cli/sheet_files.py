"""Writing what a worklist gives to files: one sheet a patient, named by the patient, and single files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from cds.cli.terminal import remark
from cds.errors import InputError, Place
from cds.holds.model import Sheet

_LONGEST = 120
_NEVER_IN_A_NAME = "~"
"""Stands before the number of a second patient with the same name of a file; in a subject it is encoded."""
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
"""Names that some systems give to devices."""


def write_sheets(sheets: Iterable[Sheet], folder: Path, suffix: str, render: Callable[[Sheet], str | bytes]) -> int:
    """Write every sheet to a file of its own in a folder, which is made if it is missing; name them on standard error.

    A sheet written before under the same subject is replaced; two patients of one run never share a file.

    Raises:
        InputError: the folder cannot be made, or a file cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"this folder cannot be made ({error.strerror})", place=Place(str(folder))) from None
    taken: set[str] = set()
    for sheet in sheets:
        name = _untaken(file_name(sheet["subject"]), taken)
        path = folder / f"{name}{suffix}"
        written = render(sheet)
        write_file(path, written.encode() if isinstance(written, str) else written)
        remark(str(path))
    return len(taken)


def write_file(path: Path, content: bytes) -> None:
    """Write a file.

    Raises:
        InputError: it cannot be written.
    """
    try:
        path.write_bytes(content)
    except OSError as error:
        raise InputError(f"this file cannot be written ({error.strerror})", place=Place(str(path))) from None


def file_name(subject: str) -> str:
    """Give the name of a patient's file: what is not a letter or a digit of ASCII, `-`, `_` or `.` is percent-encoded.

    A name that is too long ends with a digest of the whole.
    """
    name = quote(subject, safe="").replace(_NEVER_IN_A_NAME, "%7E")
    if name.startswith("."):
        name = f"%2E{name[1:]}"
    if name.partition(".")[0].casefold() in _RESERVED:
        name = f"%{ord(name[0]):02X}{name[1:]}"
    if len(name) > _LONGEST:
        name = f"{name[:_LONGEST]}{_NEVER_IN_A_NAME}{sha256(subject.encode()).hexdigest()[:16]}"
    return name


def _untaken(name: str, taken: set[str]) -> str:
    """Add a number to a name that is taken; names that differ only in their case are one name on some systems."""
    free, number = name, 1
    while free.casefold() in taken:
        number += 1
        free = f"{name}{_NEVER_IN_A_NAME}{number}"
    taken.add(free.casefold())
    return free
