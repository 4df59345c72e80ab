"""The rows of a timeline: the doses, deadline, interval and restart of a medication, or that they are not known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cds.holds.line_words import earliest_told, named
from cds.holds.marks import mark_of, mark_shape
from cds.holds.model import Line
from cds.holds.time_axis import Axis
from cds.holds.timeline_signs import (
    BLUE,
    EDGE,
    FAINT,
    GREY,
    HELD,
    INK,
    RED,
    UNKNOWN,
    arrow_sign,
    box,
    deadline_sign,
    dose_sign,
    earliest_sign,
    other_sign,
    restart_sign,
    rule,
    shortened,
    width_on_white,
    words,
    words_on_white,
)
from cds.holds.written_times import Span, short_date, span_of

_NAME_LENGTH = 21
_A_LETTER = 4.15
"""How wide a letter of a label is at most, on average."""
_DATED = frozenset({"overdue", "due", "planned", "satisfied"})
_NO_DATE = {
    "undecidable": "? no date can be given yet",
    "unidentified": "? what it is, is not known: no date can be given",
    "prescriber": "? no date: for the prescriber and the proceduralist",
    "contested": "? no date: advice differs",
}


def own_earliest(line: Line) -> str | None:
    """Give the earliest procedure by a line, where it is later than the planned one."""
    return line["earliest_procedure"] if line["state"] == "overdue" else None


@dataclass(slots=True)
class _Label:
    place: float
    text: str
    colour: str

    @property
    def width(self) -> float:
        return len(self.text) * _A_LETTER


@dataclass(frozen=True, slots=True)
class Rows:
    """What all rows share: the axis, where the procedure begins on it, and from when on medicines are held after it.

    A date of another year than `year` is told with its year.
    """

    axis: Axis
    inner_end: float
    held_from: int
    year: int

    def row(self, number: int, line: Line, top: float, height: float) -> Iterator[str]:
        """Give the elements of a row; `number` is that of the line on the sheet."""
        end, middle = top + height, top + height * 0.37
        mark = mark_of(line)
        yield rule(4, end, self.axis.right, end, FAINT, width=0.7)
        yield f'<g transform="translate(14 {top + height / 2:g})">{mark_shape(mark)}</g>'
        yield words(28, top + height * 0.42, f"{number}  {shortened(named(line), _NAME_LENGTH)}", bold=True, size=9)
        yield words(28, top + height * 0.83, mark.word, colour=mark.colour, size=9)
        labels: list[_Label] = []
        yield from self._bar(line, middle, labels)
        yield from self._last_dose(line, middle, labels)
        for label in _spread(labels, self.axis.left, self.axis.right):
            yield words(label.place, end - 2, label.text, anchor="middle", colour=label.colour, size=8)

    def _bar(self, line: Line, middle: float, labels: list[_Label]) -> Iterator[str]:
        """Draw the interval, the deadline and what follows from them."""
        if line["state"] in _DATED:
            yield from self._interval(line, middle, labels)
        elif line["readings"]:
            yield from self._readings(line, middle, labels)
        elif line["restart"]:
            yield from self._restart(line, middle, labels)
        elif line["state"] in _NO_DATE:
            yield self._unknown(middle)
            yield self._words_in_bar(line, middle, _NO_DATE[line["state"]], INK)
        else:
            yield rule(self.axis.left + 4, middle, self.axis.right, middle, GREY, width=1, dashes="1 4")
            said = "not stopped for the procedure" if line["state"] == "continue" else mark_of(line).word.lower()
            yield self._words_in_bar(line, middle, said, GREY)

    def _interval(self, line: Line, middle: float, labels: list[_Label]) -> Iterator[str]:
        first, deadline = self._span(line["no_dose_from"]), self._span(line["last_permitted_dose"])
        if deadline is None or line["last_permitted_dose"] is None:
            yield self._unknown(middle)
            return
        begin = self.axis.place((first or deadline).low)
        yield rule(self.axis.left, middle, begin, middle, GREY, width=1)
        yield box(begin, middle - 5.5, self.inner_end - begin, 11, fill=HELD, stroke=EDGE)
        for other in line["other_deadlines"]:
            span = self._span(other["last_permitted_dose"])
            if span and self.axis.shows(span.high):
                yield other_sign(self.axis.place(span.high), middle, is_confirmed=other["confirmed"] != "unconfirmed")
        yield deadline_sign(self.axis.place(deadline.high), middle)
        is_ahead = line["state"] in {"due", "planned"}
        named = "last dose to take" if line["is_antithrombotic"] and is_ahead else "last permitted dose"
        text = f"{named} {self._date(line['last_permitted_dose'])}"
        labels.append(_Label(self.axis.place(deadline.high), text, INK))
        earliest = self._span(own_earliest(line))
        if earliest and line["earliest_procedure"]:
            place = self.axis.place(earliest.low)
            yield earliest_sign(place, middle)
            labels.append(_Label(place, f"earliest {self._date(earliest_told(line))}", RED))

    def _readings(self, line: Line, middle: float, labels: list[_Label]) -> Iterator[str]:
        yield self._unknown(middle)
        for reading in line["readings"]:
            span, told = self._span(reading["last_permitted_dose"]), reading["last_permitted_dose"]
            if span and told:
                yield deadline_sign(self.axis.place(span.high), middle, is_open=True)
                labels.append(_Label(self.axis.place(span.high), f"? {self._date(told)}", INK))

    def _restart(self, line: Line, middle: float, labels: list[_Label]) -> Iterator[str]:
        restart = line["restart"]
        at = self._span(restart["at"]) if restart else None
        held_from = self.axis.place(self.held_from)
        if restart is None or at is None or restart["at"] is None:
            yield box(held_from, middle - 5.5, self.axis.right - held_from, 11, fill=UNKNOWN, stroke=GREY)
            yield words_on_white(self.axis.right - 4, middle + 3, f"? {mark_of(line).word.lower()}", colour=INK)
            return
        place = self.axis.place(at.low)
        yield box(held_from, middle - 5.5, place - held_from, 11, fill=HELD, stroke=EDGE)
        yield rule(place, middle, self.axis.right, middle, BLUE, width=1.4)
        for other in restart["others"]:
            span = self._span(other["at"])
            if span and self.axis.shows(span.low):
                yield other_sign(self.axis.place(span.low), middle, is_confirmed=other["confirmed"] != "unconfirmed")
        yield restart_sign(place, middle)
        labels.append(_Label(place, f"earliest restart {self._date(restart['at'])}", BLUE))

    def _last_dose(self, line: Line, middle: float, labels: list[_Label]) -> Iterator[str]:
        span, told = self._span(line["last_dose"]), line["last_dose"]
        if span is None or told is None:
            if line["restart"] or line["state"] not in {"no_rule", "continue", None}:
                yield dose_sign(self.axis.left + 10, middle, fill="#ffffff", stroke=INK)
                yield words(self.axis.left + 10, middle + 3.2, "?", anchor="middle", bold=True)
                labels.append(_Label(self.axis.left + 10, "last dose not known", GREY))
            return
        colour = RED if line["state"] == "overdue" else INK
        arrow = ""
        if self.axis.shows(span.high):
            place = self.axis.place(span.middle)
            if span.low != span.high:
                low, high = self.axis.place(span.low), self.axis.place(span.high)
                yield rule(low + 1, middle, high - 1, middle, colour, width=3)
            yield dose_sign(place, middle, fill=colour, stroke="#ffffff")
        else:
            is_before = span.high < self.axis.low
            place, arrow = (self.axis.left + 1, "← ") if is_before else (self.axis.right - 1, "→ ")
            yield arrow_sign(place, middle, colour, to_left=is_before)
        labels.append(_Label(place, f"{arrow}taken {self._date(told)}", colour))

    def _words_in_bar(self, line: Line, middle: float, said: str, colour: str) -> str:
        """Write words at the end of a bar, or before the last dose where that lies there."""
        width, right = width_on_white(said), self.inner_end - 4
        last_dose = self._span(line["last_dose"])
        if last_dose and self.axis.place(last_dose.middle) + 10 > right - width:
            right = self.axis.place(last_dose.middle) - 10
        return words_on_white(max(right, self.axis.left + width + 14), middle + 3, said, colour=colour)

    def _unknown(self, middle: float) -> str:
        return box(self.axis.left + 1, middle - 5.5, self.inner_end - self.axis.left - 1, 11, fill=UNKNOWN, stroke=GREY)

    def _span(self, told: str | None) -> Span | None:
        return span_of(told, self.axis.zone)

    def _date(self, told: str) -> str:
        return short_date(told, year=self.year)


def _spread(labels: Sequence[_Label], left: float, right: float) -> Sequence[_Label]:
    """Move labels of one row apart, and into the drawing."""
    ordered = sorted(labels, key=lambda label: label.place)
    free = left
    for label in ordered:
        label.place = max(label.place, free + label.width / 2)
        free = label.place + label.width / 2 + 8
    taken = right
    for label in reversed(ordered):
        label.place = min(label.place, taken - label.width / 2)
        taken = label.place - label.width / 2 - 8
    return ordered
