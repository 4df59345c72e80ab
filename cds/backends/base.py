"""What an engine is."""

from __future__ import annotations

from typing import Protocol

from cds.facts.model import Facts
from cds.ir.program import Program
from cds.ir.verdicts import Verdicts


class Backend(Protocol):
    """An engine; safe to share between threads, and without state that an answer could depend on."""

    @property
    def name(self) -> str:
        """Give the name that `decision.engines` shows."""

    def evaluate(self, program: Program, facts: Facts) -> Verdicts:
        """Answer for every step of the program, every binding and every world.

        Raises:
            EngineFailure: the engine could not answer.
        """
