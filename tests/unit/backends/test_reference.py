"""The meaning of record: each node's truth, by the tables of the language page (§7, §8)."""

from __future__ import annotations

from typing import Any

import pytest
from builders import MEDICATIONS, listed, patient, place_of, program_of, verdict_of, verdicts_of

from cds.backends.reference import Reference, truth_of
from cds.ir.kleene import FALSE, TRUE, UNKNOWN, Truth
from cds.ir.nodes import Counting, Elapsed, Ref

T, U, F = TRUE, UNKNOWN, FALSE
FACTS = """
facts:
  a.one: {type: boolean}
  a.two: {type: boolean}
  labs.inr: {type: number}
  fracture.onset: {type: time, granularity: day}
  start: {type: time}
  end: {type: time}
  levels: {type: list, items: {healed: {type: boolean}}}
"""
ONE, TWO = "{a.one: {is: true}}", "{a.two: {is: true}}"


def truth(condition: str, *, zone: str = "America/New_York", **known: Any) -> Truth:
    """Give the truth of a condition for a patient about whom only this is known."""
    program = program_of(FACTS, f"rules: {{rule: {{judges: data_quality, when: {condition}}}}}")
    return verdict_of(program, patient(program, zone=zone, **known))


GIVEN = {T: True, U: None, F: False}


def healed(*items: Truth, complete: bool = True) -> dict[str, Any]:
    """Give levels, healed or not or not said."""
    return {"levels": listed(*({"healed": GIVEN[item]} for item in items), complete=complete)}


class TestConnectives:
    """Kleene's tables (§7.4)."""

    @pytest.mark.parametrize(
        ("one", "two", "both", "either"),
        [
            (T, T, T, T),
            (T, U, U, T),
            (T, F, F, T),
            (U, U, U, U),
            (U, F, F, U),
            (F, F, F, F),
        ],
    )
    def test_all_and_any(self, one: Truth, two: Truth, both: Truth, either: Truth) -> None:
        """The order of the parts means nothing."""
        known = {"a": {"one": GIVEN[one], "two": GIVEN[two]}}
        for parts in (f"[{ONE}, {TWO}]", f"[{TWO}, {ONE}]"):
            assert truth(f"{{all: {parts}}}", **known) is both
            assert truth(f"{{any: {parts}}}", **known) is either

    @pytest.mark.parametrize(("one", "expected"), [(T, F), (U, U), (F, T)])
    def test_not(self, one: Truth, expected: Truth) -> None:
        """UNKNOWN stays UNKNOWN."""
        assert truth(f"{{not: {ONE}}}", a={"one": GIVEN[one]}) is expected


class TestNumbers:
    """Bounds on a value known as an interval (§7.6)."""

    @pytest.mark.parametrize(
        ("value", "at_least", "more_than", "at_most", "less_than", "between"),
        [
            ("1", F, F, T, T, F),
            ("2", T, F, T, F, T),
            ("3", T, T, F, F, T),
            ("4", T, T, F, F, F),
            ({"from": "1", "to": "2"}, U, F, T, U, U),
            ({"from": "1", "to": "4"}, U, U, U, U, U),
            ({"from": "2", "to": "3"}, T, U, U, F, T),
            ({"from": "3", "to": "4"}, T, T, F, F, U),
            (None, U, U, U, U, U),
        ],
    )
    def test_operators(
        self, value: Any, *, at_least: Truth, more_than: Truth, at_most: Truth, less_than: Truth, between: Truth
    ) -> None:
        """TRUE if all of the value lies in the region, FALSE if none does, else UNKNOWN."""
        tests = {"at_least: 2": at_least, "more_than: 2": more_than, "at_most: 2": at_most, "less_than: 2": less_than}
        for test, expected in {**tests, "between: [2, 3]": between}.items():
            assert truth(f"{{labs.inr: {{{test}}}}}", labs={"inr": value}) is expected, test


class TestTimes:
    """Elapsed time, calendar days and whole days (§7.7)."""

    @pytest.mark.parametrize(
        ("end", "expected"),
        [("2026-11-20T11:59:00Z", F), ("2026-11-20T12:00:00Z", T), ("2026-11-20T12:01:00Z", T), ("2026-11-20", U)],
    )
    def test_hours_elapse(self, end: str, expected: Truth) -> None:
        """A date is the whole day, so that it can be before and after the bound."""
        condition = '{end: {at_least: "24 h", after: start}}'
        assert truth(condition, start="2026-11-19T12:00:00Z", end=end) is expected

    @pytest.mark.parametrize(("hour", "expected"), [("08:59", F), ("09:00", T), ("09:01", T)])
    def test_a_calendar_day_keeps_the_wall_time(self, hour: str, expected: Truth) -> None:
        """Over the change of the clock a day has 25 hours."""
        condition = '{end: {at_least: "1 d", after: start}}'
        known = {"start": "2026-10-31T09:00:00-04:00", "end": f"2026-11-01T{hour}:00-05:00"}
        assert truth(condition, **known) is expected

    @pytest.mark.parametrize(("test", "expected"), [("at_least: 0 d", T), ("at_most: 0 d", T), ("more_than: 0 d", F)])
    def test_no_days_at_all(self, test: str, expected: Truth) -> None:
        """Two equal times are zero days apart."""
        now = "2026-10-31T09:00:00-04:00"
        assert truth(f"{{end: {{{test}, after: start}}}}", start=now, end=now) is expected

    @pytest.mark.parametrize(("days", "expected"), [(25, T), (26, F)])
    def test_whole_days_do_not_look_at_the_hour(self, days: int, expected: Truth) -> None:
        """From a day to an instant is a number of days, two-valued."""
        condition = f'{{fracture.onset: {{at_least: "{days} d", before: as_of}}}}'
        assert truth(condition, fracture={"onset": "2026-10-27"}) is expected

    def test_before_means_before(self) -> None:
        """`at most 3 days before` is FALSE of what comes after."""
        known = {"start": "2026-11-20T12:00:00Z", "end": "2026-11-19T12:00:00Z"}
        assert truth('{start: {at_most: "3 d", before: end}}', **known) is F
        assert truth('{end: {at_most: "3 d", before: start}}', **known) is T

    @pytest.mark.parametrize("known", [{"start": "2026-11-20"}, {"end": "2026-11-20"}, {}])
    def test_a_missing_time_leaves_it_open(self, known: dict[str, str]) -> None:
        """Either end may be missing."""
        assert truth('{end: {at_least: "1 d", after: start}}', **known) is U

    @pytest.mark.parametrize(
        ("days", "low", "high", "expected"),
        [(2, None, 3, T), (-2, None, 3, T), (4, None, 3, F), (2, None, None, T), (None, None, 3, U)],
    )
    def test_a_node_may_lack_either_bound(
        self, days: int | None, low: int | None, high: int | None, expected: Truth
    ) -> None:
        """The language always sets one that begins at zero; measured backwards the time is negative."""
        program = program_of(FACTS, f"rules: {{rule: {{when: {ONE}}}}}")
        end = None if days is None else f"2026-11-{10 + days:02}"
        facts = patient(program, fracture={"onset": "2026-11-10"}, end=end)
        node = Elapsed(Ref(None, "fracture.onset"), Ref(None, "end"), Counting.WHOLE_DAYS, low, high)
        assert truth_of(node, place_of(program, facts)) is expected


class TestLeaves:
    """Words, classes, what is known, and what is not configured (§7.5)."""

    def test_known_is_two_valued(self) -> None:
        """Every way of being unknown is not known."""
        for value in (None, {"unknown": "refused"}, {"conflicting": [True, False]}):
            assert truth("{a.one: {known: true}}", a={"one": value}) is F
        assert truth("{a.one: {known: true}}", a={"one": False}) is T

    def test_what_the_site_has_not_set_is_open(self) -> None:
        """Whatever the fact says."""
        program = program_of(
            FACTS, "parameters: {limit: {unset: why}}", "rules: {rule: {when: {labs.inr: {at_least: $limit}}}}"
        )
        assert verdict_of(program, patient(program, labs={"inr": "9"})) is U

    @pytest.mark.parametrize(("text", "expected"), [("aspirin", T), ("warfarin", F), ("the white ones", U)])
    def test_class(self, text: str, expected: Truth) -> None:
        """A medication that cannot be identified may belong to any class."""
        program = program_of(
            MEDICATIONS, "rules: {rule: {for_each: m in medications, when: {m.substance: {in_class: nsaid}}}}"
        )
        facts = patient(program, medications=listed({"text": text}))
        assert verdict_of(program, facts, binding="medications/m1") is expected


class TestQuantifiers:
    """Lists with their closure (§7.8)."""

    @pytest.mark.parametrize(
        ("levels", "exists", "every"),
        [
            (healed(), F, T),
            (healed(T, F), T, F),
            (healed(T, U), T, U),
            (healed(F, U), U, F),
            (healed(complete=False), U, U),
            (healed(T, complete=False), T, U),
            (healed(F, complete=False), U, F),
            ({"levels": None}, U, U),
            ({}, U, U),
        ],
    )
    def test_table(self, levels: dict[str, Any], exists: Truth, every: Truth) -> None:
        """An absent list, an empty complete one and an empty open one differ."""
        part = "{each: l in levels, where: {l.healed: {is: true}}}"
        assert truth(f"{{exists: {part}}}", **levels) is exists
        assert truth(f"{{every: {part}}}", **levels) is every

    def test_other_leaves_the_rules_own_item_out(self) -> None:
        """Only that binding."""
        program = program_of(
            FACTS,
            """rules:
          rule:
            for_each: own in levels
            when: {exists: {each: l in levels, where: {l.healed: {is: true}}, other: true}}
        """,
        )
        found = verdicts_of(program, patient(program, **healed(T, F)))
        assert found == {("rule", "levels/m2"): T}


class TestResults:
    """Rules that use rules, derived facts, and what open lists leave out (§7.10, §8.2, §8.7)."""

    RULES = """
    groups: {before: {applies_when: {procedure.status: {is: booked}}}}
    derive: {med.is_nsaid: {for_each: med in medications, when: {med.substance: {in_class: nsaid}}},
             procedure.is_booked: {when: {procedure.status: {is: booked}}}}
    rules:
      nsaid: {for_each: med in medications, when: {med.is_nsaid: {is: true}}}
      grouped: {for_each: med in medications, group: before, when: {med.is_nsaid: {is: true}}}
      booked: {kind: timing, when: {procedure.is_booked: {is: true}}}
      any-nsaid: {kind: follow_up, when: {rule: {applies: nsaid}}}
      no-nsaid: {kind: follow_up, when: {not: {kind: {any_applies: indication}}}}
      either: {kind: follow_up, when: {any: [{rule: {applies: booked}}, {rule: {applies: nsaid}}]}}
    """

    def found(self, **known: Any) -> dict[tuple[str, str], Truth]:
        """Give the verdicts of the rules for a patient."""
        program = program_of(MEDICATIONS, self.RULES)
        return verdicts_of(program, patient(program, **known))

    def test_a_result_per_item_is_exists_over_its_list(self) -> None:
        """TRUE as soon as one applies."""
        found = self.found(medications=listed({"text": "ibuprofen"}, {"text": "warfarin"}))
        assert found["nsaid", "medications/m1"] is T
        assert found["any-nsaid", "patient"] is T
        assert ("nsaid", "medications/m2") not in found
        assert ("no-nsaid", "patient") not in found

    def test_over_a_complete_list_none_is_false(self) -> None:
        """An empty complete list has none."""
        found = self.found(medications=listed())
        assert found == {
            ("derive:procedure.is_booked", "patient"): T,
            ("booked", "patient"): T,
            ("no-nsaid", "patient"): T,
            ("either", "patient"): T,
        }

    @pytest.mark.parametrize(
        "medications", [None, listed(complete=False), listed({"text": "warfarin"}, complete=False)]
    )
    def test_what_an_open_list_leaves_out_is_a_binding_of_its_own(self, medications: Any) -> None:
        """Absent or not known complete: UNKNOWN, and so is any result over it."""
        found = self.found(medications=medications)
        assert found["nsaid", "medications/*"] is U
        assert found["grouped", "medications/*"] is U
        assert found["any-nsaid", "patient"] is U
        assert found["no-nsaid", "patient"] is U
        assert found["either", "patient"] is T

    def test_outside_its_phase_of_care_a_rule_is_false(self) -> None:
        """Nobody is asked for a list that could not matter (§8.6)."""
        found = self.found(medications=listed({"text": "ibuprofen"}, complete=False), procedure={"status": "done"})
        assert ("grouped", "medications/*") not in found
        assert ("grouped", "medications/m1") not in found
        assert found["nsaid", "medications/m1"] is T


def test_every_world_is_evaluated_whole() -> None:
    """One answer per rule, binding and world (§10.1)."""
    program = program_of(
        FACTS,
        """
    parameters:
      limit:
        positions: {handout: {value: 2, confirmed: primary}, society: {value: 4, confirmed: primary}}
        resolve: {adopt: none, because: "x", by: "y", decided: "2026-11-01"}
    rules:
      high: {when: {labs.inr: {at_least: $limit}}}
      result: {when: {rule: {applies: high}}}
    """,
    )
    found = Reference().evaluate(program, patient(program, labs={"inr": "3"}))
    assert found == {("high", "patient", 0): T, ("result", "patient", 0): T}
