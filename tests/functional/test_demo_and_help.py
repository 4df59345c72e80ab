"""`cds demo`, help, version and completion."""

from __future__ import annotations

import pytest
from program import PATIENTS, cds

COMMANDS = [(), *((name,) for name in ("evaluate", "explain", "ask", "schema", "demo", "ruleset"))]
COMMANDS += [("ruleset", name) for name in ("list", "show", "lint", "digest")]


def test_demo_shows_one_patient_whole_and_every_other_as_a_line() -> None:
    """The demo decides for all that ships: one whole page, and a table with a line for each patient."""
    ran = cds("demo")
    assert (ran.status, ran.err) == (0, "")
    assert all(path.stem in ran.text for path in PATIENTS.glob("*.json"))
    assert "Medicines before the procedure" in ran.text
    assert max(len(row) for row in ran.text.splitlines()) <= 100
    decided = cds("demo", "--json").document["decisions"]
    assert [one["patient"] for one in decided] == sorted(path.stem for path in PATIENTS.glob("*.json"))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command) or "cds")
def test_every_command_has_help(command: tuple[str, ...]) -> None:
    """--help works everywhere and says what the command does."""
    ran = cds(*command, "--help")
    assert (ran.status, ran.err) == (0, "")
    assert "Usage:" in ran.text


def test_cds_alone_shows_its_commands() -> None:
    """Without a command the program shows what there is."""
    ran = cds()
    assert ran.status == 0
    assert "evaluate" in ran.text


def test_version_is_told() -> None:
    """--version prints one line."""
    ran = cds("--version")
    assert ran.status == 0
    assert ran.text.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("cds ev", "evaluate"),
        ("cds evaluate x.json --ruleset vert", "vertebral-augmentation"),
        ("cds explain x.json --rule hold.warf", "hold.warfarin"),
        ("cds evaluate x.json --engine ref", "reference"),
        ("cds schema dec", "decision"),
        ("cds ruleset show vert", "vertebral-augmentation"),
    ],
)
def test_the_shell_completes_commands_and_ids(words: str, offered: str) -> None:
    """Bash is offered commands, rulesets, rules, engines and documents."""
    asked = {"_CDS_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}
    assert offered in cds(**asked).text.split()
