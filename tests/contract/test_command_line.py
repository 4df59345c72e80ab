"""The command line keeps to what other software relies on: names of commands, options, statuses and document keys."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import cds
from cds.cli import exits
from cds.cli.notes_view import note_lines
from cds.errors import CdsError, EngineDisagreement, EngineFailure, FactsError, InputError, NotInEffect, RulesetError
from cds.fhir.reading import Note, NoteKind

REPOSITORY = Path(__file__).parents[2]
PATIENT = REPOSITORY / "fixtures" / "patients" / "conditions-ibuprofen-planned.json"
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")

RECOMMENDATION = {
    "rule",
    "kind",
    "binding",
    "status",
    "severity",
    "advice",
    "text",
    "hold",
    "sources",
    "positions",
    "because",
    "overridden_by",
}
DECISION = {
    "schema",
    "subject",
    "as_of",
    "ruleset",
    "facts_digest",
    "semantics",
    "engines",
    "renderer",
    "disposition",
    "earliest_procedure",
    "recommendations",
    "ask",
    "digest",
}
DISPOSITIONS = {
    "emergency",
    "not_recommended",
    "defer",
    "needs_information",
    "conservative_first",
    "proceed_with_conditions",
    "proceed",
    "aftercare",
}


@cache
def ran(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program."""
    command = [sys.executable, "-m", "cds", *arguments]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)


def document(*arguments: str) -> Any:
    """Run the program with --json; give what it prints."""
    return json.loads(ran(*arguments, "--json").stdout)


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("evaluate", ["--ruleset", "--as-of", "--zone", "--json", "--jsonl", "--all", "--engine", "--procedure-start"]),
        ("explain", ["--rule", "--binding", "--ruleset", "--as-of", "--zone", "--json"]),
        ("ask", ["--ruleset", "--as-of", "--zone", "--json"]),
        ("ruleset list", ["--json"]),
        ("ruleset show", ["--json"]),
        ("ruleset lint", ["--as-of", "--json"]),
        ("ruleset digest", ["--json"]),
        ("ruleset diff", ["--json"]),
        ("holds", ["--as-of", "--zone", "--json", "--csv", "--ics", "--state", "--from", "--to", "--class", "--unit"]),
        ("schema", ["--ruleset"]),
        ("demo", ["--json"]),
    ],
)
def test_every_command_has_its_options(command: str, options: list[str]) -> None:
    """The commands of the contract exist under their names, with their options."""
    said = ran(*command.split(), "--help")
    assert said.returncode == 0
    assert [option for option in options if option not in said.stdout] == []


def test_a_decision_has_the_keys_and_words_of_the_contract() -> None:
    """A decision has every key that readers rely on, and its words are those of the contract."""
    decision = document("evaluate", str(PATIENT))
    assert decision.keys() >= DECISION
    assert DIGEST.fullmatch(decision["digest"])
    assert DIGEST.fullmatch(decision["facts_digest"])
    assert decision["ruleset"].keys() >= {"id", "version", "digest"}
    assert decision["disposition"]["code"] in DISPOSITIONS
    for found in decision["recommendations"]:
        assert found.keys() >= RECOMMENDATION
        assert found["status"] in {"applies", "cannot_decide", "contested", "overridden"}
        assert found["severity"] in {"critical", "high", "moderate", "info"}
        assert all(source.keys() >= {"id", "locator", "strength", "confirmed"} for source in found["sources"])
        assert all(position.keys() >= {"source", "value", "adopted"} for position in found["positions"])
        assert all(leaf.keys() >= {"leaf", "value", "truth"} for leaf in found["because"])
    (hold,) = [found["hold"] for found in decision["recommendations"] if found["hold"]]
    assert hold.keys() >= {"substance", "class", "state", "interval", "last_permitted_dose", "restart"}
    assert hold["interval"].keys() >= {"counting", "low", "high"}


def test_questions_have_the_keys_of_the_contract() -> None:
    """What `ask` prints has fact, prompt and the rules that an answer would settle."""
    sparse = REPOSITORY / "fixtures" / "patients" / "needs-information-sparse.json"
    asked = document("ask", str(sparse))["ask"]
    assert asked
    assert all(question.keys() >= {"fact", "prompt", "would_settle"} for question in asked)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InputError("x"), 2),
        (FactsError("x"), 2),
        (NotInEffect("x"), 2),
        (RulesetError((InputError("x"),)), 2),
        (EngineDisagreement("rule", "patient", {"durable": "true", "reference": "false"}), 6),
        (EngineFailure("x"), 6),
        (CdsError("x"), 70),
        (ValueError("x"), 70),
        (OSError(28, "No space left on device"), 74),
        (KeyboardInterrupt(), 130),
        (BrokenPipeError(), 141),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else str(value),
)
def test_every_error_has_its_status(error: BaseException, status: int) -> None:
    """The one table gives each kind of error the status of the contract; what is not in it is our own fault."""
    assert exits.status_of(error) == status


def test_the_facade_offers_what_it_lists() -> None:
    """Every name of `cds.__all__` can be had, and nothing else is made up."""
    assert sorted(dir(cds)) == sorted(cds.__all__)
    assert all(getattr(cds, name) is not None for name in cds.__all__)
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = cds.nothing_of_the_kind


def test_importing_cds_loads_only_the_standard_library() -> None:
    """`import cds` alone loads no other package, and none of the rooms of cds."""
    code = (
        "import sys; before = set(sys.modules); import cds; loaded = set(sys.modules) - before; "
        "print(sorted(name for name in loaded if name.partition('.')[0] not in sys.stdlib_module_names))"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "['cds']"


def test_every_note_on_a_resource_has_words() -> None:
    """Whatever reading a Bundle notes can be told to people."""
    for kind in NoteKind:
        (line,) = note_lines([Note(kind, "Observation/1", fact="labs.inr", count=2)])
        assert line.startswith("2 Observation (labs.inr): ")
