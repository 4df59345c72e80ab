"""What a rule of a decision says, cut to what a sheet shows of it."""

from __future__ import annotations

from cds.holds.model import Advice
from cds.records.decision import Recommendation


def advice_of(one: Recommendation) -> Advice:
    """Give the advice of a recommendation."""
    return {
        "rule": one["rule"],
        "kind": one["kind"],
        "status": one["status"],
        "severity": one["severity"],
        "text": one["text"],
    }
