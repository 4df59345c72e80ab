"""Files of cases are read as strictly as a ruleset (language §15.1)."""

from __future__ import annotations

from pathlib import Path

import pytest
from case_rulesets import BASE, ruleset_in

from cds.errors import InputError, RulesetError
from cds.verification.cases.reading import read_cases

TWO = f'{BASE}  check.platelets:\n    - {{case: "one", expect: applies}}\n    - {{case: "two", expect: applies}}\n'
OTHER = f'{BASE}  hold.nsaid:\n    - {{case: "three", expect: does_not_apply}}\n'


def test_cases_know_where_they_stand(tmp_path: Path) -> None:
    """Cases come in the order of the files and of the lines, each with its area and its place."""
    cases = read_cases(ruleset_in(tmp_path, b=TWO, a=OTHER))
    assert [(case.area, case.rule, case.title, case.file.name, case.line) for case in cases] == [
        ("a", "hold.nsaid", "three", "a.yaml", 11),
        ("b", "check.platelets", "one", "b.yaml", 11),
        ("b", "check.platelets", "two", "b.yaml", 12),
    ]


def test_cases_of_one_rule_or_one_area(tmp_path: Path) -> None:
    """A rule or an area chooses; the files of other areas are then not looked at."""
    loaded = ruleset_in(tmp_path, b=TWO, a=OTHER)
    assert [case.title for case in read_cases(loaded, rule="hold.nsaid")] == ["three"]
    assert [case.title for case in read_cases(loaded, area="b")] == ["one", "two"]
    assert read_cases(loaded, area="a", rule="check.platelets") == ()
    (tmp_path / "cases" / "a.yaml").write_text("schema: cds-cases/1\n", encoding="utf-8")
    assert len(read_cases(loaded, area="b")) == 2


def test_a_ruleset_without_cases_has_none(tmp_path: Path) -> None:
    """No file of cases is no error."""
    assert read_cases(ruleset_in(tmp_path)) == ()


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"rule": "check.platelet"}, "there is no rule `check.platelet`; did you mean `check.platelets`?"),
        ({"area": "aa"}, "there is no file of cases for the area `aa`; expected one of `a` or `b`; did you mean `a`?"),
    ],
)
def test_what_is_not_there_is_told(wanted: dict[str, str], said: str, tmp_path: Path) -> None:
    """A rule or an area that is not there is refused with the nearest name."""
    loaded = ruleset_in(tmp_path, b=TWO, a=OTHER)
    with pytest.raises(InputError, match=r".") as refused:
        read_cases(loaded, **wanted)
    assert str(refused.value) == said


def test_an_area_without_any_cases_is_told(tmp_path: Path) -> None:
    """Where there are no cases at all, it is said how a file of them begins."""
    with pytest.raises(InputError, match="expected files that begin with `schema: cds-cases/1`"):
        read_cases(ruleset_in(tmp_path), area="a")


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("{case: it}", "11:7: rules[check.platelets][0]: `expect` is missing; expected"),
        ("{case: it, on: m1, expect: applies}", "11:18: rules[check.platelets][0]: `on` without quotes is a boolean"),
        ("{case: it, expct: applies, expect: applies}", "the key `expct` is not known here; expected `case`, `given`"),
        ("{case: it, expect: aplies}", "rules[check.platelets][0].expect: `aplies` is not known here"),
        ("{case: it, expect: {status: applies, stat: due}}", "did you mean `state`?"),
        ("{case: it, expect: {state: due}}", "rules[check.platelets][0].expect: `status` is missing"),
        ("{case: it, expect: {status: applies, ask: labs.inr}}", ".expect.ask: `labs.inr` is text; expected a list"),
    ],
)
def test_slips_are_told_at_their_place(case: str, said: str, tmp_path: Path) -> None:
    """An author finds file, line, what is wrong and what is expected."""
    loaded = ruleset_in(tmp_path, small=f"{BASE}  check.platelets:\n    - {case}\n")
    with pytest.raises(RulesetError, match=r".") as refused:
        read_cases(loaded)
    assert said in str(refused.value)
    assert str(refused.value).startswith(f"{tmp_path}/cases/small.yaml:11:")


def test_rules_that_are_not_there_and_titles_that_stand_twice_are_refused(tmp_path: Path) -> None:
    """A case of no rule would be forgotten, and two of one title could not be told apart."""
    one = "{case: it, expect: applies}"
    loaded = ruleset_in(tmp_path, small=f"{BASE}  check.platelet: [{one}]\n  hold.nsaid: [{one}, {one}]\n")
    with pytest.raises(RulesetError, match=r".") as refused:
        read_cases(loaded)
    assert [str(problem).split("small.yaml:")[1] for problem in refused.value.problems] == [
        "10:3: rules[check.platelet]: there is no rule `check.platelet`; did you mean `check.platelets`?",
        "11:52: rules[hold.nsaid][1].case: `it` stands twice; expected one title a case",
    ]
