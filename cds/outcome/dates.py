"""The dates that advice tells, worked out for one patient, by every position (language §8.12)."""

from __future__ import annotations

from cds.facts.model import Facts, Item, TimeSpan, Value
from cds.facts.time_text import reckoned_text, whole_days
from cds.facts.zones import SECOND, Zone
from cds.ir.nodes import Ref
from cds.ir.program import AdvisedDate, Interval, Lapse
from cds.outcome.deadlines import deadline_for, earliest_after
from cds.records import decision as doc

NOT_KNOWN = (None, None)


def dates_of(dates: tuple[AdvisedDate, ...], item: Item | None, facts: Facts) -> list[doc.DateTold]:
    """Give the dates of a rule for the item that it is bound to, if it is bound to one."""
    return [_date(date, item, facts) for date in dates]


def _date(date: AdvisedDate, item: Item | None, facts: Facts) -> doc.DateTold:
    anchor = _value(date.anchor, item, facts)
    at, to = _ends(date.amount, date, anchor, facts.zone)
    others: list[doc.OtherDate] = []
    for other in date.others:
        first, last = _ends(other.amount, date, anchor, facts.zone)
        others.append({"source": other.source, "at": first, "to": last, "confirmed": other.confirmed})
    return {
        "name": date.name,
        "by": date.by,
        "at": at,
        "to": to,
        "missing": _missing(date, item, anchor),
        "others": others,
    }


def _value(fact: Ref, item: Item | None, facts: Facts) -> Value:
    return facts.value(fact.name) if item is None or fact.variable is None else item.value(fact.name)


def _missing(date: AdvisedDate, item: Item | None, anchor: Value) -> str | None:
    """Name what would have to be known, as a decision names it: a parameter, or the time that is counted from."""
    if date.unset is not None:
        return f"${date.unset}"
    if isinstance(anchor, TimeSpan):
        return None
    of_item = f"{item.binding}." if item is not None and date.anchor.variable is not None else ""
    return f"{of_item}{date.anchor.name}"


def _ends(
    amount: Interval | Lapse | None, date: AdvisedDate, anchor: Value, zone: Zone
) -> tuple[str | None, str | None]:
    """Give a date, and its second end if the amount is a range of durations.

    Where the anchor is known only as an interval, what lies before it is counted from its earliest and what lies after
    it from its latest: so much has passed then, whatever the anchor turns out to be.
    """
    if amount is None or not isinstance(anchor, TimeSpan):
        return NOT_KNOWN
    if isinstance(amount, Interval):
        return _by_interval(amount, date, anchor, zone), None
    first, last = (-amount.high, -amount.low) if date.is_before else (amount.low, amount.high)
    at = _moved(anchor, first, amount, date, zone)
    return at, None if first == last else _moved(anchor, last, amount, date, zone)


def _by_interval(interval: Interval, date: AdvisedDate, anchor: TimeSpan, zone: Zone) -> str | None:
    """Give the last permitted time before the anchor, or the first one after it at which the interval has passed."""
    if date.is_before:
        deadline = deadline_for(interval, anchor, zone)
        return reckoned_text(deadline.last, zone, by_day=deadline.by_day)
    by_day = interval.counting != "hours"
    earliest = earliest_after(interval, anchor.high, zone)
    return reckoned_text(earliest if by_day else _whole_second(earliest, date), zone, by_day=by_day)


def _moved(anchor: TimeSpan, by: int, amount: Lapse, date: AdvisedDate, zone: Zone) -> str | None:
    days = whole_days(anchor.low, anchor.high, zone) if amount.in_days else None
    if days is not None:
        first, last = days
        day = (first if date.is_before else last) + by
        instant = zone.end_of_day(day) if date.is_before else zone.start_of_day(day)
        return reckoned_text(instant, zone, by_day=True)
    start = anchor.low if date.is_before else anchor.high
    instant = zone.shift_days(start, by) if amount.in_days else start + by
    return reckoned_text(_whole_second(instant, date), zone, by_day=False)


def _whole_second(instant: int, date: AdvisedDate) -> int:
    """Round to the second on the safe side: a day ends a microsecond before the next one."""
    return instant // SECOND * SECOND if date.is_before else -(-instant // SECOND) * SECOND
