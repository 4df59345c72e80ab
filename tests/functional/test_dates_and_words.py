"""What people read of dates, other positions, figures and the standing of a ruleset, on every page."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from program import cds

DRAFT = "DRAFT: no clinician has signed this content off."
RULESET = """
schema: cds-ruleset/1
id: dates
version: "1.0.0"
title: A ruleset that tells dates
lifecycle: {status: draft}
settings: {reminder_window: 1 d}
sources:
  handout: {title: Handout, citation: A handout, confirmed: primary}
  society: {title: Society, citation: A guideline, confirmed: secondary}
  hearsay: {title: Hearsay, citation: Quoted by others, confirmed: unconfirmed}
facts:
  care.started: {type: time, granularity: day, ask: "When did care start?"}
  postop.temperature: {type: quantity, unit: Cel, ask: "What is the temperature?"}
  procedure.start: {type: time, ask: "When does it start?"}
  medications:
    type: list
    ask: "Is the list complete?"
    items:
      substance: {type: concept, ask: "What is it?"}
      status: {type: enum, values: [active, stopped], ask: "Is it taken?"}
      last_dose: {type: time, ask: "When was the last dose?"}
      frequency: {type: quantity, unit: /d, ask: "How often?"}
substances:
  clopidogrel: {classes: [antiplatelet], names: [clopidogrel]}
  apixaban: {classes: [anticoagulant], names: [apixaban]}
classes: {antiplatelet: {title: Antiplatelet}, anticoagulant: {title: Anticoagulant}}
parameters:
  washout:
    title: Days without it
    positions:
      handout: {value: {full_days: 5}, confirmed: primary, locator: "Page 1", note: "counted in calendar days"}
      hearsay: {value: {full_days: 7}, confirmed: unconfirmed, note: "heard of"}
    resolve: {adopt: handout, because: an example, by: tester, decided: "2026-11-01"}
  doses:
    positions: {society: {value: {doses: 4, per_day: 2}, confirmed: secondary}}
    resolve: {adopt: society, because: an example, by: tester, decided: "2026-11-01"}
  trial:
    positions: {handout: {value: "3 wk", confirmed: primary}, society: {value: "6 wk", confirmed: secondary}}
    resolve: {adopt: handout, because: an example, by: tester, decided: "2026-11-01"}
advice:
  note: {title: Note this}
  hold: {title: Stop, hold: dated}
rules:
  - id: hold.clopidogrel
    kind: hold
    title: Last dose of clopidogrel
    for_each: med in medications
    when: {med.substance: {is: clopidogrel}}
    then: {advise: hold, severity: high, interval: $washout, text: "Plan the stop of {substance}."}
    on_unknown: ask
    sources: [handout]
  - id: hold.apixaban
    kind: hold
    title: Last dose of apixaban
    for_each: med in medications
    when: {med.substance: {is: apixaban}}
    then: {advise: hold, severity: high, interval: $doses, text: "Stop {substance} in time."}
    on_unknown: ask
    sources: [handout]
  - id: timing.trial
    kind: timing
    title: Go on with the trial
    when: {care.started: {at_most: 12 wk, before: as_of}}
    then:
      advise: note
      severity: moderate
      text: "Go on until {trial_ends}."
      dates: {trial_ends: {after: care.started, by: $trial}}
    on_unknown: ask
    sources: [{id: handout, strength: should}]
  - id: flag.fever
    kind: red_flag
    title: Fever
    when: {postop.temperature: {more_than: "101 [degF]"}}
    then: {advise: note, severity: high, text: "Fever."}
    on_unknown: ask
    sources: [handout]
  - id: contra.fever
    kind: contraindication
    title: Fever before it
    when: {postop.temperature: {at_least: 38 Cel}}
    then: {advise: note, severity: high, text: "Not with a fever."}
    on_unknown: ask
    sources: [{id: handout, locator: "Page 2", strength: must, standing: absolute}, {id: society, standing: relative}]
dispositions:
  - {code: proceed, text: "Nothing found."}
"""
FACTS: dict[str, Any] = {
    "schema": "cds-facts/1",
    "subject": "demo-100",
    "as_of": "2026-11-21T09:00:00-05:00",
    "zone": "America/New_York",
    "care": {"started": "2026-11-06"},
    "postop": {"temperature": "38.5 Cel"},
    "procedure": {"start": "2026-12-01T08:00:00-05:00"},
    "medications": {
        "reconciled": True,
        "items": [
            {"id": "m1", "text": "clopidogrel", "status": "active"},
            {"id": "m2", "text": "apixaban", "status": "active", "frequency": "1 /d"},
        ],
    },
}


@pytest.fixture(scope="module")
def ruleset(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Write the ruleset to a folder."""
    folder = tmp_path_factory.mktemp("dates")
    (folder / "ruleset.yaml").write_text(RULESET, encoding="utf-8")
    return str(folder)


def page(ruleset: str, command: str, *arguments: str, **changes: Any) -> str:
    """Give what a command prints for people, its lines joined without what stands in the left column."""
    given = json.dumps({**FACTS, **changes}).encode()
    ran = cds(command, "-", "--ruleset", ruleset, *arguments, given=given)
    assert (ran.status, ran.err) == (0, "")
    assert max(len(row) for row in ran.text.splitlines()) <= 100
    joined = " ".join(re.sub(r"^(applies|hold [a-z]+) {2,}", "", row) for row in ran.text.splitlines())
    return " ".join(joined.replace("│", " ").split())


@pytest.mark.parametrize("arguments", [("evaluate",), ("explain", "--rule", "flag.fever"), ("ask",)])
@pytest.mark.parametrize("asked", [True, False])
def test_every_page_says_that_the_ruleset_is_a_draft(ruleset: str, arguments: tuple[str, ...], *, asked: bool) -> None:
    """Also where there is nothing to ask."""
    changes: dict[str, Any] = {"care": {}} if asked else {}
    assert DRAFT in page(ruleset, *arguments, **changes)


def test_every_document_says_that_the_ruleset_is_a_draft(ruleset: str) -> None:
    """As its status, and a decision in the words of its disposition."""
    given = json.dumps(FACTS).encode()
    for arguments in (
        ("evaluate", "-", "--json"),
        ("ask", "-", "--json"),
        ("explain", "-", "--rule", "flag.fever", "--json"),
    ):
        assert cds(*arguments, "--ruleset", ruleset, given=given).document["ruleset"]["status"] == "draft"
    by_line = cds("evaluate", "--jsonl", "--ruleset", ruleset, given=given + b"\n").document
    assert by_line["ruleset"]["status"] == "draft"
    assert by_line["disposition"]["text"] == f"Nothing found. {DRAFT}"


def test_dates_have_their_weekday_and_are_told_by_other_positions_too(ruleset: str) -> None:
    """Those of the advice and those of the hold; an antiplatelet's last dose is one to take."""
    text = page(ruleset, "evaluate")
    for said in (
        "Sat 2026-11-21 09:00 -05:00 (America/New_York)",
        "Go on until Fri 2026-11-27. By other positions: Fri 2026-12-18 (society).",
        "Last dose to take: Wed 2026-11-25; no dose from Thu 2026-11-26 until the procedure.",
        "By other positions, last dose: Mon 2026-11-23 (hearsay, unconfirmed).",
    ):
        assert said in text


def test_a_medicine_taken_otherwise_than_its_source_assumes_is_not_told_to_be_stopped(ruleset: str) -> None:
    """The title stands for the rule's text, and the reason is said."""
    text = page(ruleset, "evaluate")
    assert "Stop apixaban" not in text
    assert "apixaban: Last dose of apixaban. Stopping it is for the prescriber" in text
    assert "It is taken at another frequency than the source of the interval assumes (4 doses at 2 a day)." in text


def test_a_source_says_how_absolute_it_is_and_a_position_what_is_noted_on_it(ruleset: str) -> None:
    """Beside each other, each under its own source."""
    text = page(ruleset, "evaluate")
    for said in (
        "Source: handout, Page 2 (must, absolute contraindication)",
        "Source: society* (relative contraindication)",
        "Days without it: adopted, from handout: 5 full days handout: Page 1; counted in calendar days",
        "UNCONFIRMED, said to be in hearsay, not read there: 7 full days hearsay: heard of",
    ):
        assert said in text


def test_an_explanation_tells_temperatures_in_both_units(ruleset: str) -> None:
    """Exactly; the data keeps the unit of the fact."""
    text = page(ruleset, "explain", "--rule", "flag.fever")
    assert "Yes: postop.temperature more than about 38.33 °C (101 °F) (38.5 °C (101.3 °F))." in text
    assert "yes postop.temperature more than about 38.33 °C (101 °F) (38.5 °C (101.3 °F))" in text
    given = json.dumps(FACTS).encode()
    ran = cds("explain", "-", "--rule", "flag.fever", "--json", "--ruleset", ruleset, given=given)
    (world,) = ran.document["explanations"][0]["worlds"]
    assert world["because"] == [
        {"leaf": "postop.temperature more than 115/3 Cel", "value": "38.5 Cel", "truth": "true"}
    ]


def test_what_no_calendar_has_is_told_as_not_known(ruleset: str) -> None:
    """A decision is made all the same."""
    late = {"as_of": "9999-12-25T09:00:00-05:00", "procedure": {"start": "9999-12-30T08:00:00-05:00"}}
    text = page(ruleset, "evaluate", **late, care={"started": "9999-12-20"})
    assert "Go on until (not known: it lies outside the calendar)." in text
