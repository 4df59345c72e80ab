"""Strict JSON."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest

from cds.errors import FactsError
from cds.facts.json_text import MAX_BYTES, MAX_DEPTH, read_facts_text


def _refusal(text: str | bytes) -> str:
    with pytest.raises(FactsError) as caught:
        read_facts_text(text, file="facts.json")
    return str(caught.value)


def test_reads_json_with_exact_numbers() -> None:
    """Numbers with a point or an exponent are decimals, whole numbers are whole."""
    document = read_facts_text('{"a": [1, -2, 1.10, 1E3, true, null, "é"]}', file=None)
    assert document == {"a": [1, -2, Decimal("1.10"), Decimal(1000), True, None, "é"]}
    assert [type(value) for value in document["a"][:4]] == [int, int, Decimal, Decimal]


@pytest.mark.parametrize("text", ['{"a": 1}', b'{"a": 1}', '\ufeff{"a": 1}', b'\xef\xbb\xbf{"a": 1}', ' {"a": 1}\n'])
def test_reads_text_and_bytes_with_or_without_byte_order_mark(text: str | bytes) -> None:
    """A mark in front of the text, as some editors write it, means nothing."""
    assert read_facts_text(text, file=None) == {"a": 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "facts.json:1:1: this is not JSON: "),
        ('{"a": 1,}', "facts.json:1:"),
        ('{\n "a": x}', "facts.json:2:7: this is not JSON: "),
        ('{"a": 1} {}', "facts.json:1:10: this is not JSON: "),
        ('{"a": "\n"}', "facts.json:1:8: this is not JSON: "),
        ("{'a': 1}", "facts.json:1:2: this is not JSON: "),
        ("[]", "facts.json: a list in brackets is not a facts document; expected an object in braces"),
        ("5", "facts.json: `5` is not a facts document; expected an object in braces"),
        ('"x"', "facts.json: `x` is not a facts document; expected an object in braces"),
        (b"\xff\xfe{\x00", "facts.json: the document is not UTF-8; expected JSON in UTF-8"),
        ('{"a": "\ud800"}', "facts.json: the document is not UTF-8; expected JSON in UTF-8"),
        ('{"a": 1, "a": 1}', "facts.json: $.a: the key `a` stands twice; expected each key once"),
        (
            '{"x": {"b": 1, "labs": {"inr": 1, "k": [{"u": 0, "v": 1, "v": 2}]}}}',
            "facts.json: $.x.labs.k[0].v: the key `v` stands twice; expected each key once",
        ),
        (
            '{"a": [0, NaN]}',
            "facts.json: $.a[1]: `NaN` is not a number; expected a decimal number of at most 30 digits",
        ),
        (
            '{"a": -Infinity}',
            "facts.json: $.a: `-Infinity` is not a number; expected a decimal number of at most 30 digits",
        ),
        (
            '{"a": 1e400}',
            "facts.json: $.a: `1e400` is too long for a number; expected at most 30 digits and an exponent of",
        ),
        ("NaN", "facts.json: $: `NaN` is not a number; expected a decimal number of at most 30 digits"),
        (
            r'{"a": "x\ud83dy"}',
            r"facts.json: $.a: `x\ud83dy` has half of a surrogate pair; expected whole characters",
        ),
        (
            r'{"a\udc00": 1}',
            r"facts.json: $: the key `a\udc00` has half of a surrogate pair; expected whole characters",
        ),
    ],
)
def test_refuses_what_is_not_strict_json(text: str | bytes, message: str) -> None:
    """The message names the file, and the line or the path."""
    assert _refusal(text).startswith(message)


def test_reads_whole_surrogate_pairs() -> None:
    """An escaped pair is one character."""
    assert read_facts_text(r'{"a": "\ud83d\ude00"}', file=None) == {"a": "\N{GRINNING FACE}"}


@pytest.mark.parametrize("digits", [31, 5000, 1_000_000])
@pytest.mark.parametrize("point", ["", "."])
def test_refuses_huge_numbers(digits: int, point: str) -> None:
    """A number of a million digits is refused without being computed."""
    message = _refusal(f'{{"a": 9{point}{"9" * digits}}}')
    assert message.startswith(f"facts.json: $.a: `9{point}999")
    assert "is too long for a number" in message


def test_reads_as_deep_as_the_limit_and_no_deeper() -> None:
    """A document has at most 64 levels, the outermost included."""
    for opened, closed in (("[", "]"), ('{"a":', "}")):
        inner = opened * (MAX_DEPTH - 1) + "1" + closed * (MAX_DEPTH - 1)
        assert read_facts_text(f'{{"a": {inner}}}', file=None)
        assert "nested too deep; expected at most 64 levels" in _refusal(f'{{"a": {opened}{inner}{closed}}}')


@pytest.mark.parametrize("depth", [1_000, 100_000, 5_000_000])
def test_refuses_bottomless_documents(depth: int) -> None:
    """Nesting never exhausts the stack, whether or not the brackets are closed."""
    for opened in ("[", '{"a":'):
        # how deep an interpreter reads before it sees that nothing is closed differs between versions of Python
        assert re.search("nested too deep|this is not JSON", _refusal(opened * depth))
    assert "nested too deep" in _refusal("[" * depth + "]" * depth)


def test_refuses_documents_that_are_too_large() -> None:
    """The limit is 32 MiB of bytes."""
    assert "too large" in _refusal(b" " * (MAX_BYTES + 1))
    assert "too large" in _refusal(" " * (MAX_BYTES + 1))
    assert "too large" in _refusal("é" * (MAX_BYTES // 2 + 1))


def test_many_keys_take_no_time() -> None:
    """A repeated key is found in one pass."""
    pairs = ",".join(f'"k{number}": 0' for number in range(200_000))
    assert "the key `k199999` stands twice" in _refusal(f'{{{pairs}, "k199999": 1}}')
    assert len(json.dumps(read_facts_text(f"{{{pairs}}}", file=None))) > 200_000
