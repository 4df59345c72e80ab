"""The dates that advice tells and the intervals of other sources, as a program holds them (language §8.12, §10.6)."""

from __future__ import annotations

import pytest
from builders import MEDICATIONS, program_of, refusal_of

from cds.facts.zones import SECOND
from cds.ir.nodes import Ref
from cds.ir.program import AdvisedDate, BySource, Interval, Lapse

RESOLVE = 'resolve: {adopt: handout, because: "x", by: "y", decided: "2026-11-01"}'
FACTS = f"""
facts:
  onset: {{type: time, granularity: day}}
  ended: {{type: time}}
  a.one: {{type: boolean}}
parameters:
  trial:
    positions:
      society: {{value: {{from: "4 wk", to: "6 wk", strict: to}}, confirmed: secondary}}
      handout: {{value: "3 wk", confirmed: primary}}
      hearsay: {{value: {{hours: 48}}, confirmed: unconfirmed}}
    {RESOLVE}
  of_site: {{unset: each site has its own}}
"""


def dates_of(dates: str, *more: str) -> dict[str, AdvisedDate]:
    """Give the dates of a rule over medications, by name."""
    rule = f"rules: {{rule: {{for_each: m in medications, when: {{m.status: {{is: active}}}}, dates: {dates}}}}}"
    program = program_of(MEDICATIONS, FACTS, rule, *more)
    return {date.name: date for date in program.rules["rule"].dates}


def refused(dates: str, *more: str) -> str:
    """Give the message with which dates are refused."""
    rule = f"rules: {{rule: {{for_each: m in medications, when: {{m.status: {{is: active}}}}, dates: {dates}}}}}"
    return refusal_of(MEDICATIONS, FACTS, rule, *more)


def test_a_date_is_counted_by_the_adopted_position() -> None:
    """The others stand beside it, by source."""
    found = dates_of("{ends: {after: ended, by: $trial}}")
    assert found["ends"] == AdvisedDate(
        name="ends",
        anchor=Ref(None, "ended"),
        is_before=False,
        by="handout",
        amount=Lapse(21, 21, in_days=True),
        others=(
            BySource("hearsay", "unconfirmed", Interval("hours", 48, 48)),
            BySource("society", "secondary", Lapse(28, 42, in_days=True)),
        ),
    )


def test_a_date_may_be_of_the_item_and_by_a_duration_of_its_own() -> None:
    """Then no source is behind it."""
    found = dates_of("{since: {before: m.last_dose, by: 90 min}, ends: {after: onset, by: 1 wk}}")
    assert list(found) == ["ends", "since"]
    lapse = Lapse(90 * 60 * SECOND, 90 * 60 * SECOND, in_days=False)
    assert found["since"] == AdvisedDate("since", Ref("m", "last_dose"), is_before=True, by=None, amount=lapse)


def test_where_nothing_is_adopted_no_position_is_first() -> None:
    """And none at all where the site has not set the parameter."""
    none = "parameters: {trial: {resolve: {adopt: none}}}"
    found = dates_of("{ends: {after: ended, by: $trial}, own: {after: ended, by: $of_site}}", none)
    assert (found["ends"].by, found["ends"].amount) == (None, None)
    assert [other.source for other in found["ends"].others] == ["handout", "hearsay", "society"]
    assert found["own"] == AdvisedDate(
        "own", Ref(None, "ended"), is_before=False, by=None, amount=None, unset="of_site"
    )


def test_a_hold_keeps_the_intervals_of_the_sources_that_are_not_adopted() -> None:
    """By source; other rules have none."""
    positions = (
        "handout: {value: {full_days: 7}, confirmed: primary}, society: {value: {hours: 48}, confirmed: secondary}"
    )
    program = program_of(
        MEDICATIONS,
        f"parameters: {{washout: {{positions: {{{positions}}}, {RESOLVE}}}}}",
        "rules: {stop: {kind: hold, for_each: m in medications, advise: hold, interval: $washout,"
        " when: {m.substance: {is: warfarin}}}, other: {when: {procedure.status: {is: booked}}}}",
    )
    assert program.rules["stop"].other_intervals == (BySource("society", "secondary", Interval("hours", 48, 48)),)
    assert program.rules["other"].other_intervals == ()


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        ("{ends: {after: endd, by: 1 d}}", "there is no fact `endd`"),
        ("{ends: {after: endd, by: 1 d}}", "did you mean `ended`?"),
        ("{ends: {before: m.last_dos, by: 1 d}}", "did you mean `m.last_dose`?"),
        ("{ends: {after: a.one, by: 1 d}}", "`a.one` is not a time"),
        ("{ends: {after: ended, by: $trail}}", "there is no parameter `trail`; did you mean `$trial`?"),
        ("{ends: {after: ended, by: $x}}", "dates.ends.by: there is no parameter `x`"),
        ("{ends: {after: ended, by: 3 mo}}", "dates.ends.by: `3 mo` is not a duration"),
        ("{ends: {after: ended, by: -1 d}}", "`-1 d` is negative"),
        ("{ends: {after: onset, by: $trial}}", "parameters.trial.positions.hearsay.value: `onset` is known by its day"),
        ("{ends: {after: onset, by: 24 h}}", "expected `full_days`, or a duration in `d` or `wk`"),
    ],
)
def test_a_date_that_cannot_be_counted_is_refused(dates: str, said: str) -> None:
    """At its place, with what would do and what is near."""
    assert said in refused(dates)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("several hours", "`several` is not a number, and a date is counted by it"),
        ("true", "and a date is counted by it"),
        ("{from: 4 wk, to: 3 wk, strict: to}", "the range of durations is empty, or of two kinds"),
        ("{from: 12 h, to: 3 d, strict: to}", "the range of durations is empty, or of two kinds"),
        ("{doses: 2, per_day: 1}", "an interval in doses gives no date of its own"),
    ],
)
def test_a_position_that_gives_no_date_is_refused(value: str, said: str) -> None:
    """Also one that is not adopted: it would be shown."""
    position = f"parameters: {{trial: {{positions: {{society: {{value: {value}}}}}}}}}"
    message = refused("{ends: {after: ended, by: $trial}}", position)
    assert said in message
    assert "parameters.trial.positions.society.value" in message


def test_a_list_that_is_not_there_is_told_as_such() -> None:
    """Its items have no times then."""
    rule = (
        "rules: {rule: {for_each: m in medicines, when: {a.one: {is: true}}, dates: {ends: {after: ended, by: 1 d}}}}"
    )
    message = refusal_of(FACTS, rule)
    assert "there is no list `medicines`" in message
    assert "dates" not in message
