"""The canonical bytes that everything hashed is made of."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from cds.canonical import LARGEST_INTEGER, NotCanonicalError, canonical_bytes

ascii_keys = st.text(st.characters(max_codepoint=127), max_size=8)
scalars = st.none() | st.booleans() | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER) | st.text(max_size=12)
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(ascii_keys, inner, max_size=5), max_leaves=30
)


@given(documents)
def test_bytes_are_those_of_rfc_8785(document: object) -> None:
    """The bytes equal those of an independent implementation of RFC 8785."""
    assert canonical_bytes(document) == rfc8785.dumps(document)


def test_order_of_keys_does_not_count() -> None:
    """Two dicts with the same content have the same bytes, and a tuple is a list."""
    assert canonical_bytes({"b": 1, "a": (2,)}) == canonical_bytes({"a": [2], "b": 1}) == b'{"a":[2],"b":1}'


class Word(StrEnum):
    """An enum of text, as the models have them."""

    HIGH = "high"


def test_enum_of_text_is_its_text() -> None:
    """An enum member whose value is text has the bytes of the text."""
    assert canonical_bytes([Word.HIGH]) == b'["high"]'


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        {"a": [0.0]},
        float("nan"),
        Decimal("1.5"),
        2**53,
        -(2**53),
        {"é": 1},
        {1: 2},
        {None: 1},
        "\ud800",
        {1, 2},
        b"bytes",
        pytest.param(object(), id="an object"),
    ],
    ids=repr,
)
def test_what_has_no_canonical_bytes_is_refused(value: object) -> None:
    """Floats, large integers, keys that are not ASCII text, lone surrogates and other types are refused."""
    with pytest.raises(NotCanonicalError, match="no canonical bytes"):
        canonical_bytes(value)


def test_nesting_beyond_the_serialiser_is_refused() -> None:
    """A list in a list, a thousand deep, is refused instead of ending the process."""
    deep: list[object] = []
    for _ in range(1000):
        deep = [deep]
    with pytest.raises(NotCanonicalError):
        canonical_bytes(deep)
