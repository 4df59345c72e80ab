"""Run the differential where the C module's faults show: freed and fresh memory filled with a byte, and valgrind.

    python tests/generative/memory_checks.py

needs glibc (for MALLOC_PERTURB_) and valgrind on the path. The interpreter has reports of its own in valgrind, so
only those count that pass through the C module, or are about memory that it allocated. Exit 1 if there are any. A
known fault of the module, which the adapter avoids, shows first that valgrind would report one.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree as ET  # written by valgrind just before

LONG_RUN = str(Path(__file__).with_name("long_run.py"))
MODULE = "durable_rules_engine"
PERTURBATIONS = ("1", "165")
PERTURBED = ("--evaluations", "60000", "--rulesets", "60")
WATCHED = ("--evaluations", "300", "--rulesets", "12")
KNOWN_FAULT = """
import durable_rules_engine as engine
handle = engine.create_ruleset("canary", '{"r": {"all": [{"m": {"a": 1}}]}}')
for number in range(3):
    engine.assert_fact(handle, f'{{"id": "{number}", "sid": "s{number}", "b": 1}}')
    engine.delete_state(handle, f"s{number}")
"""
"""A message that no rule handles, and then its state is deleted: what is freed was never written."""


def main() -> int:
    """Run all three, and print what they found."""
    failed = False
    for byte in PERTURBATIONS:
        ended = _run({"MALLOC_PERTURB_": byte}, [sys.executable, LONG_RUN, *PERTURBED, "--seed", byte])
        sys.stdout.write(f"### MALLOC_PERTURB_={byte}: exit {ended.returncode}\n\n{ended.stdout}\n")
        failed |= ended.returncode != 0
    _, known = _under_valgrind(["-c", KNOWN_FAULT])
    ended, reports = _under_valgrind([LONG_RUN, *WATCHED, "--seed", "2"])
    sys.stdout.write(f"### valgrind: exit {ended.returncode}\n\n{ended.stdout}\n")
    sys.stdout.write(f"Reports of the known fault: {len(known)}\n")
    sys.stdout.write(f"Reports about {MODULE}: {len(reports)}\n" + "".join(f"- {report}\n" for report in reports))
    return int(failed or ended.returncode != 0 or bool(reports) or not known)


def _run(variables: dict[str, str], command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env={**os.environ, **variables}, stdout=subprocess.PIPE, text=True, check=False)


def _under_valgrind(arguments: list[str]) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    with TemporaryDirectory() as folder:
        report = Path(folder) / "valgrind.xml"
        command = ["valgrind", "--quiet", "--leak-check=full", "--track-origins=yes", "--num-callers=40"]
        command += ["--xml=yes", f"--xml-file={report}", sys.executable, *arguments]
        ended = _run({"PYTHONMALLOC": "malloc"}, command)
        return ended, list(_reports(report))


def _reports(path: Path) -> Iterator[str]:
    """Give the reports that are about the C module: bad accesses passing through it, and leaks of what it allocated."""
    for error in ET.parse(path).getroot().findall("error"):  # noqa: S314  # written by valgrind just before
        kind = error.findtext("kind") or ""
        stacks = [[frame.findtext("obj") or "" for frame in stack.iter("frame")] for stack in error.findall("stack")]
        frames = _allocating(stacks[0]) if kind.startswith("Leak_") else [each for stack in stacks for each in stack]
        if any(MODULE in frame for frame in frames):
            what = error.findtext("what") or error.findtext("xwhat/text") or ""
            inside = [frame for frame in error.iter("frame") if MODULE in (frame.findtext("obj") or "")]
            yield f"{kind} in {inside[0].findtext('fn')}: {what}"


def _allocating(frames: list[str]) -> list[str]:
    """Give the frame that asked for the memory: the first that is not the allocator's."""
    return [frame for frame in frames if "vgpreload" not in frame][:1]


if __name__ == "__main__":
    sys.exit(main())
