"""The places in texts for people: each is filled, or the ruleset is refused (language §8.10)."""

from __future__ import annotations

import re

import pytest
from builders import MEDICATIONS, decision_of, listed, patient, program_of, recommendation, refusal_of

from cds.ir.places_in_texts import OF_DATED_HOLDS, OF_DISPOSITIONS, OF_EVERY_RULE

WEEK = """
parameters:
  week:
    positions: {handout: {value: {full_days: 7}, confirmed: primary}}
    resolve: {adopt: handout, because: "x", by: "y", decided: "2026-11-01"}
"""
OF_HOLD = ", kind: hold, advise: hold, interval: $week"
DATES = ", dates: {seen.by: {after: procedure.start, by: 1 wk}, ends_2: {before: procedure.start, by: 2 h}}"


def rules(text: str, more: str = "") -> str:
    """Write a ruleset with one rule on ibuprofen."""
    return (
        "rules: {rule: {for_each: m in medications, when: {m.substance: {is: ibuprofen}}, "
        f"text: '{text}'{more}}}}}"
    )


@pytest.mark.parametrize(
    ("places", "more"),
    [
        (OF_EVERY_RULE, ""),
        (OF_EVERY_RULE | OF_DATED_HOLDS, OF_HOLD),
        (OF_EVERY_RULE | {"seen.by", "ends_2"}, DATES),
        (OF_EVERY_RULE | OF_DATED_HOLDS | {"seen.by", "ends_2"}, OF_HOLD + DATES),
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_every_place_that_may_stand_in_a_text_is_filled(places: frozenset[str], more: str, *, known: bool) -> None:
    """No brace is ever printed, whether the dates are known or not."""
    text = " ".join(f"{{{place}}}" for place in sorted(places))
    program = program_of(MEDICATIONS, WEEK, rules(text, more))
    medications = listed({"text": "Advil", "status": "active", "last_dose": "2026-11-20" if known else None})
    facts = patient(program, procedure={"start": "2026-12-15" if known else None}, medications=medications)
    said = recommendation(decision_of(program, facts), "rule", "medications/m1")["text"]
    assert "Advil" in said
    assert not re.search(r"[{}]", said)


def test_every_place_of_a_disposition_is_filled() -> None:
    """It names the ruleset that decided."""
    text = " ".join(f"{{{place}}}" for place in sorted(OF_DISPOSITIONS))
    program = program_of(MEDICATIONS, f"dispositions: [{{code: proceed, text: '{text}'}}]", rules("Go."))
    assert decision_of(program, patient(program))["disposition"]["text"].startswith("small 1.0.0")


@pytest.mark.parametrize(
    ("text", "more", "said"),
    [
        ("Stop {medicaton}.", "", "nothing fills the place `{medicaton}`"),
        ("Stop {medicaton}.", "", "did you mean `{medication}`?"),
        ("By {last_permitted_dose}.", "", "rules[rule].then.text: nothing fills the place `{last_permitted_dose}`"),
        ("Not {interval}.", ", kind: hold, advise: refer", "nothing fills the place `{interval}`"),
        ("Until {Ends}, {}.", DATES, "`{}`"),
        ("Until {ends_3}.", DATES, "did you mean `{ends_2}`?"),
        (
            "Stop.",
            ', restart: "On {seen.by}."' + DATES,
            "rules[rule].then.restart: nothing fills the place `{seen.by}`",
        ),
        ("Stop.", ', title: "Stop {substance}"', "expected no braces"),
        ("Stop.", ", dates: {interval: {after: procedure.start, by: 1 d}}", "`{interval}` stands for something else"),
    ],
)
def test_a_place_that_nothing_fills_is_refused(text: str, more: str, said: str) -> None:
    """With what is near."""
    assert said in refusal_of(MEDICATIONS, WEEK, rules(text, more))


def test_a_place_that_no_disposition_has_is_refused() -> None:
    """It would be printed with its braces."""
    row = "dispositions: [{code: proceed, text: 'By {medication}.'}]"
    assert "dispositions[0].text: nothing fills the place `{medication}`" in refusal_of(MEDICATIONS, row, rules("Go."))
