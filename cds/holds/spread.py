"""What other positions make of a deadline: so that the spread among sources is seen beside the adopted one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cds.holds.model import Line
from cds.records.decision import Interval
from cds.trace.hold_sentences import interval_text


class _Position(NamedTuple):
    deadline: str
    interval: str
    is_unconfirmed: bool
    source: str


def spread_text(line: Line) -> str:
    """Tell the deadlines that differ from the adopted one, the earliest first; empty where none does.

    Where none is adopted, tell all of them.
    """
    said = "; ".join(_grouped(sorted({*_others(line), *_readings(line)})))
    if not said:
        return ""
    return f"{'No position is adopted' if line['readings'] else 'Other positions'}: {said}."


def _others(line: Line) -> Iterator[_Position]:
    for other in line["other_deadlines"]:
        if other["last_permitted_dose"] not in {None, line["last_permitted_dose"]}:
            yield _position(other["source"], other["interval"], other["last_permitted_dose"], other["confirmed"])


def _readings(line: Line) -> Iterator[_Position]:
    """Give the readings of a contested hold; a combination of sources is named whole."""
    for reading in line["readings"]:
        sources = " with ".join(sorted(set(reading["sources"].values())))
        yield _position(sources, reading["interval"], reading["last_permitted_dose"])


def _position(source: str, interval: Interval, deadline: str | None, confirmed: str | None = None) -> _Position:
    return _Position(deadline or "no date", interval_text(interval), confirmed == "unconfirmed", source)


def _grouped(positions: Iterable[_Position]) -> Iterator[str]:
    """Join the sources that say the same."""
    sources: dict[tuple[str, str, bool], list[str]] = {}
    for one in positions:
        sources.setdefault((one.deadline, one.interval, one.is_unconfirmed), []).append(one.source)
    for (deadline, interval, is_unconfirmed), named in sources.items():
        yield f"{', '.join(named)} {interval}{', unconfirmed' if is_unconfirmed else ''}, {deadline}"
