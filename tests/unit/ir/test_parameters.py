"""Figures with one position per source, and the worlds that open questions make (language §6, §8.4, §10.1)."""

from __future__ import annotations

from fractions import Fraction

import pytest
from builders import MEDICATIONS, program_of, refusal_of

from cds.ir.nodes import Ref, Within
from cds.ir.parameters_from_ruleset import value_text
from cds.ir.program import Interval
from cds.ruleset.model import Bounds, Doses, Ends, FullDays, Hours, ParameterValue

FACTS = "facts: {labs.inr: {type: number}, fracture.painful: {type: boolean}}"
PARAMETER = """
parameters:
  limit:
    positions:
      handout: {value: "1.5", confirmed: primary}
      society: {value: "1.8", confirmed: secondary}
      hearsay: {value: "2", confirmed: unconfirmed}
    resolve: {adopt: ADOPTED, because: "x", by: "y", decided: "2026-11-01"}
rules:
  rule: {when: {labs.inr: {at_least: $limit}}}
"""
TWO_WHENS = """
rules:
  rule:
    positions:
      handout: {when: {labs.inr: {at_least: 2}}, confirmed: primary, note: "from two on"}
      society: {when: {labs.inr: {at_least: 3}}, confirmed: primary, locator: "Table 1"}
      hearsay: {when: {labs.inr: {at_least: 4}}, confirmed: primary}
    resolve: {adopt: ADOPTED, because: "x", by: "y", decided: "2026-11-01"}
"""


def adopting(source: str, fragment: str = PARAMETER) -> str:
    """Resolve the question in a fragment."""
    return fragment.replace("ADOPTED", source)


class TestWorlds:
    """Which worlds there are."""

    def test_an_adopted_position_makes_one_world(self) -> None:
        """The other positions are shown, not decided with."""
        [world] = program_of(FACTS, adopting("society")).worlds
        assert world.conditions["rule"] == Within(Ref(None, "labs.inr"), Fraction(9, 5), None)
        assert world.choices == ()

    def test_every_confirmed_position_of_an_open_question_makes_a_world(self) -> None:
        """What nobody could confirm makes none (§6.3)."""
        worlds = program_of(FACTS, adopting("none")).worlds
        assert [world.choices for world in worlds] == [(("$limit", "handout"),), (("$limit", "society"),)]
        assert [world.number for world in worlds] == [0, 1]
        assert worlds[0].conditions["rule"] != worlds[1].conditions["rule"]

    def test_a_world_is_told_by_its_open_questions_alone(self) -> None:
        """What is settled is the same in all of them."""
        rule = adopting("handout", TWO_WHENS).replace("  rule:", "  other:")
        worlds = program_of(FACTS, adopting("none"), rule).worlds
        assert [world.choices for world in worlds] == [(("$limit", "handout"),), (("$limit", "society"),)]

    def test_open_questions_are_combined(self) -> None:
        """Two on a parameter and three on a rule are six worlds."""
        rule = adopting("none", TWO_WHENS).replace("  rule:", "  other:")
        assert len(program_of(FACTS, adopting("none"), rule).worlds) == 6

    def test_more_than_64_worlds_are_refused(self) -> None:
        """Seven open questions with two answers each are 128."""
        parameters = "".join(
            f"  p{number}: {{positions: {{handout: {{value: 1, confirmed: primary}}, "
            f"society: {{value: 2, confirmed: primary}}}}, "
            f'resolve: {{adopt: none, because: "x", by: "y", decided: "2026-11-01"}}}}\n'
            for number in range(7)
        )
        assert "the open questions make 128 worlds; expected at most 64" in refusal_of(f"parameters:\n{parameters}")

    def test_a_rule_may_have_one_condition_per_source(self) -> None:
        """Its condition differs by world (§8.4)."""
        worlds = program_of(FACTS, adopting("none", TWO_WHENS)).worlds
        assert len({str(world.conditions["rule"]) for world in worlds}) == 3


class TestAdoption:
    """What can be adopted."""

    @pytest.mark.parametrize(
        ("adopted", "said"),
        [
            ("hearsay", "the position of `hearsay` is unconfirmed and cannot be adopted"),
            ("socety", "there is no position of `socety`; did you mean `society`?"),
        ],
    )
    def test_only_a_confirmed_position_that_is_there(self, adopted: str, said: str) -> None:
        """An unconfirmed figure never decides."""
        assert said in refusal_of(FACTS, adopting(adopted))

    def test_an_open_question_needs_a_confirmed_position(self) -> None:
        """Without one there is no world to decide in."""
        unconfirmed = adopting("none").replace("primary", "unconfirmed").replace("secondary", "unconfirmed")
        assert "no position is confirmed, so that there is no world" in refusal_of(FACTS, unconfirmed)

    def test_a_position_is_of_a_source_that_is_there(self) -> None:
        """The nearest source is suggested."""
        assert "did you mean `society`?" in refusal_of(FACTS, adopting("handout").replace("society:", "societi:"))


class TestPositionsShown:
    """What a recommendation shows of every source."""

    def test_the_adopted_one_stands_first(self) -> None:
        """Then the others by their names, unconfirmed ones marked so."""
        [rule] = program_of(FACTS, adopting("society")).rules.values()
        shown = [(position.source, position.value, position.adopted, position.confirmed) for position in rule.positions]
        assert shown == [
            ("society", "1.8", True, "secondary"),
            ("handout", "1.5", False, "primary"),
            ("hearsay", "2", False, "unconfirmed"),
        ]

    def test_a_position_of_a_rule_is_told_by_its_note_or_locator(self) -> None:
        """A condition has no short form of its own."""
        [rule] = program_of(FACTS, adopting("handout", TWO_WHENS)).rules.values()
        assert [position.value for position in rule.positions] == ["from two on", "a condition of its own", "Table 1"]

    def test_what_a_rule_uses_is_shown_with_it(self) -> None:
        """Its own parameters, its group's, those of derived facts and of rules that it refers to, each once."""
        rest = """
        facts: {procedure.status: {type: enum, values: [booked, done], required: true}}
        parameters:
          phase:
            positions: {handout: {value: booked, confirmed: primary}}
            resolve: {adopt: handout, because: "x", by: "y", decided: "2026-11-01"}
        groups: {before: {applies_when: {procedure.status: {is: $phase}}}}
        derive: {inr.is_high: {when: {labs.inr: {at_least: $limit}}}}
        rules:
          derived: {when: {inr.is_high: {is: true}}}
          referring: {when: {any: [{rule: {applies: rule}}, {rule: {applies: derived}}]}}
          counting: {kind: follow_up, when: {kind: {any_applies: indication}}}
          grouped: {group: before, when: {fracture.painful: {is: true}}}
          alone: {kind: timing, when: {fracture.painful: {is: true}}}
        """
        rules = program_of(FACTS, adopting("handout"), rest).rules
        shown = {id_: sorted({position.of for position in rule.positions}) for id_, rule in rules.items()}
        assert shown == {
            "rule": ["$limit"],
            "derived": ["$limit"],
            "referring": ["$limit"],
            "counting": ["$limit", "$phase"],
            "grouped": ["$phase"],
            "alone": [],
        }


class TestIntervals:
    """How long before the procedure the last dose has to be (§10.3)."""

    @pytest.mark.parametrize(
        ("value", "interval"),
        [
            ("{full_days: 7}", Interval("full_days", 7, 7)),
            ("{full_days: {from: 3, to: 5}}", Interval("full_days", 3, 5)),
            ("{hours: 48}", Interval("hours", 48, 48)),
            ("{doses: 6, per_day: 2}", Interval("doses", 6, 6, per_day=2)),
        ],
    )
    def test_are_read_with_both_ends(self, value: str, interval: Interval) -> None:
        """A single figure is a range of one."""
        program = program_of(MEDICATIONS, hold_with(f"positions: {{handout: {{value: {value}, confirmed: primary}}}}"))
        assert program.worlds[0].intervals == {"stop": interval}

    def test_an_interval_that_the_site_has_not_set_is_left_out(self) -> None:
        """The hold is then undecidable, not zero."""
        program = program_of(MEDICATIONS, hold_with('unset: "each site has its own"'))
        assert program.worlds[0].intervals == {}
        assert program.unset == {"washout": "each site has its own"}

    def test_anything_else_is_no_interval(self) -> None:
        """A duration does not say how it counts."""
        message = refusal_of(MEDICATIONS, hold_with('positions: {handout: {value: "7 d", confirmed: primary}}'))
        assert "the parameter `washout` is used as a hold interval; expected `full_days`, `hours` or `doses`" in message


def hold_with(positions: str) -> str:
    """Give a hold on a parameter with these positions."""
    resolve = ', resolve: {adopt: handout, because: "x", by: "y", decided: "2026-11-01"}'
    return f"""
    parameters: {{washout: {{{positions}{resolve if "positions" in positions else ""}}}}}
    rules:
      stop: {{kind: hold, for_each: med in medications, advise: hold, interval: $washout,
             when: {{med.substance: {{is: ibuprofen}}}}}}
    """


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (FullDays(full_days=1), "1 full day"),
        (FullDays(full_days=Ends(from_=3, to=5)), "3 to 5 full days"),
        (Hours(hours=1), "1 hour"),
        (Hours(hours=48), "48 hours"),
        (Doses(doses=1, per_day=2), "1 dose at 2 a day"),
        (Doses(doses=Ends(from_=6, to=8), per_day=2), "6 to 8 doses at 2 a day"),
        (Bounds(from_="1.5", to="1.8", strict="from"), "1.5 to 1.8"),
        (True, "true"),
        ("38.3 Cel", "38.3 Cel"),
        (5, "5"),
    ],
)
def test_a_value_is_told_as_people_say_it(value: ParameterValue, text: str) -> None:
    """With its unit, its range and its rate."""
    assert value_text(value) == text
