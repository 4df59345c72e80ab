"""`cds evaluate`: one patient in, one decision out."""

from __future__ import annotations

import json
import re

import pytest
from program import BUNDLE, NAPROXEN, PATIENTS, SPARSE, START, WHEN, cds, line, patient
from terminal import run_on_terminal

COLOUR = re.compile(rb"\x1b\[[0-9;]*3[0-9]m")
DRAFT = "DRAFT: no clinician has signed this content off."


def test_json_is_the_canonical_decision_and_a_newline() -> None:
    """With --json, standard output is the canonical bytes of one decision and a newline, and nothing else is said."""
    ran = cds("evaluate", NAPROXEN, "--json")
    assert (ran.status, ran.err) == (0, "")
    assert ran.document["schema"] == "cds-decision/1"
    assert ran.document["engines"] == ["durable", "reference"]
    compact = json.dumps(ran.document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert ran.out == compact.encode() + b"\n"


def test_the_same_input_gives_the_same_bytes() -> None:
    """Two processes with different hash seeds print the same, as JSON and as text."""
    for arguments in (("--json",), ()):
        one, other = (cds("evaluate", SPARSE, *arguments, PYTHONHASHSEED=seed) for seed in ("1", "2"))
        assert one.out == other.out


def test_standard_input_is_read() -> None:
    """`-` reads standard input, and decides as the file does."""
    given = NAPROXEN.read_bytes()
    assert cds("evaluate", "-", "--json", given=given).out == cds("evaluate", NAPROXEN, "--json").out


def test_people_read_who_when_what_and_why() -> None:
    """The page for people has patient, time, ruleset with its standing, disposition, text, positions and sources."""
    text = cds("evaluate", NAPROXEN).text
    for said in (
        "demo-018",
        "Mon 2026-11-23 09:00 -05:00 (America/New_York)",
        "vertebral-augmentation",
        DRAFT,
        "DEFER",
        "hold overdue",
        "adopted, from seed-0, spine-surgeon-page*: 7 full days",
        "differs, in asra-2018*: 4 full days",
        "Rule hold.nsaid-naproxen-meloxicam on medications/m1",
        "The clinician decides.",
    ):
        assert said in text


@pytest.mark.parametrize("path", [NAPROXEN, SPARSE], ids=lambda path: path.stem)
def test_a_page_fits_one_hundred_columns_without_colour(path: object) -> None:
    """What is piped has no colour codes, no line over 100 columns and no space at a line's end."""
    text = cds("evaluate", str(path)).text
    assert "\x1b" not in text
    assert max(len(row) for row in text.splitlines()) <= 100
    assert [row for row in text.splitlines() if row != row.rstrip()] == []


def test_an_unconfirmed_figure_is_never_shown_as_cited() -> None:
    """Where a decision holds an unconfirmed position, the page marks it, and it is not adopted."""
    path = PATIENTS / "conditions-clopidogrel-no-stent.json"
    unconfirmed = [
        position
        for found in cds("evaluate", path, "--json").document["recommendations"]
        for position in found["positions"]
        if position["confirmed"] == "unconfirmed"
    ]
    assert unconfirmed
    assert not any(position["adopted"] for position in unconfirmed)
    text = cds("evaluate", path).text
    for position in unconfirmed:
        assert re.search(rf"UNCONFIRMED, said to be in {position['source']}", text)


def test_every_question_of_the_decision_is_on_the_page() -> None:
    """The page asks everything that the decision asks."""
    asked = cds("evaluate", SPARSE, "--json").document["ask"]
    text = cds("evaluate", SPARSE).text
    assert f"To ask ({len(asked)})" in text
    assert all(question["fact"] in text.replace("\n", "") for question in asked)


def test_all_lists_the_rules_that_do_not_apply() -> None:
    """With --all, rules that are FALSE or skipped are listed too; the others stay as they are."""
    some = cds("evaluate", NAPROXEN, "--json").document["recommendations"]
    every = cds("evaluate", NAPROXEN, "--json", "--all").document["recommendations"]
    rest = [found for found in every if found not in some]
    assert [found for found in every if found in some] == some
    assert {found["status"] for found in rest} >= {"does_not_apply"}
    assert {found["status"] for found in rest} <= {"does_not_apply", "skipped"}
    assert "does not apply" in cds("evaluate", NAPROXEN, "--all").text


def test_what_matters_stands_on_a_few_lines_at_the_top() -> None:
    """Each recommendation that is not only information has its line, a hold with its last dose; the rest is counted."""
    text = cds("evaluate", NAPROXEN).text
    glance = text[text.index("At a glance") : text.index("Medicines before the procedure")]
    assert "high  hold overdue  Aleve 220 mg: Last dose of naproxen" in glance
    assert "permitted dose Thu 2026-11-19" in glance
    listed = cds("evaluate", NAPROXEN, "--json").document["recommendations"]
    others = [one for one in listed if one["severity"] == "info" or one["status"] == "overridden"]
    assert f"{len(others)} more for information, or overridden" in glance
    assert "At a glance" not in cds("evaluate", PATIENTS / "proceed-malignant-urgent.json").text


@pytest.mark.parametrize("engine", ["durable", "reference"])
def test_one_engine_alone_decides_the_same_and_says_so(engine: str) -> None:
    """One engine gives the same decision digest; the page tells that nothing was checked against it."""
    alone = cds("evaluate", NAPROXEN, "--json", "--engine", engine).document
    assert alone["engines"] == [engine]
    assert alone["digest"] == cds("evaluate", NAPROXEN, "--json").document["digest"]
    assert f"{engine} alone, not checked against another" in cds("evaluate", NAPROXEN, "--engine", engine).text


def test_time_and_zone_may_be_given_beside_the_facts() -> None:
    """`as_of` and `zone` from options decide as those in the document do; the same instant under another offset too."""
    bare = line(patient(as_of=None, zone=None))
    beside = ("--as-of", "2026-11-23T14:00:00Z", "--zone", "America/New_York")
    assert cds("evaluate", "-", "--json", *beside, given=bare).out == cds("evaluate", NAPROXEN, "--json").out
    assert cds("evaluate", NAPROXEN, "--json", *beside).status == 0


def test_the_procedure_may_be_given_beside_the_facts() -> None:
    """What options say of the procedure decides as the same words in the document do."""
    whole = patient()
    said = {key: whole["procedure"].pop(key) for key in ("kind", "start", "status")}
    options = [part for key, value in said.items() for part in (f"--procedure-{key}", value)]
    assert cds("evaluate", "-", "--json", *options, given=line(whole)).out == cds("evaluate", NAPROXEN, "--json").out


def test_a_bundle_is_read_by_its_resource_type() -> None:
    """A FHIR Bundle decides, and the page tells what became of its resources."""
    ran = cds("evaluate", BUNDLE, *WHEN, *START)
    assert ran.status == 0
    assert "What became of the Bundle's resources" in ran.text
    as_json = cds("evaluate", BUNDLE, *WHEN, *START, "--json")
    assert as_json.document["schema"] == "cds-decision/1"
    assert "a fact was read" in as_json.err


def test_colours_are_for_terminals() -> None:
    """On a terminal there are colours, and NO_COLOR takes them away."""
    assert COLOUR.search(run_on_terminal(["evaluate", str(NAPROXEN)], {}))
    assert not COLOUR.search(run_on_terminal(["evaluate", str(NAPROXEN)], {"NO_COLOR": "1"}))
