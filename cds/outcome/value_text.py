"""Values as data in a decision: exact, with their unit, times in the site's zone."""

from __future__ import annotations

from cds.facts.model import Span, Text, TimeSpan, Unknown, Value, Word
from cds.facts.time_text import span_text
from cds.facts.zones import Zone
from cds.ir.text import quantity_text, word


def value_text(value: Value, unit: str | None, zone: Zone) -> str:
    """Render a value that was given, or why it is unknown."""
    match value:
        case Unknown(reason, shown):
            return f"{reason.value}: {' / '.join(shown)}" if shown else reason.value
        case Word(said):
            return word(said)
        case Span(low, high):
            return (
                quantity_text(low, unit)
                if low == high
                else f"{quantity_text(low, None)} to {quantity_text(high, unit)}"
            )
        case TimeSpan(low, high):
            return span_text(low, high, zone)
        case Text(said):
            return said
        case _:
            return str(value.code)
