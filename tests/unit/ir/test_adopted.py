"""Tests on parameters become nodes that hold or do not, world by world (language §7.12)."""

from __future__ import annotations

from typing import Any

import pytest
from builders import overlaid_from, patient, place_of, program_of, refusal_of

from cds.errors import RulesetError
from cds.ir.from_ruleset import compile_ruleset
from cds.ir.nodes import Adopted, Condition
from cds.outcome.explanation import explanation
from cds.outcome.reasons import reasons

RESOLVED = 'because: "x", by: "y", decided: "2026-11-01"'
PARAMETERS = f"""
facts: {{a.one: {{type: boolean}}}}
parameters:
  policy:
    positions:
      handout: {{value: trial, confirmed: primary}}
      society: {{value: any, confirmed: secondary}}
      hearsay: {{value: never, confirmed: unconfirmed}}
    resolve: {{adopt: handout, {RESOLVED}}}
  strict:
    positions: {{handout: {{value: true, confirmed: primary}}}}
    resolve: {{adopt: handout, {RESOLVED}}}
  days:
    positions: {{handout: {{value: {{full_days: 7}}, confirmed: primary}}}}
    resolve: {{adopt: handout, {RESOLVED}}}
  local: {{unset: "each site has its own"}}
"""


def nodes_of(test: str, parameters: str = PARAMETERS) -> list[Condition]:
    """Compile one test, in every world."""
    return [world.conditions["rule"] for world in program_of(parameters, rule_of(test)).worlds]


def rule_of(test: str) -> str:
    """Write a rule with nothing but a test."""
    return f"rules: {{rule: {{when: {{{test}}}}}}}"


@pytest.mark.parametrize(
    ("test", "node"),
    [
        ("$policy: {is: trial}", Adopted("policy", "is trial", "trial (handout)", holds=True)),
        ("$policy: {is: any}", Adopted("policy", "is any", "trial (handout)", holds=False)),
        ("$policy: {is: never}", Adopted("policy", "is never", "trial (handout)", holds=False)),
        ("$policy: {in: [trial, any]}", Adopted("policy", "in [any, trial]", "trial (handout)", holds=True)),
        ("$policy: {in: [any]}", Adopted("policy", "is any", "trial (handout)", holds=False)),
        ("$strict: {is: true}", Adopted("strict", "is true", "true (handout)", holds=True)),
        ("$days: {set: true}", Adopted("days", "is set", "7 full days (handout)", holds=True)),
        ("$days: {set: false}", Adopted("days", "is not set", "7 full days (handout)", holds=False)),
        ("$local: {set: true}", Adopted("local", "is set", "not configured", holds=False)),
        ("$local: {set: false}", Adopted("local", "is not set", "not configured", holds=True)),
        ("$local: {is: early}", Adopted("local", "is early", "not configured", holds=None)),
        ("$local: {in: [late, early]}", Adopted("local", "in [early, late]", "not configured", holds=None)),
    ],
)
def test_a_test_is_decided_by_what_is_adopted(test: str, node: Adopted) -> None:
    """By the word of the adopted position, or by there being one at all."""
    assert nodes_of(test) == [node]


def test_an_open_question_is_answered_world_by_world() -> None:
    """Each world has the word of its own source; an unconfirmed one makes none."""
    found = nodes_of("$policy: {is: trial}", PARAMETERS.replace("{adopt: handout", "{adopt: none", 1))
    assert found == [
        Adopted("policy", "is trial", "trial (handout)", holds=True),
        Adopted("policy", "is trial", "any (society)", holds=False),
    ]


@pytest.mark.parametrize(
    ("test", "said"),
    [
        (
            "$policy: {is: trail}",
            "no position on `policy` is `trail`; expected one of any, never, trial; did you mean `trial`?",
        ),
        ("$policy: {is: true}", "no position on `policy` is `true`; expected one of any, never, trial"),
        ("$strict: {in: [maybe]}", "no position on `strict` is `maybe`; expected one of true"),
        ("$days: {is: weekly}", "the parameter `days` is not a word; expected `set`, which goes with every parameter"),
        ("$polcy: {set: true}", "there is no parameter `polcy`; did you mean `$policy`?"),
        ("$policy: {is: trial, in: [any]}", "a test on a parameter is one of `is`, `in` and `set`"),
        ("$policy: {}", "a test on a parameter is one of `is`, `in` and `set`"),
        ("$policy: {is: trial}, $strict: {is: true}", "a test names exactly one parameter, found 2"),
        ("$policy: {is: 5}", "`5` is a number; expected `true` or `false`, or text"),
        ("$Policy: {is: trial}", "`$Policy` is not written as it should be; expected a parameter"),
    ],
)
def test_what_does_not_fit_is_refused(test: str, said: str) -> None:
    """Words that no position has, figures, names that are not there, and more or less than one test."""
    assert said in refusal_of(PARAMETERS, rule_of(test))


def site(change: str, test: str) -> Any:
    """Compile an overlay on a ruleset with one test."""
    return compile_ruleset(overlaid_from(change, PARAMETERS, rule_of(test))).worlds[0].conditions["rule"]


def test_a_site_decides_by_what_it_sets_or_adopts() -> None:
    """A word that is set need not be that of the test at hand."""
    said = f"set: {{local: {{value: early, {RESOLVED}}}}}"
    assert site(said, "$local: {in: [early, late]}") == Adopted("local", "in [early, late]", "early (site)", holds=True)
    assert site(said, "any: [{$local: {is: late}}, {$local: {is: early}}]").parts[1].holds is False
    adopted = f"adopt: {{policy: {{adopt: society, {RESOLVED}}}}}"
    assert site(adopted, "$policy: {is: any}") == Adopted("policy", "is any", "any (society)", holds=True)


def test_a_site_may_answer_a_question_of_yes_and_no_either_way() -> None:
    """Though the rules ask for one of them only."""
    said = f"set: {{local: {{value: false, {RESOLVED}}}}}"
    assert site(said, "$local: {is: true}") == Adopted("local", "is true", "false (site)", holds=False)


@pytest.mark.parametrize(
    ("value", "test", "said"),
    [
        (
            "erly",
            "$local: {in: [early, late]}",
            "no rule asks whether `local` is `erly`; expected one of early, late; did you mean `early`?",
        ),
        ("early", "$local: {is: true}", "no rule asks whether `local` is `early`; expected one of false, true"),
        ("true", "$local: {is: early}", "no rule asks whether `local` is `true`; expected one of early"),
    ],
)
def test_a_word_that_a_site_sets_is_one_that_is_asked_for(value: str, test: str, said: str) -> None:
    """Misspelled, it would switch off what it should switch on."""
    with pytest.raises(RulesetError) as caught:
        site(f"set: {{local: {{value: {value}, {RESOLVED}}}}}", test)
    assert said in str(caught.value)


def test_a_value_that_nothing_tests_may_be_any() -> None:
    """Where it stands in a leaf, or is only asked whether it is there."""
    assert site(f"set: {{local: {{value: 5, {RESOLVED}}}}}", "$local: {set: true}").holds is True


def test_an_explanation_tells_what_another_adoption_would_do() -> None:
    """The word that is adopted stands with its source."""
    program = program_of(PARAMETERS, rule_of("all: [{$policy: {is: any}}, {a.one: {is: true}}]"))
    at = place_of(program, patient(program, a={"one": True}))
    condition = program.worlds[0].conditions["rule"]
    whole = explanation(condition, at)
    adopted = next(part for part in whole.parts if part.leaf and part.leaf.leaf == "adopted policy is any")
    assert adopted.settles
    assert [leaf.value for leaf in reasons(condition, at)] == ["trial (handout)"]


def test_the_positions_of_a_tested_parameter_go_with_the_rule() -> None:
    """With where each stands, and what readers should know."""
    located = PARAMETERS.replace(
        "trial, confirmed: primary", 'trial, confirmed: primary, locator: "p. 4", note: "For most"'
    )
    positions = program_of(located, rule_of("$policy: {is: trial}")).rules["rule"].positions
    shown = [(each.source, each.value, each.adopted, each.locator, each.note) for each in positions]
    assert shown == [
        ("handout", "trial", True, "p. 4", "For most"),
        ("hearsay", "never", False, None, None),
        ("society", "any", False, None, None),
    ]
