"""A ruleset that nobody has to review, or whose review is overdue."""

from __future__ import annotations

from collections.abc import Iterator

from cds.verification.lint.material import Material, Slip


def check(material: Material) -> Iterator[Slip]:
    """Look at `review_by`; whether it has passed is told only where a day was given."""
    review_by = material.document.lifecycle.review_by
    if review_by is None:
        yield ("lifecycle",), "the ruleset names no day by which it is to be reviewed (`review_by`)"
    elif material.day is not None and review_by < material.day:
        yield ("lifecycle", "review_by"), f"the ruleset was to be reviewed by {review_by}"
