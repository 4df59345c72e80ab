"""Hold states and deadlines: one table, run for every hold finding (language §10.2 to §10.5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

from cds.facts.instants import Zone
from cds.facts.model import Facts, Item, Span, TimeSpan, Word
from cds.ir.kleene import TRUE
from cds.ir.program import HoldAdvice, Interval, Program, Settings
from cds.ir.verdicts import REST
from cds.outcome.findings import Finding
from cds.trace.model import HoldReason

MICROSECONDS_AN_HOUR = 3_600_000_000
PROCEDURE_START = "procedure.start"
WITHOUT_A_DATE = frozenset({"unidentified", "prescriber", "contested", "undecidable"})
"""States that give no date, and leave the earliest procedure open."""
DATED_STATES = frozenset({"overdue", "due", "planned", "satisfied"})
"""States whose deadline may be told."""
NO_LONGER_TAKEN = frozenset({"stopped", "completed", "on_hold"})


@dataclass(frozen=True, slots=True)
class Hold:
    """The hold of one medication; times are microseconds since 1970-01-01T00:00Z, days are day numbers."""

    item: Item
    state: str
    reason: HoldReason
    interval: Interval | None = None
    deadline: Deadline | None = None
    earliest_procedure: int | None = None
    missing: tuple[str, ...] = ()
    """Item facts (by name) and patient facts (by full name) that would settle an `undecidable` state."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last permitted dose: a whole day, or an instant."""

    last: int
    """The last microsecond at which a dose is permitted, however early the procedure starts."""
    by_day: bool
    latest: int
    """The same for the latest start; another instant only where the start is known as an interval."""


def hold_of(finding: Finding, item: Item, program: Program, facts: Facts) -> Hold:
    """Give the hold that a finding of kind `hold` stands for."""
    meant = program.advice[finding.rule.advice].hold
    interval = program.worlds[0].intervals.get(finding.rule.id)
    if meant is HoldAdvice.DATED and finding.status == "applies":
        return dated_hold(item, interval, facts, program.settings)
    if finding.status == "contested":
        return Hold(item, "contested", HoldReason.ADVICE_DIFFERS if finding.opposed_by else HoldReason.SOURCES_DIFFER)
    if finding.verdict is TRUE and finding.overridden_by is None and meant is not HoldAdvice.DATED:
        return Hold(item, str(meant), HoldReason(str(meant)))
    if finding.is_assumed and meant in {HoldAdvice.PRESCRIBER, HoldAdvice.UNIDENTIFIED}:
        return Hold(item, str(meant), HoldReason.ASSUMED)
    return Hold(item, "undecidable", HoldReason.WITHHELD if finding.is_withheld else HoldReason.CONDITION_UNKNOWN)


def dated_hold(item: Item, interval: Interval | None, facts: Facts, settings: Settings) -> Hold:
    """Give the hold of a medication that is to be stopped for an interval (language §10.4)."""
    hold = Hold(item, "undecidable", HoldReason.INTERVAL_NOT_CONFIGURED, interval=interval)
    if interval is None:
        return hold
    if interval.counting == "doses":
        frequency = item.value("frequency")
        if not isinstance(frequency, Span) or frequency.low != frequency.high:
            return replace(hold, reason=HoldReason.FREQUENCY_UNKNOWN, missing=("frequency",))
        if frequency.low != interval.per_day:
            return replace(hold, state="prescriber", reason=HoldReason.OTHER_FREQUENCY)
    hold = replace(hold, earliest_procedure=_earliest(item, interval, facts))
    start = facts.value(PROCEDURE_START)
    if not isinstance(start, TimeSpan):
        return replace(hold, reason=HoldReason.PROCEDURE_START_UNKNOWN, missing=(PROCEDURE_START,))
    if start.high < facts.as_of:
        return replace(hold, reason=HoldReason.PROCEDURE_START_PASSED, missing=(PROCEDURE_START,))
    hold = replace(hold, deadline=deadline_for(interval, start, facts.zone))
    return _against_deadline(hold, interval, facts, settings)


def deadline_for(interval: Interval, start: TimeSpan, zone: Zone) -> Deadline:
    """Give the last permitted dose before a procedure, by the longer end of the interval (language §10.3)."""
    by_day = interval.counting != "hours"
    last, latest = (_last_permitted(interval, instant, zone) for instant in (start.low, start.high))
    return Deadline(last, by_day, latest)


def _last_permitted(interval: Interval, start: int, zone: Zone) -> int:
    if interval.counting == "hours":
        return start - interval.high * MICROSECONDS_AN_HOUR
    return zone.end_of_day(zone.day_of(start) - full_days(interval) - 1)


def full_days(interval: Interval) -> int:
    """Give the full days without a dose that an interval in days or doses means."""
    if interval.counting == "doses" and interval.per_day:
        return ceil(Fraction(interval.high, interval.per_day))
    return interval.high


def earliest_after(interval: Interval, last_dose: int, zone: Zone) -> int:
    """Give the first instant at which a procedure would satisfy the interval after a last dose."""
    if interval.counting == "hours":
        return last_dose + interval.high * MICROSECONDS_AN_HOUR
    return zone.start_of_day(zone.day_of(last_dose) + full_days(interval) + 1)


def _earliest(item: Item, interval: Interval, facts: Facts) -> int:
    last_dose = item.value("last_dose")
    latest = last_dose.high if isinstance(last_dose, TimeSpan) else facts.as_of
    return max(facts.as_of, earliest_after(interval, latest, facts.zone))


def _against_deadline(hold: Hold, interval: Interval, facts: Facts, settings: Settings) -> Hold:
    assert hold.deadline is not None  # noqa: S101  # INVARIANT: set by the caller
    deadline, last_dose = hold.deadline.last, hold.item.value("last_dose")
    if facts.as_of <= deadline:
        return _before_deadline(hold, interval, facts, settings)
    if not isinstance(last_dose, TimeSpan):
        return replace(hold, reason=HoldReason.LAST_DOSE_UNKNOWN, missing=("last_dose",))
    if last_dose.low > hold.deadline.latest:
        return replace(hold, state="overdue", reason=HoldReason.DOSE_AFTER_DEADLINE)
    if last_dose.low > deadline:
        return replace(hold, reason=HoldReason.PROCEDURE_START_TOO_VAGUE, missing=(PROCEDURE_START,))
    if last_dose.high > deadline:
        return replace(hold, reason=HoldReason.LAST_DOSE_TOO_VAGUE, missing=("last_dose",))
    if _status(hold.item) in NO_LONGER_TAKEN:
        return replace(hold, state="satisfied", reason=HoldReason.STOPPED_IN_TIME)
    reported = hold.item.value("last_dose_reported_at")
    if isinstance(reported, TimeSpan) and reported.low > deadline:
        return replace(hold, state="satisfied", reason=HoldReason.REPORTED_AFTER_DEADLINE)
    return replace(hold, reason=HoldReason.REPORT_TOO_OLD, missing=("last_dose_reported_at",))


def _before_deadline(hold: Hold, interval: Interval, facts: Facts, settings: Settings) -> Hold:
    last_dose = hold.item.value("last_dose")
    stopped = _status(hold.item) in NO_LONGER_TAKEN
    washed_out = isinstance(last_dose, TimeSpan) and (
        earliest_after(interval, last_dose.high, facts.zone) <= facts.as_of
    )
    if stopped and washed_out:
        return replace(hold, state="satisfied", reason=HoldReason.WASHOUT_ELAPSED)
    if not stopped:  # a dose may have been taken since the last one that is known
        hold = replace(hold, earliest_procedure=earliest_after(interval, facts.as_of, facts.zone))
    due = _is_within_window(hold, facts, settings)
    return replace(hold, state="due" if due else "planned", reason=HoldReason.BEFORE_DEADLINE)


def _is_within_window(hold: Hold, facts: Facts, settings: Settings) -> bool:
    assert hold.deadline is not None  # noqa: S101  # INVARIANT: set by the caller
    if settings.reminder_hours is not None:
        return hold.deadline.last - facts.as_of <= settings.reminder_hours * MICROSECONDS_AN_HOUR
    if settings.reminder_days is not None:
        zone = facts.zone
        return zone.day_of(hold.deadline.last) - zone.day_of(facts.as_of) <= settings.reminder_days
    return False


def _status(item: Item) -> str | None:
    status = item.value("status")
    return str(status.value) if isinstance(status, Word) else None


def earliest_procedure(holds: Iterable[Hold], findings: Iterable[Finding]) -> int | None:
    """Give the earliest procedure by all holds together, None while it is open or where there is no hold."""
    open_lists = any(f.rule.kind == "hold" and f.binding.endswith(f"/{REST}") for f in findings)
    dated = [hold for hold in holds if hold.state != "continue"]
    if open_lists or not dated or any(hold.state in WITHOUT_A_DATE for hold in dated):
        return None
    return max(hold.earliest_procedure for hold in dated if hold.earliest_procedure is not None)
