"""Every command of docs/log-operations.md does what the page says, in the order of the page."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import orjson
import pytest
import yaml
from pages import REPOSITORY
from typer.testing import CliRunner

from cds import actions
from cds.audit.privacy.settings import read_settings
from cds.cli.app import app

PAGE = (REPOSITORY / "docs" / "log-operations.md").read_text(encoding="utf-8")
COMMANDS = [
    command
    for block in re.findall(r"^```sh\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    for command in block.splitlines()
]
MENTIONED = re.findall(r"`(cds [a-z][^`]*)`", PAGE)
PATIENT = REPOSITORY / "fixtures" / "patients" / "defer-naproxen-overdue.json"


def run(command: str) -> str:
    """Run a line of the page, one of cds in this process; gives what it printed."""
    if not command.startswith("cds "):
        python = shlex.quote(sys.executable)
        subprocess.run(["sh", "-ec", re.sub(r"^python ", f"{python} ", command)], check=True)
        return ""
    said, _, to = command.partition(" > ")
    ran = CliRunner().invoke(app, shlex.split(said)[1:])
    assert ran.exit_code == 0, f"{command}: {ran.stderr}"
    if to:
        Path(to).write_bytes(ran.stdout_bytes)
    return ran.stdout


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the place that the page speaks of: facts of patients, settings, nothing else."""
    monkeypatch.setattr(actions, "load_ruleset", cache(actions.load_ruleset))  # once for all commands
    monkeypatch.chdir(tmp_path)
    facts = orjson.loads(PATIENT.read_bytes())
    Path("facts.json").write_bytes(orjson.dumps({**facts, "subject": "demo-001"}))
    ward = [orjson.dumps({**facts, "subject": f"demo-{number:03}"}) + b"\n" for number in range(1, 5)]
    Path("ward.jsonl").write_bytes(b"".join(ward))
    settings = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    Path("recording.yaml").write_text(settings[0], encoding="utf-8")
    return tmp_path


def test_every_command_of_the_page_runs(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order of the page, on one log, from its making to what is done after a failed verification."""
    assert len(COMMANDS) > 15
    names = {"HEX": "", "COPY": "decisions-backup.sqlite", "FILE": "checkpoint-2026-11-21.txt", "SEQ": "4"}
    for command in COMMANDS:
        variable = re.fullmatch(r"export ([A-Z_]+)=(\S+)", command)
        if variable:
            monkeypatch.setenv(variable[1], variable[2])
            continue
        if "HEX" in command:
            listed = orjson.loads(run("cds log show decisions.sqlite --kind key_destruction --json"))["records"]
            names["HEX"] = listed[0]["header"]["subject"]["pseudonym"]
        run(re.sub(r"\b(HEX|COPY|FILE|SEQ)\b", lambda found: names[found[0]], command))
    assert "intact" in run("cds log verify decisions.sqlite --checkpoint checkpoint-2026-11-21.txt")
    assert sorted(path.name for path in (site / "keys").glob("*.key")) == [
        "body.k1.key",
        "body.k2.key",
        "log.key",
        "pseudonym.p1.key",
        "pseudonym.p2.key",
    ]


def test_every_command_that_the_page_mentions_is_there() -> None:
    """What stands inside a sentence is a command with options that it has."""
    assert MENTIONED
    for command in MENTIONED:
        words = shlex.split(command)[1:]
        name = words[: 2 if words[0] in {"log", "evidence"} else 1]
        help_text = CliRunner().invoke(app, [*name, "--help"], env={"COLUMNS": "200"})
        assert help_text.exit_code == 0, command
        for option in (word for word in words if word.startswith("--")):
            assert option in help_text.stdout, command


def test_the_settings_of_the_page_can_be_read(site: Path) -> None:
    """The example of settings says what the page says of it."""
    settings = read_settings(site / "recording.yaml")
    said = yaml.safe_load((site / "recording.yaml").read_text(encoding="utf-8"))
    assert (settings.actor, settings.purpose, list(settings.mask)) == (said["actor"], said["purpose"], said["mask"])
    assert settings.keys == site / "keys"
