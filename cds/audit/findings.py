"""What a check of the log, an export or a pack of evidence found wrong, and where."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it must be; `place` is a record, a file or a part of one, never a patient's value."""

    place: str
    problem: str

    def __str__(self) -> str:
        """Render as `place: problem`."""
        return f"{self.place}: {self.problem}"
