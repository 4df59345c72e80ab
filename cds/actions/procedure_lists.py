"""A list of procedures beside a list of patients, for records that do not say which procedure is meant.

A CSV file with a heading. `input` names the patient as a worklist does: the file, or `file.ndjson:17` for a line of
one; its folders may be left out. The other columns are facts of the procedure: `start`, `kind`, `status`, `end`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath

from cds.actions.worklists import Given
from cds.errors import InputError, Place, nearest
from cds.facts.tokens import quoted

COLUMNS = ("input", "start", "kind", "status", "end")


@dataclass(frozen=True, slots=True)
class ProcedureList:
    """What is said of the procedure of each patient, by the patient's input, and where it stands."""

    file: str
    procedures: Mapping[str, Mapping[str, str]]
    lines: Mapping[str, int]


def read_procedures(text: str, *, file: str) -> ProcedureList:
    """Read a list of procedures.

    Raises:
        InputError: a column is missing or not known, a row names no input, or an input stands twice.
    """
    rows = csv.DictReader(text.removeprefix("\ufeff").splitlines(), strict=True)
    heading = [*(rows.fieldnames or ())]
    unknown = next((name for name in heading if name not in COLUMNS), None)
    if unknown is not None or "input" not in heading:
        problem = "there is no column `input`" if unknown is None else f"{quoted(unknown)} is not a column"
        suggestion = None if unknown is None else nearest(unknown, COLUMNS)
        raise InputError(problem, place=Place(file, line=1), expected=", ".join(COLUMNS), suggestion=suggestion)
    procedures: dict[str, Mapping[str, str]] = {}
    lines: dict[str, int] = {}
    for row in _rows(rows, file):
        name, place = row.pop("input", "") or "", Place(file, line=rows.line_num)
        if not name or name in procedures:
            raise InputError(f"{quoted(name)} stands twice" if name else "a row names no input", place=place)
        procedures[name] = {column: value for column, value in row.items() if value}
        lines[name] = rows.line_num
    return ProcedureList(file, procedures, lines)


def with_procedures(given: Iterable[Given], listed: ProcedureList) -> Iterator[Given]:
    """Say of each patient which procedure is meant; a row that fits no patient is a failure, not silence."""
    left = dict(listed.lines)
    for one in given:
        name = next((name for name in (one.input, PurePath(one.input).name) if name in listed.procedures), None)
        left.pop(name or "", None)
        yield one if name is None else replace(one, procedure=listed.procedures[name])
    for name, line in left.items():
        yield Given(f"{listed.file}:{line}", InputError(f"no patient was read from {quoted(name)}"), is_line=True)


def _rows(rows: csv.DictReader[str], file: str) -> Iterator[dict[str, str]]:
    try:
        for row in rows:
            if None in row or None in row.values():
                raise InputError("the row has not as many cells as the heading", place=Place(file, line=rows.line_num))
            yield {column: value.strip() for column, value in row.items()}
    except csv.Error as error:
        raise InputError(f"this is not CSV ({error})", place=Place(file, line=rows.line_num)) from None
