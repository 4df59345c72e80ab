"""The timeline of a sheet: one SVG drawing of as-of, procedure, and a bar for every medication.

It is read in black and white too: doses are filled, deadlines are edges, intervals are hatched, what is unknown is
dotted with a question mark. Other positions are thin marks, dashed where their figure is not confirmed.
"""

from __future__ import annotations

from collections.abc import Iterator

from cds.facts.time_text import with_weekdays
from cds.facts.zones import DAY, Zone
from cds.holds.line_words import named
from cds.holds.marks import mark_of
from cds.holds.model import Line, Sheet
from cds.holds.time_axis import Axis, axis_of
from cds.holds.timeline_rows import Rows, own_earliest
from cds.holds.timeline_signs import BLUE, FAINT, GREY, INK, PATTERNS, RED, box, escaped, legend, rule, words
from cds.holds.written_times import Span, day_words, short_date, span_of

_WIDTH = 690.0
_LEFT, _RIGHT = 164.0, 686.0
_TOP = 58.0
_ROW, _LOW_ROW = 27.0, 21.5
_LEGEND = 24.0
_MANY = 6
"""With more lines than this, rows are lower, so that a sheet stays on one page."""


def timeline_svg(sheet: Sheet) -> str:
    """Draw a sheet as SVG that stands alone: no script, no outside reference, with a title and a description."""
    drawing = _Drawing(sheet, Zone(sheet["zone"]))
    height = drawing.bottom + _LEGEND
    frame = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:g} {height:g}" width="{_WIDTH:g}" '
        f'height="{height:g}" role="img" aria-labelledby="timeline-title timeline-description" '
        f'font-family="Libertinus Serif" font-size="9" fill="{INK}">'
    )
    parts = [
        frame,
        f'<title id="timeline-title">Timeline of the holds of {escaped(sheet["subject"])}</title>',
        f'<desc id="timeline-description">{escaped(timeline_words(sheet))}</desc>',
        PATTERNS,
        *drawing.parts(),
        "</svg>",
    ]
    return "\n".join(parts)


def timeline_words(sheet: Sheet) -> str:
    """Say what the drawing shows, for whoever cannot see it."""
    said = [f"As of {with_weekdays(sheet['as_of'])}, in {sheet['zone']}."]
    start, end = sheet["procedure"]["start"], sheet["procedure"]["end"]
    said.append(f"Procedure {with_weekdays(start)}." if start else "The procedure is not dated.")
    if end:
        said.append(f"It ended {with_weekdays(end)}.")
    said.append(sheet["earliest_text"])
    said += [f"{number}: {named(line)}: {_line_words(line)}" for number, line in enumerate(sheet["lines"], 1)]
    return " ".join(said)


def _line_words(line: Line) -> str:
    told = (
        ("last dose", line["last_dose"]),
        ("last permitted dose", line["last_permitted_dose"]),
        ("earliest procedure", line["earliest_procedure"] if line["state"] == "overdue" else None),
        ("earliest restart", line["restart"]["at"] if line["restart"] else None),
    )
    dates = [f"{what} {with_weekdays(at)}" for what, at in told if at]
    others = [
        f"{other['source']} {with_weekdays(other['last_permitted_dose'])}"
        for other in line["other_deadlines"]
        if other["last_permitted_dose"]
    ]
    if others:
        dates.append(f"last permitted dose by other positions: {', '.join(others)}")
    return f"{'; '.join([mark_of(line).word.lower(), *dates])}."


class _Drawing:
    """A sheet on its axis: the days, what concerns all rows, and the rows."""

    def __init__(self, sheet: Sheet, zone: Zone) -> None:
        self.sheet, self.zone = sheet, zone
        self.as_of = self._span(sheet["as_of"]) or Span(0, 0)
        self.start = self._span(sheet["procedure"]["start"])
        self.end = self._span(sheet["procedure"]["end"])
        self.earliest = self._span(sheet["earliest_procedure"]) if self._is_put_off() else None
        self.axis = self._axis()
        self.row = _ROW if len(sheet["lines"]) <= _MANY else _LOW_ROW
        self.bottom = _TOP + self.row * max(len(sheet["lines"]), 1)
        self.year = int((sheet["procedure"]["start"] or sheet["as_of"]).removeprefix("from ")[:4])

    def parts(self) -> Iterator[str]:
        """Give the elements, those behind first."""
        yield from self._days()
        yield from self._uprights()
        yield from self._day_names()
        rows = Rows(self.axis, self._inner_end(), (self.end or self.start or self.as_of).low, self.year)
        for number, line in enumerate(self.sheet["lines"], 1):
            yield from rows.row(number, line, _TOP + self.row * (number - 1), self.row)
        if not self.sheet["lines"]:
            yield words(_LEFT + 8, _TOP + 18, "No medication is on the list.", size=10)
        yield from legend(self.bottom + 13)

    def _is_put_off(self) -> bool:
        return any(line["state"] == "overdue" for line in self.sheet["lines"])

    def _span(self, told: str | None) -> Span | None:
        return span_of(told, self.zone)

    def _axis(self) -> Axis:
        core = [self.start, self.end, self.earliest]
        around: list[Span | None] = [self.as_of]
        for line in self.sheet["lines"]:
            core += [self._span(line["last_permitted_dose"]), self._span(own_earliest(line))]
            core += [self._span(reading["last_permitted_dose"]) for reading in line["readings"]]
            around += [self._span(line["last_dose"]), *map(self._span, _other_times(line))]
            if line["restart"]:
                core.append(self._span(line["restart"]["to"] or line["restart"]["at"]))
        known = [span for span in core if span] or [Span(self.as_of.low, self.as_of.high + 7 * DAY)]
        return axis_of(known, [span for span in around if span], self.zone, left=_LEFT, right=_RIGHT)

    def _days(self) -> Iterator[str]:
        days = [*self.axis.days()]
        labelled = {day for _, day in self.axis.labelled_days()}
        every_day = len(days) * 6 <= _RIGHT - _LEFT
        for start, end, day in days:
            if every_day and (day - 1) % 7 > 4:  # noqa: PLR2004 - Saturday and Sunday
                yield box(start, _TOP, end - start, self.bottom - _TOP, fill="#f3f4f6")
            if every_day or day in labelled:
                yield rule(start, _TOP - 4, start, self.bottom, FAINT, width=0.7)
        yield rule(_LEFT, _TOP, _RIGHT, _TOP, GREY, width=0.8)

    def _day_names(self) -> Iterator[str]:
        for place, day in self.axis.labelled_days():
            weekday, date = day_words(day).split(" ", 1)
            yield words(place, _TOP - 13.5, weekday, anchor="middle", colour=GREY)
            yield words(place, _TOP - 4.5, date, anchor="middle", colour=INK)
        yield words(4, _TOP - 4.5, f"{self.zone.name}, {self.year}", colour=GREY, size=8)

    def _uprights(self) -> Iterator[str]:
        """Draw what concerns all rows; each label on a level of its own, so that none covers another."""
        told = self.sheet["procedure"]
        shown: list[tuple[Span, str, str, str | None, float]] = [
            (self.as_of, f"as of {self._date(self.sheet['as_of'])}", BLUE, "4 2.5", 1.2)
        ]
        if self.start and told["start"]:
            what = "procedure" if told["status"] != "cancelled" else "cancelled procedure"
            shown.append((self.start, f"{what} {self._date(told['start'])}", INK, None, 2.2))
        else:
            yield words(_RIGHT, 19.5, "? the procedure is not dated", anchor="end", colour=RED, bold=True)
        if self.earliest and self.sheet["earliest_procedure"]:
            text = f"earliest procedure {self._date(self.sheet['earliest_procedure']).removesuffix(' 00:00')}"
            shown.append((self.earliest, text, RED, "8 2 2 2", 1.6))
        for level, (span, text, colour, dashes, width) in enumerate(shown):
            yield from self._upright(span, text, colour, dashes, width, 9.0 + 10.5 * level)

    def _upright(
        self, span: Span, text: str, colour: str, dashes: str | None, width: float, level: float
    ) -> Iterator[str]:
        is_shown, place = self.axis.shows(span.low), self.axis.place(span.low)
        if is_shown and span.high - span.low > DAY // 2 and span.high != span.low:
            yield box(place, _TOP, self.axis.place(span.high) - place, self.bottom - _TOP, fill=colour, opacity=0.12)
        if is_shown:
            yield rule(place, level + 2, place, self.bottom, colour, width=width, dashes=dashes)
        arrow = "" if is_shown else ("← " if span.low < self.axis.low else "→ ")
        anchor, gap = ("end", -4) if place > (_LEFT + _RIGHT) / 2 else ("start", 4)
        yield words(place + gap, level, f"{arrow}{text}", anchor=anchor, colour=colour, bold=True)

    def _inner_end(self) -> float:
        """Give where the procedure begins; where it is not dated, or its start has passed, the edge."""
        return self.axis.place(self.start.low) if self.start and self.start.high >= self.as_of.low else _RIGHT

    def _date(self, told: str) -> str:
        return short_date(told, year=self.year)


def _other_times(line: Line) -> Iterator[str | None]:
    yield from (other["last_permitted_dose"] for other in line["other_deadlines"])
    yield from (other["at"] for other in (line["restart"] or {"others": []})["others"])
