"""The command of the long run: it says what it measured, and it stops at an engine that differs."""

from __future__ import annotations

import time

import long_run
import pytest

from cds.backends.reference import Reference
from cds.facts.model import Facts
from cds.ir.kleene import TRUE, UNKNOWN
from cds.ir.program import Program
from cds.ir.verdicts import Verdicts


class Hasty:
    """The reference engine, but what is UNKNOWN is taken for TRUE."""

    name = "hasty"

    def evaluate(self, program: Program, facts: Facts) -> Verdicts:
        """Answer without doubt."""
        return dict.fromkeys(Reference().evaluate(program, facts), TRUE)


def test_a_run_ends_with_a_summary(capsys: pytest.CaptureFixture[str]) -> None:
    """A small run ends well and tells how many evaluations and rulesets it had."""
    assert long_run.main(["--evaluations", "300", "--rulesets", "6", "--seed", "7"]) == 0
    said = capsys.readouterr().out
    assert "| evaluations, each by both engines | 300 |" in said
    assert "| rulesets, each visited 10 times | 6 |" in said
    assert long_run.main(["--digest"]) == 0
    assert capsys.readouterr().out.strip() in said


def test_a_run_stops_at_the_first_difference() -> None:
    """An engine that differs is found, with the seed that shows it."""
    progress = long_run.Progress()
    found = next(long_run.run(300, 6, 7, progress, time.monotonic(), (Hasty(), Reference())))
    assert found.seed.startswith("7/")
    assert (found.durable, found.reference) == (str(TRUE), str(UNKNOWN))
