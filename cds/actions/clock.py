"""The clock: read here, at the edge, and passed in wherever a time is needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Stamp:
    """When something happened, with its offset, and by which clock: `system`, or `given` by the caller."""

    at: str
    clock: str


Clock = Callable[[], Stamp]


def system_clock() -> Stamp:
    """Read the clock of the machine, in UTC."""
    return Stamp(datetime.now(UTC).isoformat(timespec="microseconds"), "system")
