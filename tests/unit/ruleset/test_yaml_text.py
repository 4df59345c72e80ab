"""Strict reading of one YAML file (language §1.3, §1.4)."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import Any

import pytest
import yaml

from cds.errors import RulesetError
from cds.ruleset.places import Places
from cds.ruleset.yaml_text import MOST_BYTES, MOST_LEVELS, PARSER, Budget, read_yaml

PARSERS = [pytest.param(yaml.Loader, id="python")]
if yaml.__with_libyaml__:
    PARSERS.append(pytest.param(yaml.CLoader, id="libyaml"))


def read(text: str | bytes, parser: Any = PARSER) -> dict[str, Any]:
    """Read a text as the file `f.yaml`."""
    raw = text.encode("utf-8") if isinstance(text, str) else text
    return read_yaml(raw, file="f.yaml", budget=Budget(), parser=parser)[0]


def refusal(text: str | bytes, parser: Any = PARSER) -> str:
    """Give the message with which a text is refused."""
    with pytest.raises(RulesetError) as refused:
        read(text, parser)
    return str(refused.value)


@pytest.mark.parametrize("parser", PARSERS)
def test_scalars_are_text_numbers_or_booleans(parser: Any) -> None:
    """Plain numbers are exact, `true` and `false` are booleans, everything else is text."""
    text = """
    whole: 5
    exact: 0.10
    negative: -12.5
    yes-no: [true, false]
    quoted: ["no", '010', "2026-11-21", "5"]
    quantity: 38.3 Cel
    version: 1.0.0
    interval: [1-2, 6301-6, -x, .foo, $parameter]
    block: |
      two
      lines
    folded: >-
      one
      line
    """
    assert read(text, parser) == {
        "whole": 5,
        "exact": Decimal("0.10"),
        "negative": Decimal("-12.5"),
        "yes-no": [True, False],
        "quoted": ["no", "010", "2026-11-21", "5"],
        "quantity": "38.3 Cel",
        "version": "1.0.0",
        "interval": ["1-2", "6301-6", "-x", ".foo", "$parameter"],
        "block": "two\nlines\n",
        "folded": "one line",
    }


BOOLEAN = "without quotes is a boolean to some YAML readers and text to others; expected `true` or `false`, or"
NUMBER = "without quotes is not the same number to every YAML reader; expected a number such as `10` or `0.5`, or"
REFUSED = {
    "a: yes": f'f.yaml:1:4: a: `yes` {BOOLEAN} the text in quotes: `"yes"`',
    "a: No": f'f.yaml:1:4: a: `No` {BOOLEAN} the text in quotes: `"No"`',
    "a: on": f'f.yaml:1:4: a: `on` {BOOLEAN} the text in quotes: `"on"`',
    "a: OFF": f'f.yaml:1:4: a: `OFF` {BOOLEAN} the text in quotes: `"OFF"`',
    "a: [y]": f'f.yaml:1:5: a[0]: `y` {BOOLEAN} the text in quotes: `"y"`',
    "a: {b: N}": f'f.yaml:1:8: a.b: `N` {BOOLEAN} the text in quotes: `"N"`',
    "a: True": f'f.yaml:1:4: a: `True` {BOOLEAN} the text in quotes: `"True"`',
    "a: FALSE": f'f.yaml:1:4: a: `FALSE` {BOOLEAN} the text in quotes: `"FALSE"`',
    "on: 1": f'f.yaml:1:1: `on` {BOOLEAN} the text in quotes: `"on"`',
    "a: 2026-11-21": (
        "f.yaml:1:4: a: `2026-11-21` without quotes is a date to some YAML readers; "
        'expected the text in quotes: `"2026-11-21"`'
    ),
    "a: 2026-11-21T09:00:00Z": (
        "f.yaml:1:4: a: `2026-11-21T09:00:00Z` without quotes is a date to some YAML readers; "
        'expected the text in quotes: `"2026-11-21T09:00:00Z"`'
    ),
    "a: 12:30": (
        "f.yaml:1:4: a: `12:30` without quotes is a number to base 60 to some YAML readers; "
        'expected the text in quotes: `"12:30"`'
    ),
    "a: 010": f'f.yaml:1:4: a: `010` {NUMBER} the text in quotes: `"010"`',
    "a: 0o17": f'f.yaml:1:4: a: `0o17` {NUMBER} the text in quotes: `"0o17"`',
    "a: 0x1F": f'f.yaml:1:4: a: `0x1F` {NUMBER} the text in quotes: `"0x1F"`',
    "a: 0b1": f'f.yaml:1:4: a: `0b1` {NUMBER} the text in quotes: `"0b1"`',
    "a: 1_000": f'f.yaml:1:4: a: `1_000` {NUMBER} the text in quotes: `"1_000"`',
    "a: +5": f'f.yaml:1:4: a: `+5` {NUMBER} the text in quotes: `"+5"`',
    "a: .5": f'f.yaml:1:4: a: `.5` {NUMBER} the text in quotes: `".5"`',
    "a: 5.": f'f.yaml:1:4: a: `5.` {NUMBER} the text in quotes: `"5."`',
    "a: 1e5": f'f.yaml:1:4: a: `1e5` {NUMBER} the text in quotes: `"1e5"`',
    "a: -.INF": f'f.yaml:1:4: a: `-.INF` {NUMBER} the text in quotes: `"-.INF"`',
    "a: .nan": f'f.yaml:1:4: a: `.nan` {NUMBER} the text in quotes: `".nan"`',
    "a: 1234567890123456": "f.yaml:1:4: a: the number `1234567890123456` is too long; expected at most 15 digits",
    "a: ~": "f.yaml:1:4: a: `~` stands for nothing; expected a value; leave the key out for none",
    "a: Null": "f.yaml:1:4: a: `Null` stands for nothing; expected a value; leave the key out for none",
    "a:": "f.yaml:1:3: a: the value is missing; expected a value; leave the key out for none",
    "a: =": (
        'f.yaml:1:4: a: `=` without quotes has a meaning of its own in YAML 1.1; expected the text in quotes: `"="`'
    ),
    "<<: {a: b}": (
        'f.yaml:1:1: `<<` without quotes has a meaning of its own in YAML 1.1; expected the text in quotes: `"<<"`'
    ),
    "a: 1\nb: 2\na: 3": "f.yaml:3:1: a: the key `a` stands twice in one mapping, first in line 1",
    "1: a": 'f.yaml:1:1: the key `1` is not text; expected the key in quotes: `"1"`',
    "true: a": 'f.yaml:1:1: the key `true` is not text; expected the key in quotes: `"true"`',
    "? [a]\n: 1": "f.yaml:1:3: a key is not text; expected a word as the key",
    "a: &x 1": "f.yaml:1:4: a: the anchor `&x` cannot stand in a ruleset; expected the value itself",
    "a: [1]\nb: *a": "f.yaml:2:4: b: the alias `*a` stands for another place; expected the value itself",
    "*a : 1": "f.yaml:1:1: the alias `*a` stands for another place; expected the value itself",
    "*a": "f.yaml:1:1: the alias `*a` stands for another place; expected the value itself",
    "a: !!str 1": (
        "f.yaml:1:4: a: the tag `tag:yaml.org,2002:str` cannot stand in a ruleset; expected the value without a tag"
    ),
    "a: !python/name:os.system x": (
        "f.yaml:1:4: a: the tag `!python/name:os.system` cannot stand in a ruleset; expected the value without a tag"
    ),
    "a: 1\n---\nb: 2": (
        "f.yaml:2:1: the file holds several YAML documents; expected one document a file, no second `---`"
    ),
    "%YAML 1.1\n---\na: 1": "f.yaml:1:1: the file has a YAML directive; expected no line that starts with `%`",
    "# nothing": "f.yaml:1:1: the file is empty; expected a mapping that starts with `schema: cds-ruleset/1`",
    "- a": "f.yaml:1:1: the file is a list; expected a mapping that starts with `schema: cds-ruleset/1`",
    "a": "f.yaml:1:1: the file is a single value; expected a mapping that starts with `schema: cds-ruleset/1`",
    'a: "\\0"': "f.yaml:1:4: a: the character U+0000 cannot be seen and cannot stand in a ruleset",
    'a: "\u200b"': "f.yaml:1:4: a: the character U+200B cannot be seen and cannot stand in a ruleset",
    "a: x\x07": "f.yaml:1:5: the control character U+0007 cannot stand in a ruleset",
    "# turned round: \u202e": "f.yaml:1:17: the control character U+202E cannot stand in a ruleset",
}


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize(("text", "message"), REFUSED.items(), ids=map(ascii, REFUSED))
def test_refused_with_a_message_that_says_where_and_what_instead(text: str, message: str, parser: Any) -> None:
    """Each form that is not strict YAML is refused, whichever parser reads it."""
    assert refusal(f"{text}\n", parser) == message


def test_broken_yaml_is_refused_with_its_place() -> None:
    """What no YAML reader can read is refused with the line and column of the parser."""
    assert refusal("a: b: c\n").startswith("f.yaml:1:5: this is not YAML: mapping values are not allowed")


def test_file_that_is_not_utf_8_is_refused_at_the_byte() -> None:
    """Bytes that are not UTF-8 are refused at their line and column."""
    assert refusal(b"a: 1\nb: \xe9\n") == "f.yaml:2:4: the file is not UTF-8 text; expected text saved as UTF-8"


def test_byte_order_mark_is_left_out() -> None:
    """A byte order mark, as some editors write it, is not a part of the first key."""
    assert read(b"\xef\xbb\xbfa: 1\n") == {"a": 1}


def test_problem_inside_a_rule_names_the_rule() -> None:
    """A problem inside a rule is told with the rule's id, also if the id stands below it."""
    said = refusal("rules:\n  - when: {med.status: {is: no}}\n    id: hold.nsaid\n")
    assert said.startswith("f.yaml:2:29: rules[hold.nsaid].when[med.status].is: `no` without quotes")


def test_all_problems_of_a_file_are_told() -> None:
    """Reading goes on after a problem, so that an author sees all of them."""
    said = refusal("a: yes\nb: &x 1\nc: 010\nc: 2\n").splitlines()
    assert [line.split(":")[1] for line in said] == ["1", "2", "3", "4"]


@pytest.mark.parametrize("parser", PARSERS)
def test_text_is_normalised(parser: Any) -> None:
    """Keys and values are brought into NFC, written out or escaped."""
    decomposed = unicodedata.normalize("NFD", "é")
    assert read(f'{decomposed}: [{decomposed}, "e\\u0301"]\n', parser) == {"é": ["é", "é"]}


@pytest.mark.parametrize("parser", PARSERS)
def test_every_value_and_key_has_its_place(parser: Any) -> None:
    """Lines and columns count from 1: of a scalar its own, of a mapping or list that of its key."""
    text = 'top:\n  first: word\n  second: [1, {deep: "x"}]\n'
    _, root = read_yaml(text.encode(), file="f.yaml", budget=Budget(), parser=parser)
    places = Places(root)
    assert [
        str(places.of(path))
        for path in (("top",), ("top", "first"), ("top", "second"), ("top", "second", 0), ("top", "second", 1, "deep"))
    ] == [
        "f.yaml:1:1: top",
        "f.yaml:2:10: top.first",
        "f.yaml:3:3: top.second",
        "f.yaml:3:12: top.second[0]",
        "f.yaml:3:22: top.second[1].deep",
    ]
    assert str(places.of_key(("top", "first"))) == "f.yaml:2:3: top.first"
    assert str(places.of(("top", "first", "missing"))) == "f.yaml:2:10: top.first.missing"


def test_nesting_is_limited() -> None:
    """64 levels are read, the file's own mapping being the first; one more is refused, and so are very many."""
    inner = MOST_LEVELS - 1
    assert read("a: " + "[" * inner + "]" * inner) is not None
    for levels in (inner + 1, 200_000):
        said = refusal("a: " + "[" * levels + "]" * levels)
        assert said.endswith("the nesting is too deep; expected at most 64 levels")


def test_values_are_limited() -> None:
    """100,000 keys and values in all files of a ruleset are read, one more is refused."""
    budget = Budget(nodes=4)
    read_yaml(b"a: [1]\n", file="f.yaml", budget=budget)
    assert budget.nodes == 0
    with pytest.raises(RulesetError, match="too many values; expected at most 100,000 in all its files"):
        read_yaml(b"a: 1\n", file="g.yaml", budget=budget)


def test_bytes_are_limited_before_anything_is_read() -> None:
    """More than 8 MiB are refused at once."""
    budget = Budget(nodes=0)
    with pytest.raises(RulesetError, match="the ruleset is too large; expected at most 8 MiB in all its files"):
        read_yaml(b"a" * (MOST_BYTES + 1), file="f.yaml", budget=budget)
