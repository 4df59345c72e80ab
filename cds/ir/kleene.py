"""Kleene's strong three-valued logic (language §7.4)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Truth(IntEnum):
    """FALSE, UNKNOWN and TRUE, ordered so that conjunction is the minimum and disjunction the maximum."""

    FALSE = -1
    UNKNOWN = 0
    TRUE = 1


FALSE, UNKNOWN, TRUE = Truth.FALSE, Truth.UNKNOWN, Truth.TRUE

_NEGATION = {TRUE: FALSE, UNKNOWN: UNKNOWN, FALSE: TRUE}


def negation(truth: Truth) -> Truth:
    """Negate: UNKNOWN stays UNKNOWN."""
    return _NEGATION[truth]


def exists(truths: Iterable[Truth], *, complete: bool) -> Truth:
    """Combine the truths per item of a list: over a list not known complete never FALSE (language §7.8)."""
    return max(truths, default=FALSE) if complete else max(UNKNOWN, max(truths, default=UNKNOWN))


def every(truths: Iterable[Truth], *, complete: bool) -> Truth:
    """Combine the truths per item of a list: over a list not known complete never TRUE (language §7.8)."""
    return min(truths, default=TRUE) if complete else min(UNKNOWN, min(truths, default=UNKNOWN))
