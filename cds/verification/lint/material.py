"""What a check looks at, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path as Folder

from cds.ir.program import Program
from cds.ruleset.model import RulesetDocument
from cds.ruleset.places import Path

Slip = tuple[Path, str]
"""Where in the document something is likely wrong, and what."""


@dataclass(frozen=True, slots=True)
class Material:
    """A ruleset as its authors wrote it and compiled; `day` is the day to judge its dates by, if one was given."""

    document: RulesetDocument
    program: Program
    day: str | None
    folder: Folder | None = None
    """Where its companions stand, if it was read from a folder."""


Check = Callable[[Material], Iterator[Slip]]
