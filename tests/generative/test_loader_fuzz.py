"""Whatever stands in a ruleset's files, loading it ends in a ruleset or in a message for its author."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cds.errors import RulesetError
from cds.ruleset.loader import LoadedRuleset, load_ruleset
from cds.ruleset.scalars import OddScalarError, plain_value
from cds.ruleset.yaml_text import PARSER, Budget, read_yaml

PARSERS = [yaml.Loader, PARSER]
RULESET: dict[str, Any] = {
    "schema": "cds-ruleset/1",
    "id": "fuzzed",
    "version": "1.0.0",
    "title": "A ruleset to break",
    "lifecycle": {"status": "draft"},
    "sources": {"handout": {"title": "Handout", "citation": "A handout", "confirmed": "primary"}},
    "facts": {"labs.inr": {"type": "number", "minimum": "0", "taken": True, "ask": "What is the INR?"}},
    "parameters": {
        "hold": {
            "positions": {"handout": {"value": {"doses": {"from": 2, "to": 3}, "per_day": 2}, "confirmed": "primary"}},
            "resolve": {"adopt": "handout", "because": "ours", "by": "us", "decided": "2026-11-21"},
        }
    },
    "advice": {"check": {"title": "Check", "opposes": ["check"]}},
    "rules": [
        {
            "id": "check.inr",
            "kind": "preparation",
            "title": "Check the INR",
            "when": {
                "all": [
                    {"labs.inr": {"between": [Decimal("1.5"), 2]}},
                    {"not": {"exists": {"each": "x in medications", "where": {"x.status": {"in": ["a", True]}}}}},
                ]
            },
            "then": {"advise": "check", "severity": "info"},
            "on_unknown": {"skip": "never mind"},
            "sources": ["handout", {"id": "handout", "strength": "may"}],
        }
    ],
    "dispositions": [{"code": "proceed", "text": "Proceed"}],
}


def as_json(value: Any) -> str:
    """Write data as JSON, which is YAML too, with exact numbers."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {as_json(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(as_json(inner) for inner in value) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value)


TEXT = as_json(RULESET).replace(', "', ',\n "')


def load_or_refuse(folder: Path, content: bytes) -> LoadedRuleset | None:
    """Load a file; what comes instead of a ruleset is a message with a place and no word of a library."""
    (folder / "ruleset.yaml").write_bytes(content)
    try:
        return load_ruleset(folder)
    except RulesetError as error:
        refused = error
    said = str(refused)
    assert said.encode("utf-8")
    assert len(refused.problems) <= 51
    assert not re.search(r"pydantic|Traceback|https?://errors|<class", said)
    return None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of its own, whose one file is written again and again."""
    return tmp_path_factory.mktemp("fuzzed")


def test_the_ruleset_to_break_loads(folder: Path) -> None:
    """What is broken below is whole at first."""
    assert load_or_refuse(folder, TEXT.encode()) is not None


@settings(max_examples=300, deadline=None)
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_random_content(content: bytes, folder: Path) -> None:
    """Random bytes and random text are refused."""
    assert load_or_refuse(folder, content) is None


@settings(max_examples=300, deadline=None)
@given(lines=st.lists(st.text(st.sampled_from("ab:-?&*!|>%@`'\"{}[],# \t0~<=.\\u"), max_size=12), max_size=12))
def test_random_yaml_punctuation(lines: list[str], folder: Path) -> None:
    """Text made of YAML's own signs is refused."""
    assert load_or_refuse(folder, "\n".join(lines).encode()) is None


@settings(max_examples=400, deadline=None)
@given(
    start=st.integers(0, len(TEXT)),
    length=st.integers(0, 12),
    put=st.text(max_size=3)
    | st.sampled_from(["&a ", "*a", "!!set ", "yes", "null", "1e999", "\\u0000", "---\n", "{", "]"]),
)
def test_damaged_ruleset(start: int, length: int, put: str, folder: Path) -> None:
    """A good file with a piece cut out or put in is refused or is still a ruleset."""
    damaged = TEXT[:start] + put + TEXT[start + length :]
    load_or_refuse(folder, damaged.encode("utf-8", "surrogatepass"))


json_values = st.recursive(
    st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["all", "not", "is", "in", "from", "to", "strict", "id", "doses", "rule", "kind", "value"])
            | st.text(max_size=5),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the paths of all parts of a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, part in inner for found in paths(part, (*path, key)))]


def put_at(value: Any, path: tuple[Any, ...], put: Any) -> Any:
    """Give a document with another value at a path."""
    if not path:
        return put
    changed = dict(value) if isinstance(value, dict) else list(value)
    changed[path[0]] = put_at(value[path[0]], path[1:], put)
    return changed


@settings(max_examples=600, deadline=None)
@given(path=st.sampled_from(paths(RULESET)[1:]), put=json_values)
def test_any_value_anywhere(path: tuple[Any, ...], put: Any, folder: Path) -> None:
    """Any data at any place of a ruleset is refused in words or accepted."""
    load_or_refuse(folder, as_json(put_at(RULESET, path, put)).encode("utf-8", "surrogatepass"))


BOMBS = {
    "aliases of aliases": "a: &a [x]\n" + "".join(f"b{i}: &b{i} [*a, *a, *a, *a]\n" for i in range(50)),
    "brackets": "a: " + "[" * 100_000,
    "braces": "a: " + "{a: " * 100_000,
    "nested blocks": "\n".join("  " * level + "a:" for level in range(1000)),
    "nested lists": "a:\n " + "- " * 20_000 + "x",
    "keys of keys": "? " * 50_000,
    "a huge number": f"a: {'9' * 1_000_000}",
    "a huge broken number": f"a: 0.{'1' * 1_000_000}",
    "a huge exponent": "a: 1e999999999",
    "a huge base 60 number": f"a: {'1:' * 500_000}1",
    "a huge key": f"{'k' * 1_000_000}: 1",
    "very many keys": "".join(f"k{i}: 1\n" for i in range(60_000)),
    "very many elements": f"a: [{'1,' * 110_000}]",
    "very many documents": "---\n" * 100_000,
    "very many problems": "a: [" + "no, " * 20_000 + "no]",
    "very many unknown keys": "schema: cds-ruleset/1\n" + "".join(f"k{i}: 1\n" for i in range(20_000)),
    "a tag that would run code": 'a: !!python/object/apply:os.system ["true"]',
    "an escape beyond Unicode": 'a: "\\UFFFFFFFF"',
    "half a surrogate": '"\\ud800": "\\udfff"',
    "a directive": "%YAML 99999999999999999999.1\n---\na: 1",
    "a merge key": "a: &a {b: 1}\nc: {<<: *a}",
    "nothing but zeros": "\0" * 10_000,
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_bombs_are_refused(text: str, folder: Path) -> None:
    """Files made to exhaust time, memory or the stack are refused."""
    assert load_or_refuse(folder, text.encode()) is None


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_bombs_are_refused_without_libyaml_too(text: str) -> None:
    """The Python parser, which reads where libyaml is not installed, is no weaker."""
    if text.startswith("schema:"):
        pytest.skip("this one is YAML; what it says is refused later")
    with pytest.raises(RulesetError):
        read_yaml(text[:100_000].encode(), file="f.yaml", budget=Budget(nodes=5000), parser=yaml.Loader)


@settings(max_examples=300, deadline=None)
@given(lines=st.lists(st.text(st.sampled_from("ab:-?'\"{}[],# 0.\\un"), max_size=10), max_size=8))
@example(lines=["a: 1.50", "b: [x, true]"])
@example(lines=["a: |", "  x", "", "  y"])
def test_both_parsers_read_the_same(lines: list[str]) -> None:
    """With libyaml and without it, a text is read as the same data with the same places, or is refused."""
    read = []
    for parser in PARSERS:
        try:
            data, root = read_yaml("\n".join(lines).encode(), file="f.yaml", budget=Budget(), parser=parser)
            read.append((data, root))
        except RulesetError:
            read.append(None)
    assert read[0] == read[1]


CORE_SCHEMA = re.compile(
    r"~|null|Null|NULL||true|True|TRUE|false|False|FALSE|[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"
    r"|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)
"""What is not text in YAML 1.2 (the core schema of its specification, 10.3.2)."""
RESOLVER = yaml.resolver.Resolver()
plain_texts = st.text(st.sampled_from("0123456789+-.:_eExXoObBtTzZyYnNsSfFaAuUlLrRiI~=< "), max_size=12)


@settings(max_examples=1000, deadline=None)
@given(text=plain_texts | st.from_regex(CORE_SCHEMA, fullmatch=True))
@example(text="190:20:30")
@example(text="2001-12-14 21:59:43.10 -5")
@example(text="685_230.15")
@example(text="-0b1")
@example(text="0.")
@example(text="y")
def test_text_is_text_to_every_reader(text: str) -> None:
    """What is read as text without quotes is text in YAML 1.1 and 1.2; a number is the same number in both."""
    try:
        value = plain_value(text)
    except OddScalarError:
        return
    tag = RESOLVER.resolve(yaml.ScalarNode, text, (True, False))
    if isinstance(value, str):
        assert value == text
        assert tag == "tag:yaml.org,2002:str"
        assert not CORE_SCHEMA.fullmatch(text)
        assert text not in {"y", "Y", "n", "N"}
    elif isinstance(value, bool):
        assert (tag, text) == ("tag:yaml.org,2002:bool", str(value).lower())
    else:
        assert tag in {"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"}
        assert CORE_SCHEMA.fullmatch(text)
        assert yaml.safe_load(text) == (value if isinstance(value, int) else float(value))
