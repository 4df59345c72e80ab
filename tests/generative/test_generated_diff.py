"""Two rulesets have a difference to tell exactly where their digests differ."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import given
from strategies.chance import Chance, drawn
from strategies.given import examples
from strategies.programs import loaded
from strategies.rulesets import Size, ruleset

from cds.verification.ruleset_diff.compare import compare

OF_RULES = ("title", "when", "then", "on_unknown", "sources", "group", "kind")
OF_SECTIONS = ("parameters", "facts", "substances", "classes", "groups", "advice", "sources")


def changed(chance: Chance) -> tuple[Any, Any]:
    """Give a generated ruleset, and the same one with up to three of its parts put in the places of others."""
    one = ruleset(chance, Size())
    other = deepcopy(one)
    for _ in range(chance.whole(0, 3)):
        if chance.maybe(50):
            giver, taker = (chance.one_of(other["rules"]) for _ in range(2))
            for key in chance.some([key for key in OF_RULES if key in giver and key in taker], 1, 2):
                taker[key] = deepcopy(giver[key])
        elif chance.maybe(50):
            section = other[chance.one_of([name for name in OF_SECTIONS if other.get(name)])]
            giver, taker = (chance.one_of(sorted(section)) for _ in range(2))
            section[taker] = deepcopy(section[giver])
        else:
            other["rules"] = chance.shuffled(other["rules"])
            other["dispositions"] = [*chance.shuffled(other["dispositions"][:-1]), other["dispositions"][-1]]
    return one, other


@examples(60)
@given(drawn(changed))
def test_a_difference_is_told_where_digests_differ(made: tuple[Any, Any]) -> None:
    """No change of what is hashed goes untold, and none is told that is not there."""
    one, other = (loaded(document) for document in made)
    compared = compare(one, other)
    assert bool(compared.changes) == (one.digest != other.digest)
    assert all(change.parts for change in compared.changes)
    assert compare(one, one).changes == ()
