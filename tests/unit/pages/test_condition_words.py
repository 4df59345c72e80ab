"""Conditions in words, as an outline, in one line, and as what is adopted leaves them."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from pydantic import TypeAdapter

from cds.ruleset.conditions import Condition
from cds.ruleset.model import Parameter
from cds.verification.pages.condition_words import outlined
from cds.verification.pages.in_force import in_force

DECIDED = {"because": "it is ours", "by": "clinic", "decided": "2026-11-01"}


def parameter(adopt: str, **values: Any) -> Parameter:
    """Give a parameter with these positions."""
    positions = {source: {"value": value, "confirmed": "primary"} for source, value in values.items()}
    return Parameter.model_validate({"positions": positions, "resolve": {"adopt": adopt, **DECIDED}})


PARAMETERS = {
    "limit": parameter("handout", handout="1.5"),
    "policy": parameter("handout", handout="wait", society="go"),
    "open": parameter("none", handout="wait", society="go"),
    "hold": parameter("handout", handout={"full_days": 7}),
    "site": Parameter.model_validate({"unset": "for the site"}),
}


def condition(text: str) -> Condition:
    """Read a condition."""
    adapter: TypeAdapter[Condition] = TypeAdapter(Condition)
    return adapter.validate_json(json.dumps(yaml.safe_load(text)), strict=True)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{a.b: {is: true}}", "`a.b` is true"),
        ("{a.b: {is_not: word}}", "`a.b` is not word"),
        ("{a.b: {in: [one, two]}}", "`a.b` is one of one, two"),
        ("{a.b: {in_class: nsaid}}", "`a.b` is in the class nsaid"),
        ("{a.b: {more_than: $limit}}", "`a.b` more than `$limit` (1.5)"),
        ("{a.b: {between: [30 mL/min, 50 mL/min]}}", "`a.b` between 30 mL/min and 50 mL/min"),
        ("{a.b: {at_most: 3 wk, before: as_of}}", "`a.b` at most 3 wk before `as_of`"),
        ("{a.b: {less_than: $site, after: c.d}}", "`a.b` less than `$site` (not configured) after `c.d`"),
        ("{a.b: {inside: $hold, before: c.d}}", "`a.b` inside `$hold` (7 full days) before `c.d`"),
        ("{a.b: {known: false}}", "`a.b` is not known"),
        ("{$policy: {is: wait}}", "`$policy` (wait) is wait"),
        ("{$open: {in: [wait, go]}}", "`$open` (open) is one of wait, go"),
        ("{$site: {set: false}}", "`$site` (not configured) is not configured"),
        ("{rule: {applies: some.rule}}", "the rule `some.rule` applies"),
        ("{kind: {any_applies: hold}}", "any rule of the kind `hold` applies"),
        ("{advice: {any_applies: check}}", "any rule with the advice `check` applies"),
        ("{not: {a.b: {is: true}}}", "not: `a.b` is true"),
        (
            "{all: [{a: {is: true}}, {any: [{b: {is: true}}, {c: {is: true}}]}]}",
            "`a` is true and (`b` is true or `c` is true)",
        ),
        ("{all: [{a: {is: true}}]}", "`a` is true"),
        (
            "{exists: {each: x in list, where: {x.y: {is: true}}, other: true}}",
            "there is `x` in other `list`, for which: `x.y` is true",
        ),
        (
            "{every: {each: x in list, where: {all: [{x.y: {is: true}}, {x.z: {is: true}}]}}}",
            "every `x` in `list`, for which: (`x.y` is true and `x.z` is true)",
        ),
    ],
)
def test_every_form_has_words(text: str, line: str) -> None:
    """Each form and operator of the language reads as a sentence would, with the adopted value of each parameter."""
    assert outlined(condition(text), PARAMETERS).line == line


def test_outline_has_a_line_a_part() -> None:
    """Parts stand below what joins them."""
    text = "{all: [{a: {is: true}}, {not: {any: [{b: {is: true}}, {c: {is: true}}]}}]}"
    assert list(outlined(condition(text), PARAMETERS).lines()) == [
        (0, "all of:"),
        (1, "`a` is true"),
        (1, "not:"),
        (2, "any of:"),
        (3, "`b` is true"),
        (3, "`c` is true"),
    ]


FACT = "{a: {is: true}}"
WAIT, GO = "{$policy: {is: wait}}", "{$policy: {is: go}}"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (WAIT, True),
        (GO, False),
        ("{$policy: {set: true}}", True),
        ("{$site: {set: true}}", False),
        (f"{{not: {GO}}}", True),
        (f"{{all: [{WAIT}, {FACT}]}}", "`a` is true"),
        (f"{{all: [{GO}, {FACT}]}}", False),
        (f"{{all: [{WAIT}]}}", True),
        (f"{{any: [{WAIT}, {FACT}]}}", True),
        (f"{{any: [{GO}, {FACT}]}}", "`a` is true"),
        (f"{{any: [{GO}]}}", False),
        (f"{{not: {FACT}}}", "not: `a` is true"),
        (
            f"{{any: [{FACT}, {{all: [{WAIT}, {{any: [{FACT}, {FACT}]}}]}}]}}",
            "`a` is true or `a` is true or `a` is true",
        ),
        (
            f"{{all: [{FACT}, {{any: [{GO}, {{all: [{FACT}, {FACT}]}}]}}]}}",
            "`a` is true and `a` is true and `a` is true",
        ),
        ("{$open: {is: wait}}", "`$open` (open) is wait"),
    ],
)
def test_what_is_adopted_decides_its_tests(text: str, left: str | bool) -> None:  # noqa: FBT001  # what is left, or its truth
    """A test on what is adopted is put in; one that is open, or for the site to set, stays."""
    found = in_force(condition(text), PARAMETERS)
    assert (found if isinstance(found, bool) else outlined(found, PARAMETERS).line) == left
