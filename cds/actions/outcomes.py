"""What the log says where an error took the place of advice."""

from __future__ import annotations

from cds.errors import CdsError, EngineDisagreement, InputError


def outcome_of(error: Exception, *, is_read: bool) -> tuple[str, str]:
    """Give the kind of the record of an error that took the place of advice, and what it says.

    `is_read` tells that the facts could be read, so that the record is sealed for their subject. What is wrong with
    facts that could not be read is said without a word of theirs: nobody is known for whom it could be sealed.
    """
    kind = "disagreement" if isinstance(error, EngineDisagreement) else "no_advice"
    if not is_read:
        place = error.place if isinstance(error, InputError) else None
        spots = (("line", place.line), ("column", place.column)) if place else ()
        where = ", ".join(f"{name} {value}" for name, value in spots if value is not None)
        return kind, f"the facts could not be read{f' ({where})' if where else ''}"
    return kind, str(error) if isinstance(error, CdsError) else "a fault of cds"
