"""The order of evaluation."""

from __future__ import annotations

from graphlib import CycleError

import pytest

from cds.ir.layers import circle_of, layers_of, used_by
from cds.ir.nodes import AllOf, AnyOf, Applies, Derived, IsKnown, Not, Quantified, Ref


def test_each_step_stands_after_what_it_uses() -> None:
    """A layer holds the steps all of whose uses are in earlier layers, by id."""
    uses = {"c": frozenset({"a"}), "a": frozenset[str](), "b": frozenset[str](), "d": frozenset({"c", "b"})}
    assert layers_of(uses) == (("a", "b"), ("c",), ("d",))


def test_a_circle_is_named() -> None:
    """A circle of uses is refused, and told with its first step again at the end."""
    with pytest.raises(CycleError) as caught:
        layers_of({"a": frozenset({"b"}), "b": frozenset({"a"})})
    circle = circle_of(caught.value)
    assert circle[0] == circle[-1]
    assert set(circle) == {"a", "b"}


def test_uses_are_found_wherever_they_stand_in_a_condition() -> None:
    """Results and derived facts are found below every node that has parts."""
    leaf = IsKnown(Ref(None, "fact"))
    condition = AllOf(
        (
            leaf,
            AnyOf((Not(Derived("derive:x", None)), leaf)),
            Quantified("exists", "list", "item", Derived("derive:list/y", "item")),
            Applies(("rule.a", "rule.b"), "kind hold"),
        )
    )
    assert used_by([condition, leaf]) == {"derive:x", "derive:list/y", "rule.a", "rule.b"}
