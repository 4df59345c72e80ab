"""From a worklist to a table for a spreadsheet: one row a line of a sheet (RFC 4180, UTF-8)."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from io import StringIO

from cds.holds.model import Failure, Line, Sheet
from cds.holds.spread import spread_text
from cds.holds.worklist import Gathered
from cds.trace.hold_sentences import interval_text

FAILED = "failed"
"""The state of a row for a patient that could not be decided."""
_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_BETWEEN = " | "


def csv_rows(worklist: Gathered) -> Iterator[str]:
    """Give the table row by row, the names of the columns first.

    A patient without medicines has a row, and so has what could not be decided.
    """
    notice = " ".join(worklist.notice)
    yield _row(COLUMNS)
    for failure in worklist.failed:
        yield _row(_cells(_of_failure(failure) | {"notice": notice}))
    for sheet in worklist.sheets():
        of_sheet = {name: of(sheet) for name, of in OF_SHEET.items()} | {"notice": notice}
        for line in sheet["lines"]:
            yield _row(_cells(of_sheet | {name: of(line) for name, of in OF_LINE.items()}))
        if not sheet["lines"]:
            yield _row(_cells(of_sheet))


OF_SHEET: Mapping[str, Callable[[Sheet], str | None]] = {
    "subject": lambda sheet: sheet["subject"],
    "unit": lambda sheet: sheet["unit"],
    "procedure_kind": lambda sheet: sheet["procedure"]["kind"],
    "procedure_status": lambda sheet: sheet["procedure"]["status"],
    "procedure_urgency": lambda sheet: sheet["procedure"]["urgency"],
    "procedure_start": lambda sheet: sheet["procedure"]["start"],
    "procedure_end": lambda sheet: sheet["procedure"]["end"],
    "earliest_procedure": lambda sheet: sheet["earliest_procedure"],
    "earliest_text": lambda sheet: sheet["earliest_text"],
    "as_of": lambda sheet: sheet["as_of"],
    "zone": lambda sheet: sheet["zone"],
    "ruleset": lambda sheet: f"{sheet['ruleset']['id']} {sheet['ruleset']['version']}",
    "ruleset_status": lambda sheet: sheet["ruleset"]["status"],
    "ruleset_digest": lambda sheet: sheet["ruleset"]["digest"],
    "decision": lambda sheet: sheet["decision"],
    "input": lambda sheet: sheet.get("input"),
}
"""What a cell says of the patient, by its column."""

OF_LINE: Mapping[str, Callable[[Line], str | None]] = {
    "tier": lambda line: line["tier"],
    "state": lambda line: line["state"],
    "medication": lambda line: line["medication"],
    "substance": lambda line: line["substance"],
    "classes": lambda line: _BETWEEN.join(line["classes"]),
    "last_dose": lambda line: line["last_dose"],
    "last_permitted_dose": lambda line: line["last_permitted_dose"],
    "no_dose_from": lambda line: line["no_dose_from"],
    "interval": lambda line: None if line["interval"] is None else interval_text(line["interval"]),
    "earliest_by_this_hold": lambda line: line["earliest_procedure"],
    "why": lambda line: line["why"],
    "ask": lambda line: _BETWEEN.join(question["prompt"] for question in line["ask"]),
    "whom": lambda line: _BETWEEN.join(line["whom"]),
    "other_positions": spread_text,
    "alerts": lambda line: _BETWEEN.join(f"{alert['code']}: {alert['text']}" for alert in line["alerts"]),
    "notes": lambda line: _BETWEEN.join(line["notes"]),
    "restart": lambda line: None if line["restart"] is None else line["restart"]["at"] or line["restart"]["state"],
    "severity": lambda line: line["severity"],
    "reason": lambda line: line["reason"],
    "rule": lambda line: line["rule"],
    "binding": lambda line: line["binding"],
    "changes": lambda line: _BETWEEN.join(change["text"] for change in line.get("changes", ())),
    "acknowledged": lambda line: line["acknowledged"]["by"] if "acknowledged" in line else None,
}
"""What a cell says of the medication, by its column."""

_BEFORE = ("subject", "unit", "procedure_start")
COLUMNS = (*_BEFORE, *OF_LINE, *(name for name in OF_SHEET if name not in _BEFORE), "notice")
"""In their order; a column keeps its name and its meaning, new ones are added before `notice`."""


def _of_failure(failure: Failure) -> dict[str, str | None]:
    return {"state": FAILED, "why": failure["problem"], "input": failure["input"]}


def _cells(said: Mapping[str, str | None]) -> list[str]:
    return [_safe(said.get(name) or "") for name in COLUMNS]


def _safe(cell: str) -> str:
    """Mark as text what a spreadsheet would take for a formula; leading spaces do not hide it."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_A_FORMULA) else cell


def _row(cells: Iterable[str]) -> str:
    written = StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()
