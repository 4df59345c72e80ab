"""Run cds as a user would: in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
PATIENTS = REPOSITORY / "fixtures" / "patients"
NAPROXEN = PATIENTS / "defer-naproxen-overdue.json"
SPARSE = PATIENTS / "needs-information-sparse.json"
BUNDLE = REPOSITORY / "fixtures" / "fhir" / "vertebral-fracture-apixaban.json"
WHEN = ("--as-of", "2026-11-21T09:00:00-05:00", "--zone", "America/New_York")
START = ("--procedure-start", "2026-12-01T08:00:00-05:00")
_NOT_INHERITED = {"COLUMNS", "FORCE_COLOR", "NO_COLOR", "TERM", "TTY_COMPATIBLE"}
COMMAND = (sys.executable, "-m", "cds")


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run of the program gave."""

    status: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        """Give standard output as text."""
        return self.out.decode()

    @property
    def document(self) -> Any:
        """Give standard output as the one JSON document that it has to be."""
        return json.loads(self.out)


def environment(**more: str) -> dict[str, str]:
    """Give the environment of a user who has set nothing that changes the output, and then `more`."""
    kept = {key: value for key, value in os.environ.items() if key not in _NOT_INHERITED}
    return {**kept, "PYTHONPATH": str(REPOSITORY), **more}


@cache
def cds(*arguments: str | Path, given: bytes = b"", **more: str) -> Ran:
    """Run `cds`, with bytes on standard input, and more in the environment; the same run is made once a session."""
    ran = subprocess.run(
        [*COMMAND, *map(str, arguments)], input=given, capture_output=True, env=environment(**more), check=False
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr.decode())


def patient(path: Path = NAPROXEN, **changes: Any) -> dict[str, Any]:
    """Give a shipped patient, with changes to the top of the document; None takes a key away."""
    document = {**json.loads(path.read_text(encoding="utf-8")), **changes}
    return {key: value for key, value in document.items() if value is not None}


def line(document: Any) -> bytes:
    """Give a document as one line."""
    return json.dumps(document).encode() + b"\n"
