"""What docs/auditing.md shows is what an auditor gets: its commands are run one after the other, in one folder."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from pages import REPOSITORY

PAGE = (REPOSITORY / "docs" / "auditing.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(console|python)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
VARIES = (
    (re.compile(r"sha256:[0-9a-f]{64}"), "sha256:"),
    (re.compile(r"pseudonym [0-9a-f]{16}"), "pseudonym "),
    (re.compile(r"recorded at \S+"), "recorded at"),
    (re.compile(r"(log\+)[0-9a-f]{8}"), r"\1"),
)


def same(text: str) -> str:
    """Leave out what is another in every log."""
    for pattern, instead in VARIES:
        text = pattern.sub(instead, text)
    return text


def commands(block: str) -> list[tuple[str, str]]:
    """Give each command of a session, with what the page says that it prints."""
    found = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [(command, printed) for command, _, printed in (each.partition("\n") for each in found)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an auditor's folder, with the patients that ship with cds."""
    made = tmp_path_factory.mktemp("auditor")
    (made / "fixtures").symlink_to(REPOSITORY / "fixtures")
    (made / "bin").mkdir()
    shim = made / "bin" / "cds"
    shim.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m cds "$@"\n', encoding="utf-8")
    shim.chmod(0o755)
    return made


def ran(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run something in the auditor's folder."""
    kept = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "FORCE_COLOR", "CDS_KEYS"}}
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {**kept, "PATH": path, "PYTHONPATH": str(REPOSITORY)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_every_command_prints_what_the_page_shows(folder: Path) -> None:
    """One after the other; each succeeds, and prints what stands below it but for what is another in every log."""
    number = 0
    for kind, block in BLOCKS:
        if kind == "python":
            found = ran([sys.executable, "-c", block], folder)
            assert found.returncode == 0, found.stderr
            assert "'decision'" in found.stdout
            continue
        for command, printed in commands(block):
            found = ran(["bash", "-c", command], folder)
            assert found.returncode == 0, f"{command}: {found.stderr}"
            assert same(found.stdout) == same(printed), command
            number += 1
    assert number == PAGE.count("\n$ ")
    assert json.loads((folder / "replayed.json").read_text(encoding="utf-8"))["counts"]["identical"] == 3
    assert "would have been different" in (folder / "impact.txt").read_text(encoding="utf-8")
