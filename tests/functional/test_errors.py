"""What goes wrong: one message on standard error, nothing on standard output, and the status of the contract."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest
from program import BUNDLE, COMMAND, NAPROXEN, PATIENTS, START, WHEN, Ran, cds, environment, line, patient

FULL = Path("/dev/full")


def refused(ran: Ran, *said: str) -> None:
    """Check that a run was refused as the user's fault, with these words."""
    assert (ran.status, ran.out) == (2, b"")
    assert "Traceback" not in ran.err
    assert "internal error" not in ran.err
    shown = " ".join(ran.err.replace("│", " ").split())
    for words in said:
        assert words in shown


@pytest.mark.parametrize("command", ["evaluate", "ask", "explain"])
def test_a_missing_file_is_named_with_its_neighbour(command: str) -> None:
    """A file that is not there is named, and the one likely meant is suggested."""
    more = ("--rule", "hold.nsaid") if command == "explain" else ()
    wrong = PATIENTS / "defer-naproxen-overdu.json"
    refused(cds(command, wrong, *more), str(wrong), "there is no such file", f"did you mean `{NAPROXEN}`?")


def test_a_folder_is_no_facts_file() -> None:
    """A folder is refused as such."""
    refused(cds("evaluate", PATIENTS), "this is a folder")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    """A file that may not be read is refused with the system's reason."""
    path = tmp_path / "secret.json"
    path.write_bytes(b"{}")
    path.chmod(0)
    refused(cds("evaluate", path), "cannot be read (Permission denied)")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (b"", "this is not JSON"),
        (b"\xff\xfe{}", "not UTF-8"),
        (b"{", "1:2: this is not JSON"),
        (b'{"a": 1, "a": 2}', "the key `a` stands twice"),
        (b"[" * 200 + b"]" * 200, "nested too deep"),
        (b'"a"', "not a facts document"),
        (b"{}", "the document names no schema"),
        (line({"schema": "cds-facts/2"}), "`cds-facts/2` is not a schema"),
        (line({"resourceType": "Patient"}), "a FHIR Bundle does not say `as_of`"),
    ],
    ids=["empty", "not UTF-8", "cut off", "key twice", "deep", "text", "no schema", "other schema", "FHIR"],
)
def test_what_is_no_facts_document_is_refused(given: bytes, said: str) -> None:
    """Whatever comes in that is no facts document is refused, and the place is standard input."""
    refused(cds("evaluate", "-", given=given), "<stdin>", said)


def test_a_wrong_name_gets_the_path_and_the_nearest_valid_name() -> None:
    """A misspelled fact is named with its path and the nearest valid name."""
    wrong = patient()
    wrong["fracture"]["etiologie"] = "osteoporosis"
    refused(cds("evaluate", "-", given=line(wrong)), "$.fracture.etiologie", "did you mean `etiology`?")


def test_as_of_and_zone_have_to_be_said_once() -> None:
    """Without `as_of` or `zone`, or with two that differ, nothing is decided."""
    refused(cds("evaluate", "-", given=line(patient(as_of=None))), "`as_of` is missing")
    refused(cds("evaluate", "-", given=line(patient(zone=None))), "`zone` is missing")
    refused(cds("evaluate", NAPROXEN, "--as-of", "2026-11-24T09:00:00-05:00"), "as_of", "both the same")
    refused(cds("evaluate", NAPROXEN, "--zone", "Europe/Berlin"), "zone", "both the same")
    refused(cds("evaluate", NAPROXEN, "--as-of", "tomorrow"), "`tomorrow` is not a time")


def test_the_procedure_has_to_be_said_once() -> None:
    """What options say of the procedure may not differ from the document."""
    refused(cds("evaluate", NAPROXEN, "--procedure-status", "done"), "$.procedure.status", "`done`")
    bare = patient()
    del bare["procedure"]["kind"]
    refused(cds("evaluate", "-", "--procedure-kind", "kyphoplsty", given=line(bare)), "did you mean `kyphoplasty`?")


def test_a_bundle_needs_to_be_told_when_where_and_what() -> None:
    """A Bundle alone says neither `as_of`, nor the zone, nor which procedure is meant."""
    refused(cds("evaluate", BUNDLE), "a FHIR Bundle does not say `as_of`")
    refused(cds("evaluate", BUNDLE, *WHEN[:2]), "a FHIR Bundle does not say `zone`")
    refused(cds("evaluate", BUNDLE, *WHEN), "which procedure is meant")
    refused(cds("evaluate", "-", *WHEN, *START, given=line({"resourceType": "Patient"})), "<stdin>", "not a Bundle")


def test_wrong_names_on_the_command_line_get_the_nearest() -> None:
    """Rulesets, rules, bindings, engines, schemas and options that do not exist are told with what does."""
    refused(cds("evaluate", NAPROXEN, "--ruleset", "vertebral-augmentatio"), "did you mean `vertebral-augmentation`?")
    refused(cds("explain", NAPROXEN, "--rule", "hold.warfarn"), "did you mean `hold.warfarin`?")
    refused(cds("explain", NAPROXEN, "--rule", "hold.nsaid", "--binding", "medications/m2"), "`medications/m1`")
    refused(cds("evaluate", NAPROXEN, "--engine", "referense"), "did you mean `reference`?")
    refused(cds("schema", "fact"), "did you mean `facts`?")
    refused(cds("evaluate"), "no facts were named")
    refused(cds("explain", NAPROXEN), "Missing option", "--rule")
    refused(cds("evalute"), "No such command", "evaluate")
    refused(cds("evaluate", NAPROXEN, "--jsn"), "No such option", "--json")


def test_a_ruleset_with_problems_tells_all_of_them(tmp_path: Path) -> None:
    """A ruleset that cannot be loaded is refused with every problem, each with file, line and column."""
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "a.yaml").write_text("schema: cds-ruleset/1\nid: broken\ntitel: x\nversion: 1\n", encoding="utf-8")
    refused(cds("ruleset", "digest", folder), f"{folder}/a.yaml:3:1", "did you mean `title`?", f"{folder}/a.yaml:4:10")
    refused(cds("evaluate", NAPROXEN, "--ruleset", tmp_path / "nothing"), "there is no ruleset")
    refused(cds("ruleset", "list", tmp_path / "nothing"), "there is no such folder")


def test_no_message_tells_a_patients_other_values() -> None:
    """A message holds the word that is wrong, and nothing else of the patient."""
    wrong = patient(subject="patient-secret-name")
    wrong["fracture"]["etiology"] = "osteoporosi"
    ran = cds("evaluate", "-", given=line(wrong))
    refused(ran, "`osteoporosi`", "did you mean `osteoporosis`?")
    assert "secret" not in ran.err
    assert "Aleve" not in ran.err


@pytest.mark.skipif(not FULL.exists(), reason="there is no device here that is always full")
@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_output_that_cannot_be_written_is_told(arguments: tuple[str, ...]) -> None:
    """A full disk is told in one line, with a status of its own."""
    with FULL.open("wb") as full:
        ran = subprocess.run(
            [*COMMAND, "evaluate", str(NAPROXEN), *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment(),
            check=False,
        )
    assert (ran.returncode, ran.stderr) == (74, b"error: the output cannot be written (No space left on device)\n")


@pytest.mark.parametrize(
    ("closed", "status", "said"),
    [("<&-", 2, b"error: <stdin>: standard input is closed\n"), (">&-", 74, b"error: standard output is closed\n")],
)
def test_a_closed_stream_is_told(closed: str, status: int, said: bytes) -> None:
    """A stream that was closed before the program began is told in one line."""
    command = f'exec "$@" {closed}'
    ran = subprocess.run(
        ["bash", "-c", command, "bash", *COMMAND, "evaluate", "-"],
        stderr=subprocess.PIPE,
        env=environment(),
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (status, said)


def test_what_is_wrong_for_all_lines_is_refused_once() -> None:
    """With --jsonl a wrong engine, time or zone is an error of the command, not one of each line."""
    given = line(patient()) * 2
    refused(cds("evaluate", "--jsonl", "--engine", "durabel", given=given), "did you mean `durable`?")
    refused(cds("evaluate", "--jsonl", "--as-of", "today", given=given), "`today` is not a time")
    refused(cds("evaluate", "--jsonl", "--zone", "Mars/Base", given=given), "`Mars/Base` is not a time zone")


def test_a_reader_that_leaves_is_no_error() -> None:
    """When whoever reads the output leaves, the program ends without a word."""
    given = line(patient()) * 12  # fits into a pipe, and its answers do not
    with subprocess.Popen(
        [*COMMAND, "evaluate", "--jsonl"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdin.write(given)
        running.stdout.readline()
        running.stdout.close()
        running.stdin.close()
        assert running.stderr.read() == b""
        assert running.wait() == 141


HEEDING_CTRL_C = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from cds.cli import main
sys.argv = ["cds", *sys.argv[1:]]
main()
"""
"""A program started in the background ignores Ctrl-C; one in the foreground does not."""


def test_an_interruption_ends_without_a_traceback() -> None:
    """Ctrl-C ends the program with one line and status 130."""
    with subprocess.Popen(
        [COMMAND[0], "-c", HEEDING_CTRL_C, "evaluate", "--jsonl"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdin.write(line(patient()))
        running.stdin.flush()
        running.stdout.readline()
        running.send_signal(signal.SIGINT)
        said = running.stderr.read().decode()
        assert running.wait() == 130
    assert said == "interrupted: what is not printed yet was not answered\n"
