"""The blocks of a documentation page that can be run: console sessions and Python examples."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
README = REPOSITORY / "README.md"
REVIEWING = REPOSITORY / "docs" / "reviewing.md"
_SESSION = re.compile(r"^```console\n\$ (?P<command>.*)\n(?P<printed>(?:(?!```).*\n)*)```$", re.MULTILINE)
_EXAMPLE = re.compile(r"^```python\n(?P<code>(?:(?!```).*\n)*)```$", re.MULTILINE)
_SHELL = re.compile(r"^```sh\n(?P<command>.*)\n```$", re.MULTILINE)
_DIGEST = re.compile(r"sha256:[0-9a-f]*")


@dataclass(frozen=True, slots=True)
class Session:
    """A command, and what the page says that it prints."""

    command: str
    printed: str


def sessions(page: str) -> list[Session]:
    """Give the console sessions of a page."""
    return [Session(found["command"], found["printed"]) for found in _SESSION.finditer(page)]


def with_printed(page: str, folder: Path) -> str:
    """Give the page with what its commands print now."""
    return _SESSION.sub(lambda found: f"```console\n$ {found['command']}\n{printed(found['command'], folder)}```", page)


def examples(page: str) -> list[str]:
    """Give the Python examples of a page."""
    return [found["code"] for found in _EXAMPLE.finditer(page)]


def shell_commands(page: str) -> list[str]:
    """Give the shell commands of a page that print nothing of interest."""
    return [found["command"] for found in _SHELL.finditer(page)]


def expected_prints(code: str) -> list[str]:
    """Give what the comments after `print(...)` say, in order."""
    return [line.split(")  # ", 1)[1] for line in code.splitlines() if "print(" in line]


def printed(command: str, folder: Path) -> str:
    """Run a command as a reader would, at the top of the checkout, with `cds` on the path; `folder` is for the shim."""
    shim = folder / "cds"
    shim.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m cds "$@"\n', encoding="utf-8")
    shim.chmod(0o755)
    result = subprocess.run(
        ["bash", "-c", command], cwd=REPOSITORY, env=_environment(folder), capture_output=True, text=True, check=False
    )
    return result.stdout


def same(one: str, other: str) -> bool:
    """Tell whether two outputs are the same but for digests, which change with every word of a ruleset."""
    return _DIGEST.sub("sha256:", one) == _DIGEST.sub("sha256:", other)


def _environment(folder: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in {"COLUMNS", "FORCE_COLOR", "NO_COLOR"}}
    return {**kept, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(REPOSITORY)}


def links(page: str) -> Iterator[str]:
    """Give the files of the project that a page links to."""
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page):
        if "://" not in target:
            yield target
