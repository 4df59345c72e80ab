"""The patients that a command line names: files of one or of one a line, folders of such files, standard input."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from cds.actions import Given
from cds.cli.inputs import STANDARD_INPUT, opened, shown_name
from cds.cli.terminal import remarks
from cds.errors import InputError, Place
from cds.facts.json_text import MAX_BYTES

SUFFIXES = (".json", ".jsonl", ".ndjson")
LINES = (".jsonl", ".ndjson")
"""Files with one document a line, whatever they hold."""
_HIDDEN = "."


def patients_in(names: Iterable[str], advance: Callable[[int], None]) -> Iterator[Given]:
    """Give the patients of files, of folders, and of standard input (`-`), one by one, in the order of the names.

    A folder is read with all that is below it, in the order of the names of its files; hidden ones are left out.
    What cannot be read is given with what is wrong with it; `advance` is told how many bytes were read.
    """
    for name in names:
        for found in _files(name):
            if isinstance(found, Given):
                yield found
                continue
            for given in _patients_of(found):
                yield given
                advance(len(given.text) if isinstance(given.text, bytes) else 0)


@contextmanager
def progress(names: Iterable[str]) -> Iterator[Callable[[int], None]]:
    """Show how many patients are decided, while standard error is a terminal; give what to tell each one's bytes."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    columns = (TextColumn("{task.fields[patients]} patients"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=remarks(), transient=True) as shown:
        task = shown.add_task("", total=_size(names), patients=0)
        decided = iter(range(1, sys.maxsize))
        yield lambda read: shown.update(task, advance=read + 1, patients=next(decided))


def _files(name: str) -> Iterator[str | Given]:
    """Give a file as it is named, and a folder by its files."""
    if name == STANDARD_INPUT or not Path(name).is_dir():
        yield name
        return
    found = False
    for path in _below(Path(name), set()):
        found = True
        yield path
    if not found:
        expected = f"files that end with {', '.join(SUFFIXES)}"
        yield Given(name, InputError("this folder has no patients", place=Place(name), expected=expected))


def _below(folder: Path, entered: set[tuple[int, int]]) -> Iterator[str | Given]:
    """Give the files below a folder; a folder that links lead to twice is entered once."""
    try:
        status = folder.stat()
        if (status.st_dev, status.st_ino) in entered:
            return
        entered.add((status.st_dev, status.st_ino))
        entries = sorted(folder.iterdir())
    except OSError as error:
        problem = f"this folder cannot be read ({error.strerror})"
        yield Given(str(folder), InputError(problem, place=Place(str(folder))))
        return
    for entry in entries:
        if entry.name.startswith(_HIDDEN):
            continue
        if os.path.isdir(entry):  # noqa: PTH112  # False for what cannot be looked at, on every Python
            yield from _below(entry, entered)
        elif entry.suffix.lower() in SUFFIXES:
            is_special = entry.exists() and not entry.is_file()  # a pipe would never end
            refused = InputError("this is not a regular file", place=Place(str(entry)))
            yield Given(str(entry), refused) if is_special else str(entry)


def _patients_of(name: str) -> Iterator[Given]:
    """Give the patients of one file: one a line, or one in all."""
    shown = shown_name(name)
    is_empty = True
    try:
        with opened(name) as file:
            for given in _texts(file, shown, has_lines=name.lower().endswith(LINES)):
                is_empty = False
                yield given
        if is_empty:
            raise InputError("this file is empty", place=Place(shown), expected="at least one patient")  # noqa: TRY301
    except InputError as error:
        yield Given(shown, error)
    except OSError as error:
        problem = f"this file cannot be read ({error.strerror})"
        yield Given(shown, InputError(problem, place=Place(shown)))


def _texts(file: BinaryIO, shown: str, *, has_lines: bool) -> Iterator[Given]:
    head = [] if has_lines else [*_head(file)]
    if has_lines or _are_lines(head):
        for number, line in enumerate(chain(head, _lines(file)), start=1):
            if line.strip():
                yield Given(f"{shown}:{number}", line.rstrip(b"\r\n"), is_line=True)
        return
    rest = MAX_BYTES + 1 - sum(map(len, head))
    text = b"".join(head) + file.read(max(rest, 0))
    if text.strip():
        yield Given(shown, text)


def _head(file: BinaryIO) -> Iterator[bytes]:
    """Give the lines of a file down to the second that is not empty."""
    full = 0
    for line in _lines(file):
        yield line
        full += bool(line.strip())
        if full == len(("first", "second")):
            return


def _are_lines(head: list[bytes]) -> bool:
    """Tell whether a file has one document a line: two lines have something, and one of them is a whole object."""
    full = [line for line in head if line.strip()]
    return len(full) > 1 and any(map(_is_object, full))


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Give the lines; of one that is too long, just enough to be refused as such."""
    while line := file.readline(MAX_BYTES + 2):
        whole = line
        while not whole.endswith(b"\n") and (whole := file.readline(MAX_BYTES)):
            continue
        yield line


def _size(names: Iterable[str]) -> int | None:
    """Add up the bytes of all files; None where that is not known beforehand."""
    files = [found for name in names for found in _files(name)]
    try:
        return sum(Path(found).stat().st_size for found in files if isinstance(found, str))
    except OSError:
        return None
