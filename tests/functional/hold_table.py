"""The hold cases that were derived by hand (`hold_cases.md`), read as patients and as what is expected of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cds.facts.dictionary import Dictionary
from cds.verification.cases.given import document_of

TABLE = Path(__file__).parent / "hold_cases.md"
NOT_SAID = "-"
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}) ([+-]\d{2}:\d{2})")
_ROW = re.compile(r"\| [A-Z]\d\d \|")
_HISTORY = ("coronary_stent", "mechanical_valve", "vte", "stroke", "mi", "major_bleed", "atrial_fibrillation")
_BASE: dict[str, Any] = {
    "subject": "case",
    "patient": {"age": "68 a", "sex": "male", "weight": {"value": "60 kg", "taken": "2026-01-05"}},
    "history": dict.fromkeys(_HISTORY, False),
    "labs": {"creatinine": {"value": "1 mg/dL", "taken": "2026-01-05"}},
    "procedure": {"kind": "kyphoplasty", "status": "booked"},
}


@dataclass(frozen=True, slots=True)
class HoldCase:
    """One line of the table, by its columns."""

    columns: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.columns[column]

    @property
    def more(self) -> Iterator[tuple[str, str]]:
        """Give what else is expected, as name and value."""
        for part in _parts(self["more"]):
            name, _, value = part.partition(" ")
            yield name, value

    @property
    def adopted(self) -> dict[str, str]:
        """Give the positions that a site adopts in this case."""
        changes = (
            part.removeprefix("adopt ") for part in _parts(self["patient and list"]) if part.startswith("adopt ")
        )
        return dict(change.split("=") for change in changes)

    def patient(self, dictionary: Dictionary) -> dict[str, Any]:
        """Give the facts document."""
        given: dict[str, Any] = {"as_of": time_of(self["as of"]), "zone": self["zone"], "medications.reconciled": True}
        if self["procedure"] != NOT_SAID:
            given["procedure.start"] = time_of(self["procedure"])
        given["medications.m1"] = _item(self["medicine"], _parts(self["taken"]), self["last dose"])
        for part in _parts(self["patient and list"]):
            if part == "list open":
                given["medications.reconciled"] = False
            elif part.startswith("beside "):
                id_, _, said = part.removeprefix("beside ").partition(": ")
                text, *taken = said.split(", ")
                given[f"medications.{id_}"] = _item(text, taken, NOT_SAID)
            elif not part.startswith("adopt "):
                name, _, value = part.partition(" ")
                given[name] = _value(value)
        return document_of(_BASE, given, dictionary)


def hold_cases() -> list[HoldCase]:
    """Read the table; every section has the same columns."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    header = next(_cells(line) for line in lines if line.startswith("| case "))
    return [HoldCase(dict(zip(header, _cells(line), strict=True))) for line in lines if _ROW.match(line)]


def time_of(written: str) -> Any:
    """Give a time of the table as a facts document has it: an instant, a day, or an interval."""
    if " to " in written:
        first, last = written.split(" to ")
        return {"from": time_of(first), "to": time_of(last)}
    return _TIME.sub(r"\1T\2:00\3", written)


def _item(text: str, taken: list[str], last_dose: str) -> dict[str, Any]:
    status, *rest = taken or [NOT_SAID]
    said = dict(part.split(" ", 1) for part in rest)
    item = {"text": text, **{name: _value(value) for name, value in said.items()}}
    item |= {} if status == NOT_SAID else {"status": status}
    return item if last_dose == NOT_SAID else {**item, "last_dose": time_of(last_dose)}


def _value(written: str) -> Any:
    return {"true": True, "false": False, "unknown": {"unknown": "not_assessed"}}.get(written, time_of(written))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _parts(cell: str) -> list[str]:
    return [] if cell == NOT_SAID else cell.split("; ")
