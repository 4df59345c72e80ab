"""The collector of garbage is off while a ruleset is built, and as it was before ever after."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from cds.ruleset.collecting import uncollected


@pytest.fixture(autouse=True)
def _collector_runs_again() -> Iterator[None]:
    yield
    gc.enable()


def test_the_collector_is_off_inside_and_on_again_afterwards() -> None:
    """Nothing is collected while a ruleset is built."""
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_the_collector_is_on_again_after_an_error() -> None:
    """A refused ruleset leaves no trace."""
    with pytest.raises(ValueError, match="refused"), uncollected():
        raise ValueError("refused")
    assert gc.isenabled()


def test_the_collector_stays_off_where_it_was_off() -> None:
    """Whoever put it off before keeps it off."""
    gc.disable()
    with uncollected():
        assert not gc.isenabled()
    assert not gc.isenabled()
