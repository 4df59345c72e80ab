"""A sheet as HTML: all that a pharmacist needs, as text, in one file."""

from __future__ import annotations

import sys
from html.parser import HTMLParser

import pytest
from made_up_sheets import METFORMIN, NAPROXEN, UNKNOWN, WARFARIN, overdue, sheet, start

from cds.errors import InputError
from cds.holds import to_html
from cds.holds.model import Sheet
from cds.holds.to_html import sheet_html

CLOPIDOGREL = {"text": "clopidogrel 75 mg", "status": "active", "route": "oral", "indication": "other"}


class Reading(HTMLParser):
    """The words and the elements of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.parts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element and what it refers to."""
        self.tags.append(tag)
        self.parts += " " if tag in {"dd", "dt", "p", "td", "th"} else ""
        self.tags += [f"{name}=" for name, _ in attrs if name in {"href", "src", "xlink:href", "action"}]
        self.tags += [f"{name}=" for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        """Note words."""
        self.parts.append(data)


def words(of: Sheet) -> str:
    """Give the words of a sheet as they are read."""
    return " ".join("".join(Reading(sheet_html(of)).parts).split())


def test_a_sheet_says_who_when_and_by_what() -> None:
    """Subject, procedure, time, ruleset, standing, disposition and for whom it is."""
    shown = overdue("demo-7")
    said = words(shown)
    for part in (
        "For healthcare professionals; not patient instructions",
        "Medication holds: demo-7",
        "Start Fri 2026-11-27 08:00 -05:00 (America/New_York)",
        "As of Mon 2026-11-23 09:00 -05:00",
        "DRAFT: no clinician has signed this content off.",
        f"Ruleset vertebral-augmentation {shown['ruleset']['version']} ({shown['ruleset']['digest'][7:19]})",
        f"decision {shown['decision'][7:19]}",
        shown["earliest_text"],
    ):
        assert part in said


def test_a_line_says_what_to_do_by_when_and_why() -> None:
    """State in words, what it means, the arithmetic, other positions and sources."""
    shown = overdue("a")
    said, line = words(shown), shown["lines"][0]
    assert "Overdue. Too late for the planned procedure; earliest by this hold: Mon 2026-11-30" in said
    assert line["why"] in said
    assert "Other positions: Sat 2026-11-21: 5 full days by philadelphia-pain-page" in said
    assert "Sources: asra-2018, icsi-2014, seed-0, sir-2019" in said


def test_only_an_antithrombotic_has_a_last_dose_to_take() -> None:
    """An anticoagulant is never to be stopped by a day; other medicines have a last permitted dose."""
    said = words(sheet("a", CLOPIDOGREL, procedure=start("2026-12-08")))
    assert "Planned. Last dose to take: Wed 2026-12-02" in said
    assert "stop by" not in said.casefold()
    assert "Planned. Last permitted dose: Mon 2026-11-30" in words(sheet("a", NAPROXEN))


def test_what_is_open_names_whom_and_what_to_ask() -> None:
    """Where no date can be given the sheet says who decides, and asks every question of the decision."""
    shown = sheet("a", {**WARFARIN, "indication": "mechanical_valve"}, UNKNOWN)
    said = words(shown)
    assert "Whom: prescriber of the medicine (who that is, is not on record); proceduralist" in said
    assert "Unidentified. Find out what it is" in said
    assert shown["ask"]
    assert all(" ".join(question["prompt"].split()) in said for question in shown["ask"])


def test_a_question_for_several_medicines_is_written_once() -> None:
    """It has a letter, by which each of the medicines refers to it."""
    shown = sheet("a", NAPROXEN, {**NAPROXEN, "text": "Aleve"}, procedure=start(None))
    prompt = next(question["prompt"] for question in shown["ask"] if question["fact"] == "procedure.start")
    said = words(shown)
    assert said.count(prompt) == 1
    assert f"Ask for several of them: (A) {prompt}" in said
    assert said.count("Ask: (A)") == sum(prompt in [one["prompt"] for one in line["ask"]] for line in shown["lines"])


def test_what_a_rule_leaves_open_is_named_where_the_arithmetic_does_not() -> None:
    """A hold whose rule cannot be decided shows the words of the rule, not only that there is no date."""
    shown = sheet("a", CLOPIDOGREL, UNKNOWN)
    line = next(line for line in shown["lines"] if line["substance"] == "clopidogrel")
    assert line["reason"] == "condition_unknown"
    assert " ".join(line["text"].split()) in words(shown)


def test_alerts_stand_above_everything_else() -> None:
    """What must not be overlooked comes before the drawing and the list."""
    shown = sheet("a", NAPROXEN)
    shown["lines"][0]["alerts"] = [
        {"code": "inside_interval", "severity": "critical", "text": "Inside <the> interval."}
    ]
    said = words(shown)
    assert said.index("Alert: 1 naproxen 500 mg. Inside <the> interval.") < said.index("State, medication")


def test_an_empty_list_says_so_and_an_open_one_too() -> None:
    """Nothing to hold is never shown as an empty page."""
    assert "No medication is on the list, which is said to be complete." in words(sheet("a"))
    assert "The list of medications is not known to be complete." in words(sheet("a", METFORMIN, complete=False))


def test_changes_and_acknowledgements_are_shown() -> None:
    """What is other than last time, and who has taken note of it, stand with the line."""
    shown = sheet("a", NAPROXEN)
    shown["lines"][0]["changes"] = [{"code": "deadline", "before": None, "after": None, "text": "Deadline moved."}]
    shown["lines"][0]["acknowledged"] = {"by": "ph-3", "at": "2026-11-22T10:00:00-05:00", "reason": "patient_informed"}
    said = words(shown)
    assert "Changed: Deadline moved." in said
    assert "Acknowledged: by ph-3, Sun 2026-11-22 10:00 -05:00: patient_informed." in said


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>", "</style></td><script>a</script>", "A & B \"C\" 'D'", "{{ 7*7 }}"]
)
def test_everything_from_outside_is_text(name: str) -> None:
    """Names of medicines, subjects and units add no element and no handler, and are shown as they are."""
    plain, shown = sheet("a", {**UNKNOWN, "text": "x"}), sheet("a", {**UNKNOWN, "text": name})
    shown["subject"] = shown["unit"] = name
    plain["unit"] = "x"
    read = Reading(sheet_html(shown))
    assert read.tags == Reading(sheet_html(plain)).tags
    assert name in "".join(read.parts)


def test_the_file_needs_nothing_else() -> None:
    """No script, no handler, no reference; the same sheet gives the same bytes."""
    page = sheet_html(overdue("a"))
    read = Reading(page)
    assert {"script", "link", "img", "iframe", "href=", "src="}.isdisjoint(read.tags)
    assert "@import" not in page
    assert page == sheet_html(overdue("a"))


def test_a_missing_package_is_named_with_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has not installed the packages for sheets is told how."""
    monkeypatch.setitem(sys.modules, "jinja2", None)
    to_html._template.cache_clear()  # noqa: SLF001  # the template of an earlier test
    with pytest.raises(InputError, match=r"pip install cds\[sheets\]"):
        sheet_html(sheet("a"))
