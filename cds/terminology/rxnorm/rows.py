"""The files of a release, row by row: only those of RxNorm itself, without ever holding a file in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from cds.errors import InputError, Place

CONCEPTS, RELATIONS, SOURCES = "RXNCONSO.RRF", "RXNREL.RRF", "RXNSAB.RRF"
_COLUMNS = {CONCEPTS: 18, RELATIONS: 16, SOURCES: 25}
_RXNORM = b"|RXNORM|"


@dataclass(frozen=True, slots=True)
class Release:
    """The folder of a release's files."""

    folder: Path

    def path(self, name: str) -> Path:
        """Give the path of one of its files."""
        return self.folder / name


def release_in(folder: Path) -> Release:
    """Find the files of a release in a folder or in its folder `rrf`.

    Raises:
        InputError: the names or the relations are not there.
    """
    for each in (folder, folder / "rrf"):
        if (each / CONCEPTS).is_file() and (each / RELATIONS).is_file():
            return Release(each)
    said = "there is no such folder" if not folder.is_dir() else f"there is no {CONCEPTS} with {RELATIONS} here"
    expected = "the folder of a release of RxNorm, as it was unpacked"
    raise InputError(said, place=Place(file=str(folder)), expected=expected)


def concept_rows(release: Release) -> Iterator[tuple[str, str, str, bool]]:
    """Give code, term type, name, and whether it is still in use, for every name that RxNorm itself gives."""
    for row in _rows(release.path(CONCEPTS)):
        if row[11] == "RXNORM":
            yield row[0], row[12], row[14], row[16] != "O"


def relation_rows(release: Release) -> Iterator[tuple[str, str, str]]:
    """Give from, relation, to, for every relation between two concepts that RxNorm itself states.

    A row of the file says that its second concept has the relation to its first.
    """
    for row in _rows(release.path(RELATIONS)):
        if row[0] and row[4] and row[10] == "RXNORM":
            yield row[4], row[7], row[0]


def release_name(release: Release) -> str | None:
    """Give the name by which the release calls its version of RxNorm, None if it does not say."""
    if not release.path(SOURCES).is_file():
        return None
    return next((row[2] for row in _rows(release.path(SOURCES)) if row[3] == "RXNORM" and row[2]), None)


def digests(release: Release) -> dict[str, str]:
    """Give the SHA-256 of each file that a table is made from."""
    found = {}
    for name in (CONCEPTS, RELATIONS, SOURCES):
        if release.path(name).is_file():
            with _opened(release.path(name)) as file:
                found[name] = f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    return found


def _rows(path: Path) -> Iterator[list[str]]:
    columns = _COLUMNS[path.name]
    with _opened(path) as file:
        for number, line in enumerate(file, start=1):
            if _RXNORM not in line:
                continue
            try:
                row = line.decode().rstrip("\r\n").split("|")
            except UnicodeDecodeError:
                raise _refusal(path, number, "this line is not UTF-8 text") from None
            if len(row) != columns + 1:
                said = f"this line has {len(row) - 1} columns"
                raise _refusal(path, number, said, f"{columns}, with `|` after each")
            yield row


@contextmanager
def _opened(path: Path) -> Iterator[BufferedReader]:
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise _refusal(path, None, f"this file cannot be read ({error.strerror})") from None


def _refusal(path: Path, line: int | None, problem: str, expected: str | None = None) -> InputError:
    return InputError(problem, place=Place(file=str(path), line=line), expected=expected)
