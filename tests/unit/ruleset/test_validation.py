"""Problems of a ruleset's content, in an author's words (language §2 to §13)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from cds.ruleset.expectations import PATTERN_WORDS
from cds.ruleset.json_schema import ruleset_schema
from cds.verification.cases.model import CaseFile
from cds.verification.pages.history import HistoryFile
from cds.verification.traceability.attributes import AttributesFile
from cds.verification.traceability.passages import PassagesFile
from cds.verification.traceability.statements import StatementsFile

Fail = Callable[..., str]
Break = Callable[[str, str], str]


@pytest.fixture
def broken(small: str) -> Break:
    """Give a function that replaces a part of the small ruleset."""

    def replace(old: str, new: str) -> str:
        text = small.replace('citation: "A handout, 2020"', "citation: Handout")
        assert old in text
        return text.replace(old, new, 1)

    return replace


CHANGES = {
    "unknown section": (
        "groups:",
        "gruops:",
        "gruops:",
        (
            "gruops: the key `gruops` is not known here; expected `schema`, `id`, `version`, `title`, "
            "`lifecycle`, `extends`, `adopt`, `set`, `switch_off`, `settings`, `sources`, `facts`, "
            "`substances`, `products`, `common`, `terminology`, `classes`, `parameters`, `groups`, `derive`, "
            "`advice`, `rules` or `dispositions`; did you mean `groups`?"
        ),
    ),
    "unknown key": (
        "{title: Check}",
        "{title: Check, oposes: [hold]}",
        "oposes:",
        (
            "advice.check.oposes: the key `oposes` is not known here; expected `title`, `opposes` or "
            "`hold`; did you mean `opposes`?"
        ),
    ),
    "missing key": (
        "    title: Check the INR\n",
        "",
        "id:",
        "rules[check.inr]: `title` is missing; expected text",
    ),
    "missing id": (
        "id: small\n",
        "",
        "",
        "`id` is missing; expected lower-case words joined by `-`, such as `vertebral-augmentation`",
    ),
    "missing word": (
        "    kind: preparation\n",
        "",
        "id:",
        (
            "rules[check.inr]: `kind` is missing; expected one of `indication`, `contraindication`, "
            "`timing`, `procedure_choice`, `preparation`, `hold`, `restart`, `aftercare`, `red_flag` or "
            "`follow_up`"
        ),
    ),
    "number for text": (
        "citation: Handout",
        "citation: 5640",
        "5640",
        'sources.handout.citation: `5640` is a number; expected text; quotes make it text: `"5640"`',
    ),
    "boolean for text": (
        "citation: Handout",
        "citation: true",
        "true",
        'sources.handout.citation: `true` is true or false; expected text; quotes make it text: `"true"`',
    ),
    "list for text": (
        "citation: Handout",
        "citation: [x]",
        "citation:",
        "sources.handout.citation: a list stands here; expected text",
    ),
    "empty text": (
        "citation: Handout",
        'citation: ""',
        '""',
        "sources.handout.citation: the text is empty; expected at least 1 character",
    ),
    "long text": (
        "citation: Handout",
        f"citation: {'x' * 2001}",
        "x",
        "sources.handout.citation: the text is too long, with 2,001 characters; expected at most 2,000",
    ),
    "text for boolean": (
        "required: true",
        'required: "true"',
        '"true"',
        "facts[procedure.status].required: `true` is text; expected `true` or `false`, without quotes",
    ),
    "text for a whole number": (
        "{full_days: 7}",
        '{full_days: "7"}',
        '"7"',
        (
            "parameters.nsaid_hold.positions.handout.value.full_days: `7` is text; "
            "expected a whole number, without quotes"
        ),
    ),
    "broken number for a whole one": (
        "{full_days: 7}",
        "{full_days: 7.5}",
        "7.5",
        "parameters.nsaid_hold.positions.handout.value.full_days: `7.5` is a number; expected a whole number",
    ),
    "number out of range": (
        "{full_days: 7}",
        "{full_days: 4000}",
        "4000",
        "parameters.nsaid_hold.positions.handout.value.full_days: `4000` is too large; expected at most 3650",
    ),
    "number below the range": (
        "{full_days: 7}",
        "{full_days: -1}",
        "-1",
        "parameters.nsaid_hold.positions.handout.value.full_days: `-1` is too small; expected at least 0",
    ),
    "empty range": (
        "{full_days: 7}",
        "{full_days: {from: 7, to: 5}}",
        "full_days:",
        "parameters.nsaid_hold.positions.handout.value.full_days: the range from `7` to `5` is empty",
    ),
    "half a range": (
        "{full_days: 7}",
        "{full_days: {from: 7}}",
        "full_days:",
        "parameters.nsaid_hold.positions.handout.value.full_days: `to` is missing; expected a whole number",
    ),
    "half an interval": (
        "{full_days: 7}",
        "{doses: 7}",
        "value:",
        "parameters.nsaid_hold.positions.handout.value: `per_day` is missing; expected a whole number",
    ),
    "unknown interval": (
        "{full_days: 7}",
        "{days: 7}",
        "value:",
        (
            "parameters.nsaid_hold.positions.handout.value: a mapping stands here; expected `{full_days: "
            "...}`, or `{hours: ...}`, or `{doses: ..., per_day: ...}`, or `{from: ..., to: ..., strict: "
            "...}`, or one number, text, `true` or `false`"
        ),
    ),
    "list for a parameter's value": (
        "{full_days: 7}",
        "[7]",
        "value:",
        (
            "parameters.nsaid_hold.positions.handout.value: a list stands here; expected `{full_days: "
            "...}`, or `{hours: ...}`, or `{doses: ..., per_day: ...}`, or `{from: ..., to: ..., strict: "
            "...}`, or one number, text, `true` or `false`"
        ),
    ),
    "unknown word": (
        "kind: preparation",
        "kind: preparations",
        "preparations",
        (
            "rules[check.inr].kind: `preparations` is not known here; expected `indication`, "
            "`contraindication`, `timing`, `procedure_choice`, `preparation`, `hold`, `restart`, "
            "`aftercare`, `red_flag` or `follow_up`; did you mean `preparation`?"
        ),
    ),
    "unknown type of fact": (
        "type: number",
        "type: numbr",
        "numbr",
        (
            "facts[labs.inr].type: `numbr` is not known here; expected `boolean`, `enum`, `number`, "
            "`quantity`, `time`, `concept`, `code`, `text` or `list`; did you mean `number`?"
        ),
    ),
    "unknown word or mapping": (
        "on_unknown: ask",
        "on_unknown: aks",
        "aks",
        (
            "rules[hold.nsaid].on_unknown: `aks` is not known here; expected `ask` or `assume_applies`; did "
            "you mean `ask`?"
        ),
    ),
    "number for a word or mapping": (
        "on_unknown: ask",
        "on_unknown: 1",
        "1",
        "rules[hold.nsaid].on_unknown: `1` is not known here; expected `ask` or `assume_applies`",
    ),
    "name in capitals": (
        "  labs.inr: {type",
        "  labs.INR: {type",
        "labs.INR:",
        (
            "facts[labs.INR]: the name `labs.INR` is not written as it should be; expected lower-case words "
            "joined by `_`, groups by `.`, such as `labs.platelets`"
        ),
    ),
    "id with a blank": (
        "id: check.inr",
        "id: check inr",
        "check",
        (
            "rules[check inr].id: `check inr` is not written as it should be; expected lower-case words "
            "joined by `-` and `.`, such as `hold.recent-stent`"
        ),
    ),
    "version as a number": (
        'version: "1.0.0"',
        "version: 1.0",
        "1.0",
        'version: `1.0` is a number; expected `MAJOR.MINOR.PATCH`, such as `1.0.0`; quotes make it text: `"1.0"`',
    ),
    "date that is none": (
        '"2026-11-01"',
        '"2026-02-30"',
        '"2026-02-30"',
        "parameters.nsaid_hold.resolve.decided: `2026-02-30` is not a day of the calendar",
    ),
    "reminder window in weeks": (
        "48 h",
        "1 wk",
        "1",
        (
            "settings.reminder_window: `1 wk` is not written as it should be; expected whole hours or days, "
            "such as `48 h` or `3 d`"
        ),
    ),
    "source reference that is neither": (
        "sources: [handout, {id: society",
        "sources: [5, {id: society",
        "5",
        (
            "rules[hold.nsaid].sources[0]: `5` is a number; expected lower-case words joined by `-`, such "
            'as `vertebral-augmentation`; quotes make it text: `"5"`'
        ),
    ),
    "source reference with a wrong key": (
        'locator: "Table 1"',
        'page: "Table 1"',
        "page:",
        (
            "rules[hold.nsaid].sources[1].page: the key `page` is not known here; expected `id`, `locator`, "
            "`strength`, `standing` or `statements`"
        ),
    ),
    "no sources": (
        'sources: [handout, {id: society, locator: "Table 1"}]',
        "sources: []",
        "[",
        "rules[hold.nsaid].sources: the list is empty; expected at least 1",
    ),
    "unknown operator": (
        "{med.status: {is: active}}",
        "{med.status: {iss: active}}",
        "iss:",
        (
            "rules[hold.nsaid].when[med.status].iss: the key `iss` is not known here; expected `is`, "
            "`is_not`, `in`, `in_class`, `at_least`, `more_than`, `at_most`, `less_than`, `between`, "
            "`inside`, `known`, `before` or `after`; did you mean `is`?"
        ),
    ),
    "two operators": (
        "{med.status: {is: active}}",
        "{med.status: {is: active, is_not: stopped}}",
        "med.status:",
        (
            "rules[hold.nsaid].when[med.status]: a test has exactly one operator, found `is`, `is_not`; "
            "operators are is, is_not, in, in_class, at_least, more_than, at_most, less_than, between, "
            "inside, known"
        ),
    ),
    "two facts": (
        "{med.status: {is: active}}",
        "{med.status: {is: active}, labs.inr: {at_least: 2}}",
        "when:",
        "rules[hold.nsaid].when: a leaf names exactly one fact, found 2; join several with `all` or `any`",
    ),
    "misspelled keyword": (
        "      any:\n",
        "      anny:\n",
        "anny:",
        (
            "rules[check.inr].when.anny: a list stands here; expected a mapping with one of `is`, `is_not`, "
            "`in`, `in_class`, `at_least`, `more_than`, `at_most`, `less_than`, `between`, `inside` or `known`; did "
            "you mean `any`?"
        ),
    ),
    "two forms": (
        "{med.status: {is: active}}",
        "{not: {med.status: {is: active}}, any: [{med.status: {is: active}}]}",
        "not:",
        (
            "rules[hold.nsaid].when.not: `not` cannot stand beside `any` in one condition; expected one of "
            "them, or both as parts of an `all` or `any`"
        ),
    ),
    "empty all": (
        "{med.status: {is: active}}",
        "{all: []}",
        "[",
        "rules[hold.nsaid].when.all: the list is empty; expected at least 1",
    ),
    "no condition": (
        "{med.status: {is: active}}",
        "med.status",
        "med.status",
        (
            "rules[hold.nsaid].when: `med.status` is text; expected a condition: a fact "
            "with a test, such as `{fact: {is: true}}`, or `all`, `any`, `not`, `exists`, `every`, `rule`, "
            "`kind` or `advice`"
        ),
    ),
    "mapping for a literal": (
        "{med.status: {is: active}}",
        "{med.status: {is: {value: active}}}",
        "is:",
        "rules[hold.nsaid].when[med.status].is: a mapping stands here; expected one number, text, `true` or `false`",
    ),
    "between with three ends": (
        "{med.status: {is: active}}",
        "{labs.inr: {between: [1, 2, 3]}}",
        "between:",
        "rules[hold.nsaid].when[labs.inr].between: the list has 3 of them; expected at most 2",
    ),
    "deep in a condition": (
        "{med.status: {is: active}}",
        "{not: {all: [{not: {exists: {each: x in medications, where: {any: [{x.status: {si: a}}]}}}}]}}",
        "si:",
        (
            "rules[hold.nsaid].when.not.all[0].not.exists.where.any[0][x.status].si: the key `si` is not "
            "known here; expected `is`, `is_not`, `in`, `in_class`, `at_least`, `more_than`, `at_most`, "
            "`less_than`, `between`, `inside`, `known`, `before` or `after`"
        ),
    ),
    "quantifier without a list": (
        "{med.status: {is: active}}",
        "{exists: {each: med, where: {med.status: {is: active}}}}",
        "med",
        (
            "rules[hold.nsaid].when.exists.each: `med` is not written as it should be; expected a variable "
            "and a list, such as `med in medications`"
        ),
    ),
    "parameter without a decision": (
        '    unset: "each site has its own laboratory limits"\n',
        "    title: INR\n",
        "highest_inr:",
        "parameters.highest_inr: a parameter has `positions` with `resolve`, or `unset` with its reason",
    ),
    "rule without a condition": (
        "    when: {med.status: {is: active}}\n",
        "",
        "id:",
        "rules[hold.nsaid]: a rule has either `when`, or `positions` with `resolve`",
    ),
    "override without a reason": (
        "    on_unknown: ask\n",
        "    on_unknown: ask\n    overrides: [check.inr]\n",
        "id:",
        "rules[hold.nsaid]: `overrides` and `because` go together",
    ),
    "product that is neither": (
        "brand: Combo",
        "code: Combo",
        "{",
        "products[0]: a product has either `system` and `code`, or a `brand`",
    ),
    "section of the wrong kind": (
        'classes:\n  nsaid: {title: "Non-steroidal anti-inflammatory drug"}',
        "classes: [nsaid]",
        "classes:",
        "classes: a list stands here; expected a mapping from names to what they stand for",
    ),
}


@pytest.mark.parametrize(("old", "new", "at", "message"), CHANGES.values(), ids=CHANGES)
def test_each_problem_is_told_once_in_words(
    old: str, new: str, at: str, message: str, broken: Break, problems_of: Fail
) -> None:
    """One change to a good ruleset gives one problem, with its place and what to write instead."""
    text = broken(old, new)
    said = problems_of(text)
    place = re.match(r"small(?:/ruleset\.yaml:(\d+):(\d+))?: ", said)
    assert place is not None
    assert said.removeprefix(place.group()) == message
    line, column = (int(number or 0) for number in place.groups())
    assert text.splitlines()[line - 1][column - 1 :].startswith(at)


def test_all_problems_of_a_load_are_told(small: str, problems_of: Fail) -> None:
    """Problems of all sections are told at once, in the order of their places."""
    text = small.replace("kind: preparation", "kind: prep").replace("type: number", "type: numbr")
    said = problems_of(text.replace("severity: moderate", "severity: middling")).splitlines()
    assert [line.split(":")[1] for line in said] == ["13", "47", "53"]


def test_at_most_fifty_problems_are_told(small: str, problems_of: Fail) -> None:
    """Of very many problems the first fifty are told, and how many more there are."""
    wrong = "".join(f"  wrong_{number:03d}: {{title: 5}}\n" for number in range(60))
    said = problems_of(small.replace("advice:\n", f"advice:\n{wrong}")).splitlines()
    assert len(said) == 51
    assert "wrong_049" in said[49]
    assert said[50] == "10 more problems are not shown"


def test_messages_hold_no_words_of_the_libraries(broken: Break, problems_of: Fail) -> None:
    """No message sends an author to a Python type or to a library's page."""
    for old, new, *_ in CHANGES.values():
        said = problems_of(broken(old, new))
        assert not re.search(r"pydantic|https?:|\b(str|dict|int|Decimal|NoneType|Closed|SourceReference)\b", said)


def test_every_pattern_of_the_models_has_words() -> None:
    """Whoever adds a pattern to the models says in words what it asks for."""
    companions = (AttributesFile, CaseFile, HistoryFile, PassagesFile, StatementsFile)
    schema = json.dumps([ruleset_schema(), *(each.model_json_schema() for each in companions)])
    patterns = {json.loads(found) for found in re.findall(r'"pattern": ("(?:[^"\\]|\\.)*")', schema)}
    patterns |= {
        pattern
        for found in re.findall(r'"patternProperties": \{("(?:[^"\\]|\\.)*")', schema)
        for pattern in [json.loads(found)]
    }
    assert patterns == PATTERN_WORDS.keys()


def test_digits_are_ascii(small: str, problems_of: Fail) -> None:
    """A version in the digits of another script is not a version."""
    version = "\u0661.\u0660.\u0660"
    assert f"version: `{version}` is not written as it should be" in problems_of(small.replace("1.0.0", version))
