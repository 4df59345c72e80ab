"""Compare both engines on a great many generated patients in one process, and watch its memory.

An evaluation is one pair of a program and parsed facts that both engines answered; they have to give the same
verdict for every step, binding and world. Patients are made anew for every evaluation, from the seed.

    python tests/generative/long_run.py --evaluations 1000000 --rulesets 200 --seed 1

ends with exit 0 and a summary in Markdown, or with exit 1 and the seed of the first evaluation that differed. The
summary names the digest of the code that was compared; `--digest` prints that of the code as it is now.
"""

from __future__ import annotations

import argparse
import hashlib
import platform
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from strategies.chance import Seeded
from strategies.patients import Patients, parsed
from strategies.programs import compiled
from strategies.rulesets import SMALL, Size, ruleset

import cds
from cds.backends.base import Backend
from cds.backends.durable import Durable
from cds.backends.reference import Reference
from cds.facts.model import Facts
from cds.ir.kleene import TRUE
from cds.ir.program import Program

T = TypeVar("T")
ROUNDS = 10
"""Every ruleset comes up this often: in between it is evicted from the durable engine, and compiled again."""
COMPARED = ("backends", "facts", "ir", "terminology")
WARM = 20
"""The part of a run, 1 in so many, after which memory counts as that of the start: caches are full by then."""
EVERY_LARGE = 5
"""Every so many rulesets one is large; the others are small."""


@dataclass(slots=True)
class Progress:
    """What has been counted so far."""

    evaluations: int = 0
    verdicts: int = 0
    true: int = 0
    unknown: int = 0
    compilations: int = 0
    seconds: Counter[str] = field(default_factory=Counter)
    memory_mib: list[float] = field(default_factory=list)

    def show(self, wanted: int, started: float) -> None:
        """Write a line for whoever waits."""
        spent = time.monotonic() - started
        rate = self.evaluations / spent if spent else 0
        line = f"{self.evaluations:>9,} of {wanted:,}  {rate:,.0f}/s  {self.memory_mib[-1]:.1f} MiB"
        sys.stderr.write(f"{line}\n")


@dataclass(frozen=True, slots=True)
class Difference:
    """One evaluation on which the engines differ."""

    seed: str
    key: tuple[str, str, int]
    durable: str
    reference: str


def main(arguments: Sequence[str]) -> int:
    """Run, and print the summary."""
    options = _options(arguments)
    if options.digest:
        sys.stdout.write(f"{code_digest()}\n")
        return 0
    started, progress = time.monotonic(), Progress()
    difference = next(run(options.evaluations, options.rulesets, options.seed, progress, started), None)
    if difference is not None:
        sys.stdout.write(f"the engines differ: {difference}\n")
        return 1
    sys.stdout.write(summary(options, progress, time.monotonic() - started))
    return 0


def run(
    wanted: int,
    rulesets: int,
    seed: int,
    progress: Progress,
    started: float,
    engines: tuple[Backend, Backend] | None = None,
) -> Iterator[Difference]:
    """Evaluate, and give the differences found."""
    durable, reference = engines or (Durable(), Reference())
    programs = list(_programs(rulesets, seed))
    progress.compilations = len(programs)
    for number, patients, share in _shares(programs, wanted):
        for patient in range(share):
            name = f"{seed}/{number}/{progress.evaluations + patient}"
            facts = _timed(progress, "patients", partial(_facts, patients, name))
            found = _compared(durable, reference, patients.program, facts, progress)
            if found is not None:
                yield Difference(name, *found)
        progress.evaluations += share
        progress.memory_mib.append(_memory_mib())
        if len(progress.memory_mib) % 50 == 0 or progress.evaluations == wanted:
            progress.show(wanted, started)


def _programs(rulesets: int, seed: int) -> Iterator[Patients]:
    for number in range(rulesets):
        size = Size() if number % EVERY_LARGE == 0 else SMALL
        yield Patients(compiled(ruleset(Seeded(f"{seed}/{number}"), size)))


def _shares(programs: Sequence[Patients], wanted: int) -> Iterator[tuple[int, Patients, int]]:
    """Divide the evaluations among rounds and rulesets."""
    visits = ROUNDS * len(programs)
    for visit in range(visits):
        share = wanted * (visit + 1) // visits - wanted * visit // visits
        if share:
            yield visit % len(programs), programs[visit % len(programs)], share


def _facts(patients: Patients, name: str) -> Facts:
    return parsed(patients.program, patients.document(Seeded(name)))


def _compared(
    durable: Backend, reference: Backend, program: Program, facts: Facts, progress: Progress
) -> tuple[tuple[str, str, int], str, str] | None:
    by_durable = _timed(progress, "durable", partial(durable.evaluate, program, facts))
    by_reference = _timed(progress, "reference", partial(reference.evaluate, program, facts))
    progress.verdicts += _asked(program, facts)
    true = sum(truth is TRUE for truth in by_reference.values())
    progress.true += true
    progress.unknown += len(by_reference) - true
    if by_durable == by_reference:
        return None
    keys = {*by_durable, *by_reference}
    key = min(key for key in keys if by_durable.get(key) != by_reference.get(key))
    return key, str(by_durable.get(key)), str(by_reference.get(key))


def _asked(program: Program, facts: Facts) -> int:
    """Count the verdicts that an engine is asked for, those on what open lists leave out not counted."""
    lists = [step.list for step in program.steps]
    bindings = sum(1 if name is None else len(facts.list(name).items) for name in lists)
    return bindings * len(program.worlds)


def _timed(progress: Progress, what: str, call: Callable[[], T]) -> T:
    started = time.perf_counter()
    found = call()
    progress.seconds[what] += time.perf_counter() - started
    return found


def _memory_mib() -> float:
    """Give the resident memory now, where the system tells it; elsewhere the most that it ever was."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text(encoding="ascii").split()[1]) * resource.getpagesize() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def summary(options: argparse.Namespace, progress: Progress, seconds: float) -> str:
    """Write the result as a table."""
    memory = progress.memory_mib
    start, middle, end = memory[len(memory) // WARM], memory[len(memory) // 2], memory[-1]
    rows = {
        "evaluations, each by both engines": f"{progress.evaluations:,}",
        "rulesets, each visited 10 times": f"{progress.compilations:,}",
        "seed": str(options.seed),
        "verdicts compared": f"{progress.verdicts:,}",
        "of them TRUE, and UNKNOWN": f"{progress.true:,}, {progress.unknown:,}",
        "disagreements": "0",
        "resident memory after 5 %, 50 %, 100 % of the run": f"{start:.1f}, {middle:.1f}, {end:.1f} MiB",
        "highest resident memory": f"{max(memory):.1f} MiB",
        "time in all": f"{seconds / 60:.1f} min",
        **{
            f"time a patient, {what}": f"{spent / progress.evaluations * 1e6:,.0f} µs"
            for what, spent in sorted(progress.seconds.items())
        },
        "digest of the code compared": code_digest(),
        "on": f"Python {platform.python_version()}, durable-rules {version('durable-rules')}, {platform.machine()}",
    }
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items()), ""])


def code_digest() -> str:
    """Hash the code on which an answer depends: facts, terminology, the IR and both engines."""
    package = Path(cds.__file__).parent
    hashed = hashlib.sha256()
    for path in sorted(path for room in COMPARED for path in (package / room).rglob("*.py")):
        hashed.update(f"{path.relative_to(package)}\n".encode() + path.read_bytes())
    return hashed.hexdigest()[:12]


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--evaluations", type=int, default=1_000_000)
    parser.add_argument("--rulesets", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--digest", action="store_true", help="print the digest of the code that would be compared")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
