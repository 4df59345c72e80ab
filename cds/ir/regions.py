"""The region of values for which a bound holds (language §7.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Region:
    """Everything between two ends, each of which may belong to it; None is no end."""

    low: Any
    high: Any
    low_included: bool = True
    high_included: bool = True

    @property
    def is_empty(self) -> bool:
        """Say whether no value lies in the region."""
        if self.low is None or self.high is None:
            return False
        both_included = self.low_included and self.high_included
        return bool(self.low > self.high or (self.low == self.high and not both_included))


def region_of(operator: str, values: list[Any]) -> Region:
    """Give the region that an operator names with its values."""
    match operator:
        case "between":
            return Region(values[0], values[1])
        case "at_least" | "more_than":
            return Region(values[0], None, low_included=operator == "at_least")
        case _:
            return Region(None, values[0], high_included=operator == "at_most")
