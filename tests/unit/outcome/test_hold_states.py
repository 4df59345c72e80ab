"""The states of holds, their deadlines and the earliest procedure (language §10.2 to §10.5)."""

from __future__ import annotations

from typing import Any

import pytest
from builders import MEDICATIONS, decision_of, listed, patient, program_of, recommendation

START = "2026-12-01T08:00:00-05:00"
PAST_DEADLINE = "2026-11-28T09:00:00-05:00"
"""After the last permitted dose of seven full days before `START`, which is any time on 2026-11-23."""


def holding(interval: str = "{full_days: 7}", rest: str = "{}", **rule: Any) -> tuple[str, ...]:
    """Give a ruleset that holds NSAIDs for an interval."""
    resolve = '{adopt: handout, because: "x", by: "y", decided: "2026-11-01"}'
    more = "".join(f"{key}: {value}, " for key, value in rule.items())
    return (
        MEDICATIONS,
        f"""
    parameters: {{washout: {{positions: {{handout: {{value: {interval}, confirmed: primary}}}}, resolve: {resolve}}}}}
    rules:
      stop: {{kind: hold, for_each: m in medications, advise: hold, interval: $washout, {more}
             when: {{m.substance: {{in_class: nsaid}}}}}}
    """,
        rest,
    )


def decide(
    *ruleset: str, start: Any = START, as_of: str = "2026-11-21T09:00:00-05:00", complete: bool = True, **item: Any
) -> Any:
    """Decide about one ibuprofen of which this is known."""
    program = program_of(*(ruleset or holding()))
    medications = listed({"text": "ibuprofen", **item}, complete=complete)
    return decision_of(program, patient(program, as_of=as_of, procedure={"start": start}, medications=medications))


def hold(*ruleset: str, **known: Any) -> Any:
    """Give the hold of one ibuprofen of which this is known."""
    return recommendation(decide(*ruleset, **known), "stop", "medications/m1")["hold"]


def state(*ruleset: str, **known: Any) -> tuple[str, str]:
    """Give state and reason."""
    found = hold(*ruleset, **known)
    return found["state"], found["reason"]


class TestDeadlines:
    """The last permitted dose (§10.3)."""

    @pytest.mark.parametrize(
        ("interval", "last", "first_without", "frequency"),
        [
            ("{full_days: 7}", "2026-11-23", "2026-11-24", None),
            ("{full_days: 0}", "2026-11-30", "2026-12-01", None),
            ("{full_days: {from: 3, to: 5}}", "2026-11-25", "2026-11-26", None),
            ("{hours: 48}", "2026-11-29T08:00:00-05:00", "2026-11-29T08:00:00-05:00", None),
            ("{doses: 5, per_day: 2}", "2026-11-27", "2026-11-28", "2 /d"),
            ("{doses: 4, per_day: 2}", "2026-11-28", "2026-11-29", "2 /d"),
        ],
    )
    def test_by_each_way_of_counting(self, interval: str, last: str, first_without: str, frequency: str | None) -> None:
        """Whole days, hours, or doses at the source's frequency rounded up to days; the longer end of a range."""
        found = hold(*holding(interval), status="active", frequency=frequency)
        assert (found["last_permitted_dose"], found["no_dose_from"]) == (last, first_without)

    def test_a_date_of_the_procedure_is_its_beginning(self) -> None:
        """The earlier deadline is the safe one."""
        assert hold(*holding("{hours: 48}"), start="2026-12-01")["last_permitted_dose"] == "2026-11-29T00:00:00-05:00"

    @pytest.mark.parametrize(
        ("frequency", "expected"),
        [
            (None, ("undecidable", "frequency_unknown")),
            ({"from": "1 /d", "to": "2 /d"}, ("undecidable", "frequency_unknown")),
            ("3 /d", ("prescriber", "other_frequency")),
            ("1 /d", ("prescriber", "other_frequency")),
        ],
    )
    def test_doses_need_the_frequency_of_the_source(self, frequency: Any, expected: tuple[str, str]) -> None:
        """Another one is for the prescriber, an unknown one is asked for; neither has a date."""
        ruleset = holding("{doses: 5, per_day: 2}")
        decision = decide(*ruleset, frequency=frequency)
        found = recommendation(decision, "stop", "medications/m1")["hold"]
        assert (found["state"], found["reason"]) == expected
        assert found["last_permitted_dose"] is None
        assert found["interval"] == {"counting": "doses", "low": 5, "high": 5, "per_day": 2}
        asked = [each["fact"] for each in decision["ask"]]
        assert asked == (["medications/m1.frequency"] if expected[0] == "undecidable" else [])


class TestBeforeTheDeadline:
    """Planned, due, or satisfied already (§10.4)."""

    @pytest.mark.parametrize("status", ["stopped", "on_hold", "completed"])
    def test_a_washout_that_has_elapsed_satisfies(self, status: str) -> None:
        """With a last dose that is known, of a drug that is no longer taken."""
        assert state(status=status, last_dose="2026-11-13T09:00:00-05:00") == ("satisfied", "washout_elapsed")

    @pytest.mark.parametrize(
        "item",
        [
            {"status": "active", "last_dose": "2026-11-13T09:00:00-05:00"},
            {"status": "stopped", "last_dose": "2026-11-14T00:00:00-05:00"},
            {"status": "stopped", "last_dose": "2026-11-14"},
            {"status": "stopped", "last_dose": {"from": "2026-11-12", "to": "2026-11-14"}},
            {"status": "stopped"},
            {},
        ],
    )
    def test_anything_less_is_planned(self, item: dict[str, Any]) -> None:
        """Still taken, not elapsed, not known."""
        assert state(**item) == ("planned", "before_deadline")

    @pytest.mark.parametrize(
        ("window", "as_of", "expected"),
        [
            ("48 h", "2026-11-21T23:59:58-05:00", "planned"),
            ("48 h", "2026-11-22T00:00:01-05:00", "due"),
            ("2 d", "2026-11-20T23:59:59-05:00", "planned"),
            ("2 d", "2026-11-21T00:00:00-05:00", "due"),
        ],
    )
    def test_the_reminder_window_makes_it_due(self, window: str, as_of: str, expected: str) -> None:
        """Hours elapse before the end of the last permitted day, days are those of the calendar."""
        found = hold(*holding(rest=f"settings: {{reminder_window: {window}}}"), as_of=as_of)
        assert found["state"] == expected

    def test_the_last_permitted_day_belongs_to_it(self) -> None:
        """A dose is permitted until midnight."""
        assert state(as_of="2026-11-23T23:59:59-05:00") == ("planned", "before_deadline")
        assert state(as_of="2026-11-24T00:00:00-05:00") == ("undecidable", "last_dose_unknown")


class TestPastTheDeadline:
    """A report ages: only one from after the deadline shows that an active drug was stopped in time (§10.4)."""

    @pytest.mark.parametrize(
        ("item", "expected", "asked"),
        [
            ({"last_dose": "2026-11-24T00:00:00-05:00"}, ("overdue", "dose_after_deadline"), []),
            ({"last_dose": "2026-11-24"}, ("overdue", "dose_after_deadline"), []),
            ({"last_dose": "2026-11-23", "status": "stopped"}, ("satisfied", "stopped_in_time"), []),
            ({"last_dose": "2026-11-23", "status": "completed"}, ("satisfied", "stopped_in_time"), []),
            (
                {"last_dose": "2026-11-23", "status": "active", "last_dose_reported_at": "2026-11-24T00:00:01-05:00"},
                ("satisfied", "reported_after_deadline"),
                [],
            ),
            (
                {"last_dose": "2026-11-23", "status": "active", "last_dose_reported_at": "2026-11-23"},
                ("undecidable", "report_too_old"),
                ["last_dose_reported_at"],
            ),
            (
                {"last_dose": "2026-11-20", "status": "active"},
                ("undecidable", "report_too_old"),
                ["last_dose_reported_at"],
            ),
            ({"last_dose": "2026-11-20"}, ("undecidable", "report_too_old"), ["last_dose_reported_at"]),
            ({"status": "stopped"}, ("undecidable", "last_dose_unknown"), ["last_dose"]),
            (
                {"last_dose": {"from": "2026-11-23", "to": "2026-11-24"}, "status": "stopped"},
                ("undecidable", "last_dose_too_vague"),
                ["last_dose"],
            ),
        ],
    )
    def test_states(self, item: dict[str, Any], expected: tuple[str, str], asked: list[str]) -> None:
        """And what would settle those that cannot be decided."""
        decision = decide(as_of=PAST_DEADLINE, **item)
        found = recommendation(decision, "stop", "medications/m1")["hold"]
        assert (found["state"], found["reason"]) == expected
        assert (found["last_permitted_dose"] is None) == (expected[0] == "undecidable")
        assert [each["fact"] for each in decision["ask"]] == [f"medications/m1.{name}" for name in asked]

    def test_the_deadline_itself_is_in_time(self) -> None:
        """To the instant, where hours count: for the decision, for the dose, and not for the report."""
        hours, deadline = holding("{hours: 48}"), "2026-11-29T08:00:00-05:00"
        assert state(*hours, as_of=deadline) == ("planned", "before_deadline")
        now = "2026-11-30T09:00:00-05:00"
        assert state(*hours, as_of=now, status="stopped", last_dose=deadline) == ("satisfied", "stopped_in_time")
        later = "2026-11-29T08:00:01-05:00"
        assert state(*hours, as_of=now, status="stopped", last_dose=later) == ("overdue", "dose_after_deadline")
        for reported in (deadline, "2026-11-29"):
            known = {"status": "active", "last_dose": "2026-11-28", "last_dose_reported_at": reported}
            assert state(*hours, as_of=now, **known) == ("undecidable", "report_too_old")

    def test_a_start_that_is_a_whole_day_can_leave_it_open(self) -> None:
        """The dose was in time for a late start and too late for an early one."""
        hours = holding("{hours: 48}")
        item = {"status": "stopped", "last_dose": "2026-11-29T12:00:00-05:00", "as_of": "2026-11-30T09:00:00-05:00"}
        decision = decide(*hours, start="2026-12-01", **item)
        found = recommendation(decision, "stop", "medications/m1")["hold"]
        assert (found["state"], found["reason"]) == ("undecidable", "procedure_start_too_vague")
        assert [each["fact"] for each in decision["ask"]] == ["procedure.start"]
        assert state(*hours, start="2026-12-01T14:00:00-05:00", **item) == ("satisfied", "stopped_in_time")
        assert state(*hours, start="2026-12-01T06:00:00-05:00", **item) == ("overdue", "dose_after_deadline")


class TestStart:
    """Without a start ahead there is no date (§10.4)."""

    @pytest.mark.parametrize(
        ("start", "reason"),
        [
            (None, "procedure_start_unknown"),
            ({"unknown": "not_assessed"}, "procedure_start_unknown"),
            ("2026-11-20", "procedure_start_passed"),
            ("2026-11-21T08:59:59-05:00", "procedure_start_passed"),
        ],
    )
    def test_unknown_or_past_is_undecidable(self, start: Any, reason: str) -> None:
        """The interval is told all the same, and the start asked for."""
        decision = decide(start=start)
        found = recommendation(decision, "stop", "medications/m1")["hold"]
        assert (found["state"], found["reason"], found["last_permitted_dose"]) == ("undecidable", reason, None)
        assert found["interval"] == {"counting": "full_days", "low": 7, "high": 7}
        assert [each["fact"] for each in decision["ask"]] == ["procedure.start"]

    def test_now_is_not_past(self) -> None:
        """A procedure that starts at `as_of`, or some time today, is not before it."""
        for start in ("2026-11-21T09:00:00-05:00", "2026-11-21"):
            assert state(start=start)[1] == "last_dose_unknown"

    def test_an_interval_that_the_site_has_not_set(self) -> None:
        """Is no interval of zero."""
        rules = """
        parameters: {washout: {unset: "each site has its own"}}
        rules:
          stop: {kind: hold, for_each: m in medications, advise: hold, interval: $washout,
                 when: {m.substance: {in_class: nsaid}}}
        """
        assert state(MEDICATIONS, rules) == ("undecidable", "interval_not_configured")


class TestTheEndsOfTheCalendar:
    """What lies beyond them is still before or after; only its date is not known."""

    def test_a_procedure_that_could_only_be_after_the_last_year(self) -> None:
        """A dose too late for the last days that there are."""
        item = {"status": "active", "last_dose": "9999-12-28T09:00:00-05:00"}
        decision = decide(as_of="9999-12-29T09:00:00-05:00", start="9999-12-30T08:00:00-05:00", **item)
        found = recommendation(decision, "stop", "medications/m1")
        assert (found["hold"]["state"], found["hold"]["last_permitted_dose"]) == ("overdue", "9999-12-22")
        assert (found["hold"]["earliest_procedure"], decision["earliest_procedure"]) == (None, None)
        assert "the earliest procedure is (no date can be given yet)" in found["text"]

    def test_a_dose_that_was_permitted_only_before_the_first_year(self) -> None:
        """Its deadline has passed whatever is known."""
        known = {"as_of": "0001-01-04T09:00:00-05:00", "start": "0001-01-05T08:00:00-05:00"}
        found = hold(last_dose="0001-01-03", **known)
        assert (found["state"], found["last_permitted_dose"], found["no_dose_from"]) == ("overdue", None, None)
        assert hold(*holding("{hours: 480}"), last_dose="0001-01-03", **known)["last_permitted_dose"] is None


class TestOtherPositions:
    """The deadline by every position that is not adopted (§10.6)."""

    VALUES = ("{full_days: 7}", "{hours: 48}", "{full_days: {from: 1, to: 3}}", "{doses: 5, per_day: 2}")
    SOURCES = ("handout", "hearsay", "society", "textbook")

    def positions(self, adopted: str) -> tuple[str, ...]:
        """Give a ruleset in which every source holds one of the values."""
        sources = "sources: {textbook: {title: Textbook, citation: A book, confirmed: primary}}"
        held = "".join(
            f"{source}: {{value: {value}, confirmed: {'unconfirmed' if source == 'hearsay' else 'primary'}}}, "
            for source, value in zip(self.SOURCES, self.VALUES, strict=True)
        )
        resolve = f'{{adopt: {adopted}, because: "x", by: "y", decided: "2026-11-01"}}'
        ruleset = holding(rest=f"parameters: {{washout: {{positions: {{{held}}}, resolve: {resolve}}}}}")
        return (sources, *ruleset)

    @pytest.mark.parametrize("adopted", ["handout", "society", "textbook"])
    def test_is_the_one_that_its_adoption_would_give(self, adopted: str) -> None:
        """By source, each with its interval, and an unconfirmed one marked."""
        found = hold(*self.positions(adopted), status="active", frequency="2 /d")
        others = {other["source"]: other for other in found["other_deadlines"]}
        assert list(others) == [source for source in self.SOURCES if source != adopted]
        for source in sorted(others.keys() - {"hearsay"}):
            by_it = hold(*self.positions(source), status="active", frequency="2 /d")
            assert others[source]["last_permitted_dose"] == by_it["last_permitted_dose"]
            assert (others[source]["interval"], others[source]["confirmed"]) == (by_it["interval"], "primary")
        assert others["hearsay"] == {
            "source": "hearsay",
            "interval": {"counting": "hours", "low": 48, "high": 48},
            "last_permitted_dose": "2026-11-29T08:00:00-05:00",
            "confirmed": "unconfirmed",
        }

    @pytest.mark.parametrize("frequency", [None, "3 /d"])
    def test_has_no_date_by_doses_that_are_taken_otherwise(self, frequency: str | None) -> None:
        """Its interval is shown all the same."""
        found = hold(*self.positions("handout"), status="active", frequency=frequency)
        assert [other["last_permitted_dose"] is None for other in found["other_deadlines"]] == [False, False, True]

    def test_is_shown_only_in_states_that_have_a_date(self) -> None:
        """Where no date is given, none is given by others."""
        assert hold(*self.positions("handout"), start=None)["other_deadlines"] == []
        assert hold(*self.positions("handout"), text="the white ones")["other_deadlines"] == []
        assert hold(*self.positions("textbook"), frequency="3 /d")["other_deadlines"] == []


class TestOtherAdvice:
    """Holds whose state does not come from a date (§9.2, §8.11)."""

    @pytest.mark.parametrize(
        ("advise", "expected"), [("refer", "prescriber"), ("identify", "unidentified"), ("continue", "continue")]
    )
    def test_the_advice_says_the_state(self, advise: str, expected: str) -> None:
        """Each declares the one that it stands for."""
        rule = f"rules: {{stop: {{kind: hold, for_each: m in medications, advise: {advise}, when: WHEN}}}}"
        known = rule.replace("WHEN", "{m.substance: {in_class: nsaid}}")
        assert state(MEDICATIONS, known) == (expected, expected)

    @pytest.mark.parametrize(
        ("advise", "expected"),
        [
            ("refer", ("prescriber", "assumed")),
            ("identify", ("unidentified", "assumed")),
            ("continue", ("undecidable", "condition_unknown")),
        ],
    )
    def test_what_is_assumed(self, advise: str, expected: tuple[str, str]) -> None:
        """Nobody is told to go on taking a drug because of what is not known."""
        rule = f"""rules:
          stop: {{kind: hold, for_each: m in medications, advise: {advise}, on_unknown: assume_applies,
                 when: {{m.status: {{is: active}}}}}}
        """
        assert state(MEDICATIONS, rule) == expected

    def test_an_assumed_hold_has_its_date(self) -> None:
        """`assume_applies` acts as if TRUE, and says so."""
        decision = decide(*holding(on_unknown="assume_applies"), text="the white ones")
        found = recommendation(decision, "stop", "medications/m1")
        assert found["assumed"]
        assert found["hold"]["state"] == "planned"
        assert [each["fact"] for each in decision["ask"]] == ["medications/m1.substance"]

    def test_what_is_open_is_undecidable(self) -> None:
        """Whether it concerns the medication is not known."""
        assert state(text="the white ones") == ("undecidable", "condition_unknown")


class TestWithheld:
    """While a rule that could override is UNKNOWN, no date and no number is told (§8.5)."""

    OVERRIDER = """
    facts: {history.stent: {type: boolean}}
    rules:
      stent: {kind: hold, for_each: m in medications, advise: refer, overrides: [stop],
              when: {all: [{m.substance: {in_class: nsaid}}, {history.stent: {is: true}}]}}
    """

    def test_no_date_and_no_number(self) -> None:
        """Neither as interval nor as position; what would settle the override is asked."""
        decision = decide(*holding(rest=self.OVERRIDER, restart="the day after"))
        found = recommendation(decision, "stop", "medications/m1")
        assert (found["status"], found["overridden_by"]) == ("cannot_decide", "stent")
        assert (found["hold"]["state"], found["hold"]["reason"]) == ("undecidable", "withheld")
        assert (found["hold"]["interval"], found["hold"]["restart"], found["positions"]) == (None, None, [])
        assert [(each["fact"], each["would_settle"]) for each in decision["ask"]] == [
            ("history.stent", ["stent", "stop"])
        ]

    def test_an_assumed_hold_that_is_withheld_is_not_said_to_be_assumed(self) -> None:
        """It does not stand."""
        decision = decide(*holding(rest=self.OVERRIDER, on_unknown="assume_applies"), text="the white ones")
        found = recommendation(decision, "stop", "medications/m1")
        assert (found["status"], found["assumed"]) == ("cannot_decide", False)


class TestContested:
    """Every reading is shown, none is chosen (§10.1)."""

    POSITIONS = """
    parameters:
      washout:
        positions:
          handout: {value: {full_days: 7}, confirmed: primary}
          society: {value: {hours: 48}, confirmed: primary}
        resolve: {adopt: none, because: "x", by: "y", decided: "2026-11-01"}
    """

    def readings(self, *ruleset: str, **known: Any) -> list[tuple[dict[str, str], str | None]]:
        """Give the sources and the last permitted dose of each reading."""
        found = hold(*ruleset, **known)
        assert (found["state"], found["interval"], found["last_permitted_dose"]) == ("contested", None, None)
        return [(reading["sources"], reading["last_permitted_dose"]) for reading in found["readings"]]

    def test_the_earlier_deadline_is_shown_first(self) -> None:
        """Whatever the order of the sources."""
        found = self.readings(*holding(rest=self.POSITIONS))
        assert found == [
            ({"$washout": "handout"}, "2026-11-23"),
            ({"$washout": "society"}, "2026-11-29T08:00:00-05:00"),
        ]
        swapped = self.POSITIONS.replace("{full_days: 7}", "{hours: 24}")
        first, second = self.readings(*holding(rest=swapped))
        assert (first[0], second[0]) == ({"$washout": "society"}, {"$washout": "handout"})

    @pytest.mark.parametrize("start", [None, "2026-11-20"])
    def test_without_a_start_ahead_the_longer_interval_is_shown_first(self, start: str | None) -> None:
        """And no reading has a date."""
        found = self.readings(*holding(rest=self.POSITIONS), start=start)
        assert found == [({"$washout": "society"}, None), ({"$washout": "handout"}, None)]

    def test_a_reading_at_another_frequency_has_no_date(self) -> None:
        """As it would have none if it were adopted."""
        doses = self.POSITIONS.replace("{hours: 48}", "{doses: 4, per_day: 2}")
        found = self.readings(*holding(rest=doses), frequency="3 /d")
        assert {sources["$washout"]: last for sources, last in found} == {
            "handout": "2026-11-23",
            "society": None,
        }

    def test_a_source_by_which_the_rule_does_not_apply_has_no_reading(self) -> None:
        """Its figure is not what it advises here."""
        rule = """
        rules:
          stop:
            when: null
            positions:
              handout: {when: {m.substance: {in_class: nsaid}}, confirmed: primary}
              society: {when: {m.substance: {is: warfarin}}, confirmed: primary}
            resolve: {adopt: none, because: "x", by: "y", decided: "2026-11-01"}
        """
        assert self.readings(*holding(rest=rule)) == [({"stop": "handout"}, "2026-11-23")]

    def test_opposed_advice_is_contested_too(self) -> None:
        """The reason tells the two apart."""
        rest = "rules: {go-on: {kind: hold, for_each: m in medications, advise: continue, when: WHEN}}"
        decision = decide(*holding(rest=rest.replace("WHEN", "{m.status: {is: active}}")), status="active")
        both = [recommendation(decision, rule, "medications/m1")["hold"] for rule in ("stop", "go-on")]
        assert [(each["state"], each["reason"]) for each in both] == [("contested", "advice_differs")] * 2
        assert both[1]["readings"] == []


class TestWhatIsHeld:
    """Substance, class and what the record says of it."""

    def test_the_class_is_the_one_that_the_rule_names(self) -> None:
        """Aspirin is an antiplatelet too; the rule is about NSAIDs."""
        found = hold(text="aspirin", status="on_hold", last_dose="2026-11-20")
        assert (found["substance"], found["class"], found["medication"]) == ("aspirin", "nsaid", "aspirin")
        assert (found["record_status"], found["last_dose"]) == ("on_hold", "2026-11-20")

    @pytest.mark.parametrize(
        "when",
        [
            "{any: [{m.substance: {is: aspirin}}]}",
            "{all: [{m.substance: {is: aspirin}}, {not: {m.substance: {in_class: anticoagulant}}}]}",
        ],
    )
    def test_else_the_first_of_its_classes(self, when: str) -> None:
        """Where the condition asks for no class."""
        rule = f"rules: {{stop: {{kind: hold, for_each: m in medications, advise: refer, when: {when}}}}}"
        assert hold(MEDICATIONS, rule, text="aspirin")["class"] == "antiplatelet"

    def test_not_a_class_that_it_does_not_belong_to(self) -> None:
        """A condition may ask for a derived class beside another."""
        when = "{all: [{m.substance: {in_class: nsaid}}, {m.substance: {in_class: antiplatelet}}]}"
        rule = (
            f"rules: {{stop: {{kind: hold, for_each: m in medications, advise: refer, on_unknown: ask, when: {when}}}}}"
        )
        assert hold(MEDICATIONS, rule, text="aspirin")["class"] == "antiplatelet"

    def test_what_cannot_be_identified_has_neither(self) -> None:
        """Only its own words."""
        found = hold(text="the white ones")
        assert (found["substance"], found["class"], found["medication"]) == (None, None, "the white ones")

    def test_a_substance_without_classes(self) -> None:
        """Has none to show."""
        rest = """
        substances: {fish-oil: {names: [fish oil]}}
        rules: {stop: {when: {m.substance: {is: fish-oil}}}}
        """
        found = hold(*holding(rest=rest), text="fish oil")
        assert (found["substance"], found["class"]) == ("fish-oil", None)


class TestEarliestProcedure:
    """By all adopted holds together (§10.5)."""

    def earliest(self, *items: dict[str, Any], ruleset: tuple[str, ...] = (), complete: bool = True) -> Any:
        """Give the earliest procedure for a patient with these medications."""
        program = program_of(*(ruleset or holding()))
        facts = patient(program, procedure={"start": START}, medications=listed(*items, complete=complete))
        return decision_of(program, facts)["earliest_procedure"]

    def test_is_the_latest_of_all(self) -> None:
        """The last dose, or `as_of` if none is known, plus the interval, from the start of that day."""
        old, recent = (
            {"text": "ibuprofen", "status": "stopped", "last_dose": day} for day in ("2026-11-13", "2026-11-20")
        )
        assert self.earliest(old, recent) == "2026-11-28T00:00:00-05:00"
        assert self.earliest(old, {"text": "ibuprofen", "status": "stopped"}) == "2026-11-29T00:00:00-05:00"

    def test_what_may_still_be_taken_counts_from_now(self) -> None:
        """A dose may have been taken since the last one that is known."""
        for status in ("active", None):
            item = {"text": "ibuprofen", "status": status, "last_dose": "2026-11-13"}
            assert self.earliest(item) == "2026-11-29T00:00:00-05:00"

    def test_what_was_taken_too_late_counts_from_its_last_dose(self) -> None:
        """The state says that it is known."""
        item = {"status": "active", "last_dose": "2026-11-24T20:00:00-05:00"}
        assert decide(as_of=PAST_DEADLINE, **item)["earliest_procedure"] == "2026-12-02T00:00:00-05:00"

    def test_is_never_before_now(self) -> None:
        """A washout that is long over asks for no waiting."""
        item = {"text": "ibuprofen", "status": "completed", "last_dose": "2026-01-01"}
        assert self.earliest(item) == "2026-11-21T09:00:00-05:00"

    def test_hours_count_from_the_dose(self) -> None:
        """By the longer end of a range."""
        item = {"text": "ibuprofen", "status": "stopped", "last_dose": "2026-11-20T20:00:00-05:00"}
        ruleset = holding("{hours: {from: 24, to: 48}}")
        assert self.earliest(item, ruleset=ruleset) == "2026-11-22T20:00:00-05:00"

    def test_is_open_while_any_hold_is(self) -> None:
        """One medication that could be anything, or a list that leaves something out."""
        known = {"text": "ibuprofen"}
        assert self.earliest(known, {"text": "the white ones"}) is None
        assert self.earliest(known, complete=False) is None

    def test_is_null_without_any_hold(self) -> None:
        """Nothing to wait for by a hold; advice to go on is none."""
        assert self.earliest({"text": "warfarin"}) is None
        going_on = "rules: {go-on: {kind: hold, for_each: m in medications, advise: continue, when: WHEN}}"
        ruleset = (MEDICATIONS, going_on.replace("WHEN", "{m.substance: {is: warfarin}}"))
        assert self.earliest({"text": "warfarin"}, ruleset=ruleset) is None
