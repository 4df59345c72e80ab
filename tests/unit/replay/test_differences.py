"""What differs between two JSON documents, with JSONPaths that select it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds.replay.differences import differences

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["a", "b", ""]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "fact", "rule"]), inner),
    max_leaves=12,
)


def found(before: Any, after: Any) -> list[dict[str, Any]]:
    """Give the differences as JSON."""
    return [difference.document() for difference in differences(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [{"path": "$.a", "before": 1, "after": 2}]),
        ({"a": None}, {}, [{"path": "$.a", "before": None}]),
        ({}, {"a": None}, [{"path": "$.a", "after": None}]),
        ({"a": 1}, {"a": True}, [{"path": "$.a", "before": 1, "after": True}]),
        ({"a": [1, 2]}, {"a": [1]}, [{"path": "$.a[1]", "before": 2}]),
        ({"a": [1]}, {"a": [1, 2]}, [{"path": "$.a[1]", "after": 2}]),
        ({"a": []}, {"a": {}}, [{"path": "$.a", "before": [], "after": {}}]),
        ({"a b": 1, "it's": 2}, {}, [{"path": "$['a b']", "before": 1}, {"path": "$['it\\'s']", "before": 2}]),
        (1, 2, [{"path": "$", "before": 1, "after": 2}]),
    ],
)
def test_smallest_parts_are_given(before: Any, after: Any, expected: Any) -> None:
    """A missing field is not null, true is not 1, and only what differs is given."""
    assert found(before, after) == expected


def test_recommendations_are_found_again_by_rule_and_binding() -> None:
    """One more in the middle of a list is one difference, not one for each that follows."""
    before = [{"rule": rule, "binding": "patient", "severity": "info"} for rule in ("a", "c", "d")]
    after = [*before[:1], {"rule": "b", "binding": "patient", "severity": "info"}, before[1], {**before[2], "more": 1}]
    assert found(before, after) == [
        {"path": "$[?@.rule == 'd' && @.binding == 'patient'].more", "after": 1},
        {"path": "$[?@.rule == 'b' && @.binding == 'patient']", "after": after[1]},
    ]


def test_another_order_is_a_difference() -> None:
    """The same objects in another order are not the same list."""
    one, other = {"fact": "labs.inr"}, {"fact": "pain"}
    assert [difference["path"] for difference in found([one, other], [other, one])] == ["$ (order)"]


def test_objects_with_one_name_go_by_position() -> None:
    """Where names do not tell the objects of a list apart, their positions do."""
    same = [{"fact": "pain", "n": 1}, {"fact": "pain", "n": 2}]
    assert found(same, [same[0], {"fact": "pain", "n": 3}]) == [{"path": "$[1].n", "before": 2, "after": 3}]


def _is_same(one: Any, other: Any) -> bool:
    """Compare as JSON does, where true is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    return type(one) is type(other) and one == other


@settings(derandomize=True, database=None)
@given(JSON, JSON)
def test_there_is_a_difference_exactly_where_documents_differ(one: Any, other: Any) -> None:
    """No two documents that differ go for the same, and none differs from itself."""
    assert (found(one, other) == []) == _is_same(one, other)
    assert found(one, one) == []
