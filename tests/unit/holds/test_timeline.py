"""The drawing of a sheet: what is known at its place, what is unknown as unknown, and nothing from outside."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from made_up_sheets import METFORMIN, NAPROXEN, UNKNOWN, WARFARIN, overdue, sheet, start

from cds.facts.instants import parse_exact_instant
from cds.facts.zones import DAY, Zone
from cds.holds.marks import mark_of, mark_svg
from cds.holds.model import Sheet
from cds.holds.printable import printable
from cds.holds.time_axis import axis_of
from cds.holds.timeline import timeline_svg
from cds.holds.written_times import Span, instant_of, short_date, span_of

SVG = "{http://www.w3.org/2000/svg}"
NEW_YORK = Zone("America/New_York")
APIXABAN = {"text": "Eliquis 5 mg", "status": "on_hold", "route": "oral", "last_dose": "2026-12-05T20:00:00-05:00"}
AFTERWARDS = {"haemostasis_confirmed": True, "neuro_exam": "intact", "procedure_end": "2026-12-08T09:05:00-05:00"}
DONE: dict[str, Any] = {
    "as_of": "2026-12-09T11:00:00-05:00",
    "procedure": {"status": "done", "start": "2026-12-08T08:00:00-05:00"},
}


def drawn(of: Sheet) -> ET.Element:
    """Read a drawing as other software would."""
    return ET.fromstring(timeline_svg(of))  # noqa: S314  # our own drawing


def words(of: Sheet) -> list[str]:
    """Give all words of a drawing."""
    return [text.text or "" for text in drawn(of).iter(f"{SVG}text")]


def place_of(of: Sheet, word: str) -> float:
    """Give where on the axis a word stands."""
    return next(float(text.attrib["x"]) for text in drawn(of).iter(f"{SVG}text") if word in (text.text or ""))


def test_a_medicine_has_its_deadline_interval_and_other_positions() -> None:
    """Deadline, doses and procedure are told with their dates, in their order; other positions are thin marks."""
    shown = sheet("a", {**NAPROXEN, "last_dose": "2026-11-22T20:00:00-05:00"}, procedure=start("2026-12-04"))
    said = words(shown)
    assert "procedure Fri 4 Dec 08:00" in said
    assert "as of Mon 23 Nov 09:00" in said
    assert "taken Sun 22 Nov 20:00" in said
    assert "last permitted dose Thu 26 Nov" in said
    assert place_of(shown, "taken") < place_of(shown, "last permitted dose T") < place_of(shown, "procedure Fri")
    assert timeline_svg(shown).count('fill="url(#held)"') == 2  # the bar and the legend


def test_a_deadline_at_midnight_is_never_shown_as_a_whole_day() -> None:
    """Where an interval counts hours, 00:00 is the end of the doses, not the beginning of a day of them."""
    heparin = {"text": "heparin sodium", "status": "active", "route": "intravenous", "intent": "therapeutic"}
    shown = sheet("a", heparin, procedure={"status": "booked", "start": "2026-12-08T06:00:00-05:00"})
    assert shown["lines"][0]["last_permitted_dose"] == "2026-12-08T00:00:00-05:00"
    assert "last dose to take Tue 8 Dec 00:00" in words(shown)


def test_a_dose_after_a_procedure_long_past_is_told_at_the_right_edge() -> None:
    """Arrows point to where a time lies."""
    told = sheet("a", {**NAPROXEN, "last_dose": "2026-11-22T20:00:00-05:00"}, procedure=start("2026-10-01"))
    assert {"→ taken Sun 22 Nov 20:00", "→ as of Mon 23 Nov 09:00"} <= {*words(told)}


def test_an_antithrombotic_has_a_last_dose_to_take() -> None:
    """Nobody is told to stop an anticoagulant by a day."""
    said = words(sheet("a", WARFARIN))
    assert "last dose to take Wed 2 Dec" in said
    assert "stop" not in " ".join(said).casefold()


def test_overdue_shows_the_dose_and_the_earliest_procedure_behind_the_planned_one() -> None:
    """The earliest procedure stands to the right of the procedure, with its day."""
    shown = overdue("a")
    assert "earliest Mon 30 Nov" in words(shown)
    assert place_of(shown, "taken Sun 22 Nov") < place_of(shown, "earliest Mon")


@pytest.mark.parametrize(
    ("medicine", "told"),
    [
        (UNKNOWN, "? what it is, is not known: no date can be given"),
        ({**WARFARIN, "indication": "mechanical_valve"}, "? no date"),
    ],
)
def test_what_is_unknown_is_drawn_as_unknown(medicine: dict[str, Any], told: str) -> None:
    """A dotted bar with a question mark and words, and a last dose that is not known; never an empty row."""
    shown = sheet("a", medicine)
    assert any(said.startswith(told) for said in words(shown))
    assert "last dose not known" in words(shown)
    assert timeline_svg(shown).count('fill="url(#unknown)"') == 2


def test_a_procedure_without_a_date_is_said_to_have_none() -> None:
    """The drawing shows the days from now on, and that the procedure is not dated."""
    said = words(sheet("a", NAPROXEN, procedure=start(None)))
    assert "? the procedure is not dated" in said
    assert not [word for word in said if word.startswith("procedure")]


def test_a_start_that_is_known_by_its_day_is_a_day_wide() -> None:
    """A procedure on a day, at no known time, is shown as that whole day."""
    shown = sheet("a", NAPROXEN, procedure={"status": "booked", "start": "2026-12-04"})
    assert "procedure Fri 4 Dec" in words(shown)
    assert 'fill-opacity="0.12"' in timeline_svg(shown)


def test_an_empty_list_and_an_open_one_are_told_apart() -> None:
    """An empty list says so; an open one has a row for what it leaves out."""
    assert "No medication is on the list." in words(sheet("a"))
    assert "1  Medicines that are n…" in words(sheet("a", complete=False))


def test_after_the_procedure_the_restart_is_shown() -> None:
    """The earliest restart has its mark; where it is open, the bar is dotted."""
    shown = sheet("a", APIXABAN, postop=AFTERWARDS, **DONE)
    assert shown["lines"][0]["restart"] is not None
    assert any(word.startswith("earliest restart Wed 9 Dec") for word in words(shown))
    unknown = sheet("a", APIXABAN, postop={"procedure_end": "2026-12-08T09:05:00-05:00"}, **DONE)
    assert "? restart: ask" in words(unknown)


def test_contested_readings_are_all_shown_with_a_question_mark() -> None:
    """Where none is adopted, each reading has an open mark, and none looks like a deadline."""
    shown = sheet("a", NAPROXEN)
    days = ("2026-11-28", "2026-11-30")
    interval = {"counting": "full_days", "low": 7, "high": 7}
    shown["lines"][0] |= {
        "state": "contested",
        "last_permitted_dose": None,
        "readings": [{"sources": {}, "interval": interval, "last_permitted_dose": day} for day in days],
    }
    said = words(shown)
    assert {"? Sat 28 Nov", "? Mon 30 Nov"} <= {*said}
    assert not [word for word in said if word.startswith("last permitted dose")]


def test_a_dose_long_ago_is_told_at_the_edge() -> None:
    """What is far off does not squeeze the days that matter; it is named with an arrow."""
    told = sheet("a", {**NAPROXEN, "last_dose": "2025-12-24"}, as_of="2026-11-29T09:00:00-05:00")
    assert "← taken Wed 24 Dec 2025" in words(told)


def test_a_drawing_tells_in_words_what_it_shows() -> None:
    """Title and description are there for whoever cannot see it, with every line and its dates."""
    root = drawn(overdue("a"))
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"] == "timeline-title timeline-description"
    description = root.findtext(f"{SVG}desc") or ""
    assert "1: naproxen 500 mg: overdue; last dose Sun 2026-11-22 20:00 -05:00" in description
    assert "last permitted dose by other positions: " in description


HOSTILE = [
    "<script>alert(1)</script> & \"quotes\" 'single'",
    "</text></svg><image href='https://example.org/a'/>",
    "\N{HEBREW LETTER ALEF}\N{HEBREW LETTER BET} \N{ARABIC LETTER BEH}",
    "\N{PILL} \N{CJK UNIFIED IDEOGRAPH-85E5}" * 20,
]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_of_medicines_are_text_and_nothing_else(name: str) -> None:
    """No name adds an element, and the whole of it stands in the description."""
    plain, shown = sheet("a", {**UNKNOWN, "text": "x"}), sheet("a", {**UNKNOWN, "text": name})
    assert [one.tag for one in drawn(shown).iter()] == [one.tag for one in drawn(plain).iter()]
    assert name in (drawn(shown).findtext(f"{SVG}desc") or "")


def test_controls_are_shown_and_never_obeyed() -> None:
    """Controls that break a drawing or turn words round are one visible sign; breaks are spaces."""
    assert printable("a\u202eb\x00c\u2066d\ud800") == "a\ufffdb\ufffdc\ufffdd\ufffd"
    assert printable("one\n\ttwo") == "one two"


def test_the_drawing_takes_nothing_from_outside() -> None:
    """No script, no style from elsewhere; the only addresses are those of its own patterns."""
    svg = timeline_svg(overdue("a"))
    assert "<script" not in svg
    assert "href" not in svg
    assert svg.count("http") == svg.count("http://www.w3.org/2000/svg") == 1


def contrast(one: str, other: str) -> float:
    """Give the contrast of two colours (WCAG 2.1, relative luminance)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


STATES = (
    *("overdue", "due", "planned", "satisfied", "continue", "no_rule"),
    *("contested", "prescriber", "undecidable", "unidentified"),
)


def test_states_are_told_apart_without_colour_and_are_easy_to_read() -> None:
    """Word, and letter with shape, are each state's own; white letters and coloured words have a contrast of 4.5."""
    line = sheet("a", METFORMIN)["lines"][0]
    marks = []
    for state in STATES:
        line["state"] = state
        marks.append(mark_of(line))
    assert len({mark.word for mark in marks}) == len({(mark.letter, mark.path) for mark in marks}) == len(STATES)
    for mark in marks:
        assert contrast(mark.colour, "#ffffff") >= 4.5
        assert contrast(mark.colour, "#f3f4f6") >= 4.5
        assert ET.fromstring(mark_svg(mark)).attrib["aria-hidden"] == "true"  # noqa: S314  # our own drawing


def test_an_axis_follows_elapsed_time_on_the_day_the_clock_changes() -> None:
    """The day of 25 hours is wider than its neighbours, and the days follow each other without a gap."""
    low, high = parse_exact_instant("2026-10-30T09:00:00-04:00"), parse_exact_instant("2026-11-03T09:00:00-05:00")
    axis = axis_of([Span(low, high)], [], NEW_YORK, left=0, right=1000)
    days = [*axis.days()]
    widths = {Zone("UTC").day_of(parse_exact_instant(f"{day}T12:00:00Z")): day for day in ("2026-11-01",)}
    by_day = {day: end - begin for begin, end, day in days}
    (long_day,) = widths
    assert by_day[long_day] / by_day[long_day + 1] == pytest.approx(25 / 24)
    assert all(later[0] == pytest.approx(earlier[1]) for earlier, later in pairwise(days))


def test_an_axis_of_years_still_has_few_labels() -> None:
    """However long the stretch, labels do not overlap."""
    low = parse_exact_instant("2020-01-01T00:00:00Z")
    axis = axis_of([Span(low, low + 2500 * DAY)], [], NEW_YORK, left=0, right=500)
    labels = [place for place, _ in axis.labelled_days()]
    assert labels
    assert all(later - earlier > 34 for earlier, later in pairwise(labels))


def test_times_are_read_as_a_decision_writes_them() -> None:
    """A day is the whole of it in the zone, and a range goes from its first to its last instant."""
    day = span_of("2026-11-21", NEW_YORK)
    assert day is not None
    assert day.high - day.low == DAY - 1
    assert span_of("from 2026-11-20 to 2026-11-21", NEW_YORK) == Span(day.low - DAY, day.high)
    assert span_of(None, NEW_YORK) is None
    assert instant_of("1800-01-01T00:00:00-04:56:02") - instant_of("1800-01-01T04:56:02+00:00") == 0
    assert short_date("from 2026-11-20 to 2027-01-02T08:00:00-05:00", year=2026) == "Fri 20 Nov to Sat 2 Jan 2027 08:00"


@pytest.mark.parametrize(
    ("as_of", "begins"),
    [
        ("2026-11-23T09:00:00-05:00", "9999-12-29"),
        ("0001-01-03T09:00:00-05:00", "0001-01-05T08:00:00-05:00"),
        ("0001-01-03T09:00:00-05:00", "9999-12-20T08:00:00-05:00"),
    ],
)
def test_the_ends_of_the_calendar_are_drawn_too(as_of: str, begins: str) -> None:
    """A slip in a year gives a strange sheet, and no fault of ours."""
    told = sheet("a", NAPROXEN, UNKNOWN, as_of=as_of, procedure={"status": "booked", "start": begins})
    assert any(word.startswith(("procedure", "→ procedure")) for word in words(told))
