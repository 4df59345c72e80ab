"""Words for a line that its drawing and its sheet share."""

from __future__ import annotations

from cds.holds.model import Line
from cds.records.decision import Hold


def named(line: Line) -> str:
    """Name the medication of a line; where each ingredient has its own line, with the ingredient."""
    if "#" not in line["binding"] or line["substance"] is None:
        return line["medication"]
    return f"{line['medication']}: {line['substance'].replace('-', ' ')}"


def earliest_told(hold: Line | Hold) -> str:
    """Give the earliest procedure by a hold, as its day where the interval counts days: any time of it will do."""
    told = hold["earliest_procedure"] or ""
    counts_days = hold["interval"] is not None and hold["interval"]["counting"] != "hours"
    return told[:10] if counts_days and "T00:00:00" in told else told
