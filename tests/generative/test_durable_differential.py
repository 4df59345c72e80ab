"""The engines against an oracle, on random programs that no ruleset could be written for.

The same with many more seeds, in one process or where freed memory is filled with garbage, is a long run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest
from hand_made.oracle import verdicts
from hand_made.programs import facts_of, random_facts, random_program

from cds.backends.base import Backend
from cds.backends.durable import Durable
from cds.backends.reference import Reference
from cds.facts.model import FactList, Facts

RECORDS = 3


@pytest.fixture(scope="module")
def durable() -> Iterator[Durable]:
    """Give one engine for all programs, so that rulesets come and go in one process."""
    engine = Durable(kept_programs=3)
    yield engine
    engine.close()


@pytest.mark.parametrize("block", range(10))
def test_both_engines_agree_with_the_oracle(durable: Durable, block: int) -> None:
    """On every verdict of every record, complete or hardly known."""
    engines: tuple[Backend, ...] = (durable, Reference())
    for seed in range(block * 15, block * 15 + 15):
        random = Random(seed)  # noqa: S311  # test data, not secrets
        program = random_program(random)
        for _ in range(RECORDS):
            facts = random_facts(random, unknown=random.choice((0.05, 0.3, 0.8)))
            expected = verdicts(program, facts)
            for engine in engines:
                assert engine.evaluate(program, facts) == expected, f"seed {seed}, engine {engine.name}"


def test_the_order_of_items_means_nothing(durable: Durable) -> None:
    """The same items in another order have the same verdicts."""
    for seed in range(1000, 1030):
        random = Random(seed)  # noqa: S311  # test data, not secrets
        program, facts = random_program(random), random_facts(random)
        assert durable.evaluate(program, _shuffled(random, facts)) == durable.evaluate(program, facts), f"seed {seed}"


def _shuffled(random: Random, facts: Facts) -> Facts:
    """Put values and items in another order."""

    def shuffled(found: FactList) -> FactList:
        return replace(found, items=tuple(random.sample(found.items, len(found.items))))

    values = dict(random.sample(list(facts.values.items()), len(facts.values)))
    return facts_of(values, {name: shuffled(found) for name, found in facts.lists.items()})
