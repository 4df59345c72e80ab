"""A worklist of 2,000 patients beside the bare decisions of the same patients, and the memory it takes.

Run with `pytest tests/benchmarks/bench_holds.py -s`: the figures are printed.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from time import process_time

import pytest
from benchmarked import RULESET
from made_up_patients import patient_lines
from rich.console import Console

import cds
from cds import actions
from cds.cli.worklist_view import worklist_view
from cds.facts.json_text import read_facts_text
from cds.holds.model import Failure
from cds.holds.to_csv import csv_rows
from cds.holds.worklist import Decided, Gathered, gather

PATIENTS = 2_000
BLOCK = 20
"""Bare decisions and the worklist take turns by so many patients, so that both see the same load of the machine."""
MOST_TIME = 1.2
MOST_MEMORY = 300_000_000
REPOSITORY = Path(__file__).parents[2]
# What getrusage tells of a child begins with the size of the process that started it; VmHWM does not.
_PROGRAM = (
    "import sys; from cds.cli import app\n"
    "try: app(['holds', *sys.argv[1:]])\n"
    "except SystemExit: pass\n"
    "peak = next(line for line in open('/proc/self/status') if line.startswith('VmHWM'))\n"
    "sys.stderr.write(peak.split()[1])"
)


class TakingTurns:
    """The sheets of many patients; before every block of them the same patients are decided barely."""

    def __init__(self, lines: Sequence[bytes], ruleset: actions.Ruleset) -> None:
        self.lines = lines
        self.ruleset = ruleset
        self.parsing = self.deciding = 0.0

    def __iter__(self) -> Iterator[Decided | Failure]:
        """Give the sheets."""
        for start in range(0, len(self.lines), BLOCK):
            block = self.lines[start : start + BLOCK]
            self._decide_barely(block)
            yield from actions.hold_sheets(self.ruleset, (actions.Given("patients.jsonl", line) for line in block))

    @property
    def bare(self) -> float:
        """Give the CPU seconds of `decide()`, from documents to decisions."""
        return self.parsing + self.deciding

    def _decide_barely(self, block: Sequence[bytes]) -> None:
        for line in block:
            document = read_facts_text(line, file=None)
            began = process_time()
            facts = cds.parse_facts(document, self.ruleset)
            parsed = process_time()
            cds.decide(self.ruleset, facts)
            self.parsing += parsed - began
            self.deciding += process_time() - parsed


@pytest.fixture(scope="module")
def lines() -> list[bytes]:
    """Give the patients, a line each."""
    return list(patient_lines(PATIENTS))


def test_time_beside_bare_decisions(lines: list[bytes]) -> None:
    """From lines to the sorted document, a worklist takes at most a fifth more time than `decide()` alone."""
    ruleset = actions.load_ruleset(RULESET)
    turns = TakingTurns(lines, ruleset)
    reading = _seconds(lambda: [read_facts_text(line, file=None) for line in lines])
    began = process_time()
    worklist = gather(turns)
    size = sum(map(len, worklist.parts()))
    listed = process_time() - began - turns.bare - reading
    assert worklist.counts["patients"] == PATIENTS
    table, csv = (_seconds(make) for make in (lambda: _laid_out(worklist, ruleset), lambda: [*csv_rows(worklist)]))
    _tell(f"{PATIENTS} patients, {size / 1e6:.1f} MB; CPU seconds: decide() {turns.bare:.1f}, worklist {listed:.1f}")
    _tell(f"--json {listed / turns.bare:.3f} of decide(), {listed / turns.deciding:.3f} of decide() on parsed facts")
    _tell(f"table {(listed + table) / turns.bare:.3f} of decide(), --csv {(listed + csv) / turns.bare:.3f}")
    assert listed / turns.bare <= MOST_TIME


@pytest.mark.parametrize("options", [("--json",), ("--csv",), ()], ids=lambda said: said[0] if said else "table")
def test_memory_of_the_program(options: tuple[str, ...], lines: list[bytes], tmp_path: Path) -> None:
    """The whole program, whatever it prints, needs at most 300 MB."""
    path = tmp_path / "patients.jsonl"
    path.write_bytes(b"".join(lines))
    command = [sys.executable, "-c", _PROGRAM, str(path), *options]
    ran = subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=True)
    peak = int(ran.stderr.splitlines()[-1]) * 1024
    _tell(f"{' '.join(options) or 'table'}: {peak / 1e6:.0f} MB, {len(ran.stdout) / 1e6:.1f} MB printed")
    assert peak <= MOST_MEMORY


def _laid_out(worklist: Gathered, ruleset: actions.Ruleset) -> None:
    console = Console(width=100, quiet=True)
    parts = worklist_view(worklist, ruleset)
    while some := [*islice(parts, 200)]:
        with console.capture():
            console.print(*some)


def _tell(figures: str) -> None:
    sys.stdout.write(f"\n{figures}")


def _seconds(make: Callable[[], object]) -> float:
    began = process_time()
    make()
    return process_time() - began
