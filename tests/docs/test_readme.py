"""What README.md shows is what a reader gets."""

from __future__ import annotations

import io
import os
import re
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from pages import README, REPOSITORY, Session, examples, expected_prints, printed, same, sessions, shell_commands

from cds.cli import exits

PAGE = README.read_text(encoding="utf-8")


@pytest.mark.parametrize("session", sessions(PAGE), ids=lambda session: session.command[:60])
def test_command_prints_what_the_page_shows(session: Session, tmp_path: Path) -> None:
    """A command of the tour prints, but for digests, what stands below it (`python tests/docs/rewrite_pages.py`)."""
    assert same(printed(session.command, tmp_path), session.printed)


def test_the_tour_shows_every_way_to_ask() -> None:
    """The tour has a session for deciding, asking, explaining, many patients and rules."""
    commands = " ".join(session.command for session in sessions(PAGE))
    for command in ("cds evaluate", "cds ask", "cds explain", "--jsonl", "cds ruleset", "--procedure-start"):
        assert command in commands


def test_three_commands_make_the_sheet(tmp_path: Path) -> None:
    """The three commands below the worklist print the sheet, write it as PDF, and write its dates as a calendar."""
    commands = re.findall(r"^cds holds docs/images/.*$", PAGE, re.MULTILINE)
    (tmp_path / "docs").symlink_to(REPOSITORY / "docs")
    shown, _, _ = (printed(f"cd {tmp_path} && {command}", tmp_path) for command in commands)
    assert shown.startswith("Hold sheet")
    assert [path.read_bytes()[:5] for path in (tmp_path / "sheets").iterdir()] == [b"%PDF-"]
    assert (tmp_path / "holds.ics").read_bytes().startswith(b"BEGIN:VCALENDAR")


def test_a_decision_is_recorded_proved_and_decided_again(tmp_path: Path) -> None:
    """The commands of the log's paragraph work one after another, each with status 0."""
    block = re.search(r"^```\n(cds log init (?:(?!```).*\n)*)```$", PAGE, re.MULTILINE)
    assert block is not None
    (tmp_path / "fixtures").symlink_to(REPOSITORY / "fixtures")
    said = printed(f"cd {tmp_path} && set -e\n{block[1]}echo all done", tmp_path)
    assert said.endswith("all done\n")
    assert "PROVED" in said


@pytest.mark.parametrize("code", examples(PAGE), ids=["embedding"])
def test_example_prints_what_its_comments_say(code: str) -> None:
    """The embedding example runs, and each `print` prints what the comment beside it says."""
    output = io.StringIO()
    with redirect_stdout(output):
        exec(compile(code, "README.md", "exec"), {})  # noqa: S102  # the page is ours
    assert output.getvalue().splitlines() == expected_prints(code)


def test_the_two_commands_are_those_of_ci() -> None:
    """Setup and tests are one command each, and `.ci/run` runs exactly the test command of the page."""
    demo, tests, *others = shell_commands(PAGE)
    assert not others
    assert demo.endswith("cds demo")
    assert tests in (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")


def test_setup_scripts_can_be_run() -> None:
    """The scripts that the page and CONTRIBUTING.md name are executable."""
    for name in ("setup", "run", "lock"):
        assert os.access(REPOSITORY / ".ci" / name, os.X_OK)


def test_exit_statuses_are_those_of_the_program() -> None:
    """The table of exit statuses has a row for each status of a result or an error, and no other."""
    listed = {int(status) for status in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)}
    interrupted_from_outside = {exits.INTERRUPTED, exits.BROKEN_PIPE}
    assert (
        listed
        == ({0, exits.FINDINGS, exits.SOME_FAILED, exits.DIFFERENT} | set(exits.STATUS.values()))
        - interrupted_from_outside
    )
