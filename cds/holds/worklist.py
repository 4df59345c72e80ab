"""Many patients' sheets as one worklist: the most urgent first, counted, filtered, and small in memory.

A sheet is kept as its canonical bytes: they need a fifth of the memory, and go into the document as they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import orjson

from cds.canonical import canonical_bytes
from cds.facts.durations import Duration
from cds.holds.acknowledgements import Acknowledgements, with_acknowledgements
from cds.holds.changes import with_changes
from cds.holds.filters import Filters, lines_shown, shows_patient
from cds.holds.model import ALERTS, SCHEMA, TIERS, Failure, Line, Seen, Sheet, Worklist
from cds.holds.reminders import remembered, reminders_in
from cds.holds.seen import Memory
from cds.holds.urgency import OrderKey, sheet_key
from cds.ir.program import HOLD_STATES
from cds.trace.sentences import REVIEW_OVERDUE

NO_PROCEDURE = "no_procedure"
"""Under what lines are counted that have no state, since no procedure is planned."""
COUNTS = (
    *("patients", "medications", "failed"),
    *(*HOLD_STATES, NO_PROCEDURE),
    *TIERS,
    *ALERTS,
    *("hidden_patients", "hidden_medications", "hidden_alerts", "hidden_interrupts"),
)
"""What is counted: patients, then lines by state, tier and alert, as shown; and what is not shown.

`hidden_interrupts` are medications of the tier `interrupt` that nobody has acknowledged.
"""


@dataclass(frozen=True, slots=True)
class Decided:
    """A patient's sheet, and which input it was made from."""

    input: str
    sheet: Sheet


@dataclass(frozen=True, slots=True)
class Showing:
    """What a worklist is to show of its patients.

    `earlier` is what the previous worklist remembers, `within` how near a deadline has to be to be told, as it was
    written and as it is; with it only reminders are shown.
    """

    filters: Filters = field(default_factory=Filters)
    earlier: Memory | None = None
    acknowledged: Acknowledgements = field(default_factory=dict)
    within: tuple[str, Duration] | None = None

    def told(self) -> dict[str, str]:
        """Give what narrows the worklist, by the names of the options."""
        return self.filters.told() | ({} if self.within is None else {"due_within": self.within[0]})


@dataclass(frozen=True, slots=True)
class Packed:
    """One patient as bytes, with what sorts and heads the list."""

    key: tuple[OrderKey, str, str]
    when: tuple[str, str]
    has_alerts: bool
    content: bytes

    @property
    def subject(self) -> str:
        """Give whose sheet it is."""
        return self.key[1]

    def sheet(self) -> Sheet:
        """Give the sheet back."""
        return cast("Sheet", orjson.loads(self.content))


@dataclass(frozen=True, slots=True)
class Gathered:
    """A whole worklist, the most urgent patient first; `notice` is what has to be said with all of it.

    `seen` has the bytes of what is remembered, patient by patient.
    """

    notice: tuple[str, ...]
    filters: Mapping[str, str]
    counts: Mapping[str, int]
    patients: tuple[Packed, ...]
    failed: tuple[Failure, ...]
    seen: tuple[bytes, ...]
    gone: tuple[Seen, ...] | None

    def sheets(self) -> Iterator[Sheet]:
        """Give the sheets one by one."""
        return (packed.sheet() for packed in self.patients)

    def parts(self) -> Iterator[bytes]:
        """Give the canonical bytes of the document (`cds-holds/1`), piece by piece."""
        before = {"counts": dict(self.counts), "failed": list(self.failed), "filters": dict(self.filters)}
        if self.gone is not None:
            before["gone"] = list(self.gone)
        yield canonical_bytes({**before, "notice": list(self.notice)})[:-1]
        yield b',"patients":['
        yield from _joined(packed.content for packed in self.patients)
        yield b'],"schema":' + canonical_bytes(SCHEMA) + b',"seen":['
        yield from _joined(self.seen)
        yield b"]}"

    def document(self) -> Worklist:
        """Give the whole document at once."""
        return cast("Worklist", orjson.loads(b"".join(self.parts())))


def gather(
    found: Iterable[Decided | Failure], *, notice: Sequence[str] = (), showing: Showing | None = None
) -> Gathered:
    """Gather patients as they are decided, and sort them by urgency."""
    showing = showing or Showing()
    gathering = _Gathering(showing)
    failed = []
    for one in found:
        if isinstance(one, Decided):
            gathering.add(one)
        else:
            failed.append(one)
    gathering.counts["failed"] = len(failed)
    gone = gathering.gone()
    if failed and gone:
        gathering.keep_in_mind(gone)
    return Gathered(
        notice=(*notice, *([REVIEW_OVERDUE] if gathering.is_review_overdue else [])),
        filters=showing.told(),
        counts={name: gathering.counts[name] for name in COUNTS},
        patients=tuple(sorted(gathering.patients, key=lambda packed: packed.key)),
        failed=tuple(failed),
        seen=tuple(content for _, content in sorted(gathering.seen) if content),
        gone=gone,
    )


class _Gathering:
    """What was decided so far."""

    def __init__(self, showing: Showing) -> None:
        self.showing = showing
        self.patients: list[Packed] = []
        self.counts: Counter[str] = Counter()
        self.seen: list[tuple[tuple[str, str], bytes]] = []
        self.still: set[tuple[str, str]] = set()
        self.is_review_overdue = False

    def add(self, decided: Decided) -> None:
        showing, sheet = self.showing, decided.sheet
        self.is_review_overdue |= sheet["ruleset"]["review_overdue"]
        within = None if showing.within is None else showing.within[1]
        hidden_lines = {line["binding"] for line in sheet["lines"]}
        hidden_lines -= {line["binding"] for line in lines_shown(sheet, showing.filters)}
        seen = [*remembered(sheet, within, hidden=hidden_lines, earlier=showing.earlier)]
        self.seen.append(((sheet["subject"], decided.input), canonical_bytes(seen)[1:-1]))
        if showing.earlier is not None:
            self.still.update((one["subject"], one["binding"]) for one in seen)
        sheet = with_acknowledgements(sheet, showing.acknowledged) if showing.acknowledged else sheet
        sheet = with_changes(sheet, showing.earlier) if showing.earlier is not None else sheet
        lines = self._lines(sheet)
        hidden = _alerts(sheet["lines"]) - _alerts(lines)
        self.counts["hidden_medications"] += len(sheet["lines"]) - len(lines)
        self.counts["hidden_alerts"] += hidden
        self.counts["hidden_interrupts"] += _interrupts(sheet["lines"]) - _interrupts(lines)
        if not lines and not (showing.within is None and not sheet["lines"] and shows_patient(sheet, showing.filters)):
            self.counts["hidden_patients"] += 1
            return
        self._count(lines)
        self._keep({**sheet, "lines": lines, "input": decided.input})

    def keep_in_mind(self, gone: Iterable[Seen]) -> None:
        """Remember as they were the lines of patients who may be among those that failed."""
        self.seen.extend(((one["subject"], ""), canonical_bytes(one)) for one in gone)

    def gone(self) -> tuple[Seen, ...] | None:
        """Give the lines of the earlier worklist that no patient has any more."""
        if self.showing.earlier is None:
            return None
        return tuple(seen for key, seen in sorted(self.showing.earlier.items()) if key not in self.still)

    def _lines(self, sheet: Sheet) -> list[Line]:
        showing = self.showing
        if showing.within is not None:
            sheet = {**sheet, "lines": reminders_in(sheet, showing.within[1], showing.earlier or {})}
        return lines_shown(sheet, showing.filters)

    def _count(self, lines: Sequence[Line]) -> None:
        self.counts["patients"] += 1
        self.counts["medications"] += len(lines)
        for line in lines:
            self.counts.update((line["state"] or NO_PROCEDURE, line["tier"]))
            self.counts.update(alert["code"] for alert in line["alerts"])

    def _keep(self, sheet: Sheet) -> None:
        order, subject = sheet_key(sheet)
        self.patients.append(
            Packed(
                key=(order, subject, sheet["input"]),
                when=(sheet["as_of"], sheet["zone"]),
                has_alerts=_alerts(sheet["lines"]) > 0,
                content=canonical_bytes(sheet),
            )
        )


def _interrupts(lines: Sequence[Line]) -> int:
    return sum(line["tier"] == "interrupt" and "acknowledged" not in line for line in lines)


def _alerts(lines: Sequence[Line]) -> int:
    return sum(len(line["alerts"]) for line in lines)


def _joined(parts: Iterable[bytes]) -> Iterator[bytes]:
    for number, part in enumerate(parts):
        yield b"," + part if number else part
