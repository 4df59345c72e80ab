"""Statuses that no input can bring about: engines that disagree or fail, and faults of our own."""

from __future__ import annotations

import subprocess

import pytest
from program import COMMAND, NAPROXEN, Ran, environment, line, patient

LIAR = """
import cds.backends.reference as reference
honest = reference.Reference.evaluate
def lying(self, program, facts):
    answers = dict(honest(self, program, facts))
    answers.pop(("indication.osteoporosis", "patient", 0))
    return answers
reference.Reference.evaluate = lying
"""
FAILING = """
import cds.backends.reference as reference
from cds.errors import EngineFailure
def failing(self, program, facts):
    raise EngineFailure("the engine could not answer")
reference.Reference.evaluate = failing
"""
FAULTY = """
import cds.backends.reference as reference
def faulty(self, program, facts):
    raise ValueError(f"secret of {facts.subject}")
reference.Reference.evaluate = faulty
"""


def run_changed(change: str, *arguments: str, given: bytes = b"") -> Ran:
    """Run cds in a process in which an engine was changed first."""
    code = f"{change}\nimport sys\nfrom cds.cli import main\nsys.argv = ['cds', *sys.argv[1:]]\nmain()"
    ran = subprocess.run(
        [COMMAND[0], "-c", code, *arguments], input=given, capture_output=True, env=environment(), check=False
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr.decode())


@pytest.mark.parametrize(
    "command", [("evaluate",), ("evaluate", "--json"), ("ask",), ("explain", "--rule", "hold.nsaid")]
)
def test_no_advice_leaves_when_the_engines_disagree(command: tuple[str, ...]) -> None:
    """A lying engine stops every command with status 6; the rule and both answers are named, nothing else is said."""
    ran = run_changed(LIAR, *command, str(NAPROXEN))
    assert (ran.status, ran.out) == (6, b"")
    assert "disagree on rule `indication.osteoporosis` for `patient`" in ran.err
    assert "durable says true, reference says false" in ran.err
    assert ran.err.count("\n") == 1


def test_no_advice_leaves_when_an_engine_fails() -> None:
    """An engine that cannot answer stops the decision with status 6."""
    ran = run_changed(FAILING, "evaluate", str(NAPROXEN))
    assert (ran.status, ran.out, ran.err) == (6, b"", "error: the engine could not answer\n")


def test_a_disagreement_on_one_line_fails_that_line() -> None:
    """With --jsonl the line says that the engines disagree, and holds no advice; the status is 3."""
    ran = run_changed(LIAR, "evaluate", "--jsonl", given=line(patient()))
    assert ran.status == 3
    assert ran.document["kind"] == "engines_disagree"
    assert set(ran.document) == {"schema", "line", "kind", "problem"}


def test_a_fault_of_our_own_is_told_without_the_patients_values() -> None:
    """An unexpected error has its own status and says where it happened, never what it held."""
    ran = run_changed(FAULTY, "evaluate", str(NAPROXEN))
    assert (ran.status, ran.out) == (70, b"")
    assert ran.err.startswith("internal error (ValueError)")
    assert "cds/engine.py" in ran.err
    assert "secret" not in ran.err
    by_line = run_changed(FAULTY, "evaluate", "--jsonl", given=line(patient()))
    assert by_line.document == {
        "schema": "cds-error/1",
        "line": 1,
        "kind": "fault",
        "problem": "a fault of cds; no advice is given",
    }
