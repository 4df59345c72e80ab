"""Tell where the time of a decision goes: `python tests/benchmarks/profile_decide.py`.

Time is that spent in a module's own functions, builtins called from them included, as a share of the whole. The
profiler makes calls dearer than they are, so the shares say where to look, not how long anything takes.
"""

from __future__ import annotations

import cProfile
import pstats
import sys
from collections import Counter
from pathlib import Path

from benchmarked import RULESET, document

import cds
from cds.engine import decide
from cds.facts.schema import parse_facts
from cds.ir.from_ruleset import compile_ruleset
from cds.ruleset.loader import load_ruleset

DECISIONS = 300
SHOWN = 12
PACKAGE = Path(cds.__file__).parent


def main() -> None:
    """Profile the complete and the sparse patient, and print a table."""
    shares = {name: _shares(name) for name in ("complete", "sparse")}
    modules = sorted({module for found in shares.values() for module in found}, key=lambda each: -_most(shares, each))
    sys.stdout.write("| module | complete | sparse |\n|---|---|---|\n")
    for module in modules[:SHOWN]:
        cells = " | ".join(f"{found[module]:.0%}" for found in shares.values())
        sys.stdout.write(f"| {module} | {cells} |\n")


def _shares(name: str) -> Counter[str]:
    """Give by module the share of the time of decisions on one patient."""
    program = compile_ruleset(load_ruleset(RULESET))
    facts = parse_facts(document(name), program.dictionary, program.concepts)
    decide(program, facts)
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(DECISIONS):
        decide(program, facts)
    profile.disable()
    return _by_module(pstats.Stats(profile))


def _by_module(stats: pstats.Stats) -> Counter[str]:
    spent: Counter[str] = Counter()
    for (file, _, _), (_, _, own, _, callers) in stats.stats.items():  # type: ignore[attr-defined]
        if _is_ours(file):
            spent[_module(file)] += own
            continue
        for (caller, _, _), (_, _, own_from_there, _) in callers.items():
            spent[_module(caller) if _is_ours(caller) else "other libraries"] += own_from_there
    whole = sum(spent.values())
    return Counter({module: seconds / whole for module, seconds in spent.items()})


def _is_ours(file: str) -> bool:
    return file.startswith(str(PACKAGE))


def _module(file: str) -> str:
    return f"cds/{Path(file).relative_to(PACKAGE)}"


def _most(shares: dict[str, Counter[str]], module: str) -> float:
    return max(found[module] for found in shares.values())


if __name__ == "__main__":
    main()
