"""Hold states and deadlines: one table, run for every hold finding (language §10.2 to §10.5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cds.facts.model import Facts, Item, Span, TimeSpan, Word
from cds.ir.kleene import TRUE
from cds.ir.program import HoldAdvice, Interval, Program, Settings
from cds.ir.verdicts import REST
from cds.outcome.deadlines import MICROSECONDS_AN_HOUR, Deadline, deadline_for, earliest_after
from cds.outcome.findings import Finding
from cds.trace.model import HoldReason

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
    if interval is None:
        return Hold(item, "undecidable", HoldReason.INTERVAL_NOT_CONFIGURED)
    is_as_assumed = is_taken_as_assumed(item, interval)
    if is_as_assumed is None:
        return Hold(item, "undecidable", HoldReason.FREQUENCY_UNKNOWN, interval, missing=("frequency",))
    if not is_as_assumed:
        return Hold(item, "prescriber", HoldReason.OTHER_FREQUENCY, interval)
    start = facts.value(PROCEDURE_START)
    if not isinstance(start, TimeSpan):
        return Hold(item, "undecidable", HoldReason.PROCEDURE_START_UNKNOWN, interval, missing=(PROCEDURE_START,))
    if start.high < facts.as_of:
        return Hold(item, "undecidable", HoldReason.PROCEDURE_START_PASSED, interval, missing=(PROCEDURE_START,))
    return _against(deadline_for(interval, start, facts.zone), item, interval, facts, settings)


def is_taken_as_assumed(item: Item, interval: Interval) -> bool | None:
    """Say whether a medication is taken as often as an interval in doses assumes; None if that is not known."""
    if interval.counting != "doses":
        return True
    frequency = item.value("frequency")
    if not isinstance(frequency, Span) or frequency.low != frequency.high:
        return None
    return frequency.low == interval.per_day


def _against(deadline: Deadline, item: Item, interval: Interval, facts: Facts, settings: Settings) -> Hold:
    """Hold what is known of the last dose against the deadline."""
    if facts.as_of <= deadline.last:
        return _before(deadline, item, interval, facts, settings)
    state, reason, *missing = _past(deadline, item)
    return Hold(item, state, reason, interval, deadline, _earliest(item, interval, facts), tuple(missing))


def _before(deadline: Deadline, item: Item, interval: Interval, facts: Facts, settings: Settings) -> Hold:
    if _status(item) not in NO_LONGER_TAKEN:  # a dose may have been taken since the last one that is known
        earliest = earliest_after(interval, facts.as_of, facts.zone)
    else:
        earliest = _earliest(item, interval, facts)
        last_dose = item.value("last_dose")
        if isinstance(last_dose, TimeSpan) and earliest_after(interval, last_dose.high, facts.zone) <= facts.as_of:
            return Hold(item, "satisfied", HoldReason.WASHOUT_ELAPSED, interval, deadline, earliest)
    state = "due" if _is_within_window(deadline, facts, settings) else "planned"
    return Hold(item, state, HoldReason.BEFORE_DEADLINE, interval, deadline, earliest)


def _past(deadline: Deadline, item: Item) -> tuple[str, HoldReason] | tuple[str, HoldReason, str]:
    """Give the state of a hold whose deadline has passed, why, and what would settle it if it is open."""
    last_dose = item.value("last_dose")
    if not isinstance(last_dose, TimeSpan):
        return "undecidable", HoldReason.LAST_DOSE_UNKNOWN, "last_dose"
    if last_dose.low > deadline.latest:
        return "overdue", HoldReason.DOSE_AFTER_DEADLINE
    if last_dose.low > deadline.last:
        return "undecidable", HoldReason.PROCEDURE_START_TOO_VAGUE, PROCEDURE_START
    if last_dose.high > deadline.last:
        return "undecidable", HoldReason.LAST_DOSE_TOO_VAGUE, "last_dose"
    if _status(item) in NO_LONGER_TAKEN:
        return "satisfied", HoldReason.STOPPED_IN_TIME
    reported = item.value("last_dose_reported_at")
    if isinstance(reported, TimeSpan) and reported.low > deadline.last:
        return "satisfied", HoldReason.REPORTED_AFTER_DEADLINE
    return "undecidable", HoldReason.REPORT_TOO_OLD, "last_dose_reported_at"


def _earliest(item: Item, interval: Interval, facts: Facts) -> int:
    last_dose = item.value("last_dose")
    latest = last_dose.high if isinstance(last_dose, TimeSpan) else facts.as_of
    return max(facts.as_of, earliest_after(interval, latest, facts.zone))


def _is_within_window(deadline: Deadline, facts: Facts, settings: Settings) -> bool:
    if settings.reminder_hours is not None:
        return deadline.last - facts.as_of <= settings.reminder_hours * MICROSECONDS_AN_HOUR
    if settings.reminder_days is not None:
        zone = facts.zone
        return zone.day_of(deadline.last) - zone.day_of(facts.as_of) <= settings.reminder_days
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
