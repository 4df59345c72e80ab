"""Kleene's tables, and lists with their closure (language §7.4, §7.8)."""

from __future__ import annotations

from itertools import product

import pytest

from cds.ir.kleene import FALSE, TRUE, UNKNOWN, Truth, every, exists, negation

T, U, F = TRUE, UNKNOWN, FALSE


def test_truths_are_ordered_so_that_all_is_the_minimum_and_any_the_maximum() -> None:
    """FALSE < UNKNOWN < TRUE."""
    assert sorted(Truth) == [FALSE, UNKNOWN, TRUE]


@pytest.mark.parametrize(("given", "negated"), [(T, F), (U, U), (F, T)])
def test_negation_leaves_unknown_as_it_is(given: Truth, negated: Truth) -> None:
    """The negation of UNKNOWN is UNKNOWN."""
    assert negation(given) is negated


@pytest.mark.parametrize(
    ("items", "exists_complete", "exists_open", "every_complete", "every_open"),
    [
        ((), F, U, T, U),
        ((T,), T, T, T, U),
        ((U,), U, U, U, U),
        ((F,), F, U, F, F),
        ((T, U), T, T, U, U),
        ((T, F), T, T, F, F),
        ((U, F), U, U, F, F),
    ],
)
def test_quantifiers_over_a_list(
    items: tuple[Truth, ...], exists_complete: Truth, exists_open: Truth, every_complete: Truth, every_open: Truth
) -> None:
    """The table of §7.8, for lists that are complete and lists that are not known to be."""
    assert exists(items, complete=True) is exists_complete
    assert exists(items, complete=False) is exists_open
    assert every(items, complete=True) is every_complete
    assert every(items, complete=False) is every_open


def test_exists_and_every_are_each_others_mirror() -> None:
    """`every x` is `not exists not x`, whatever the items and whether the list is complete."""
    for length, complete in product(range(4), (True, False)):
        for items in product(Truth, repeat=length):
            mirrored = negation(exists([negation(item) for item in items], complete=complete))
            assert every(items, complete=complete) is mirrored


def test_over_an_open_list_exists_is_never_false_and_every_never_true() -> None:
    """What a list leaves out could always be the one that matters."""
    for items in product(Truth, repeat=3):
        assert exists(items, complete=False) is not FALSE
        assert every(items, complete=False) is not TRUE
