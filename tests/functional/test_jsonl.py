"""`cds evaluate --jsonl`: one document a line in, one decision a line out."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from program import COMMAND, NAPROXEN, PATIENTS, SPARSE, cds, environment, line, patient
from terminal import run_on_terminal

LONGEST = 32 * 1024 * 1024


def answers(given: bytes, *arguments: str) -> tuple[int, list[Any]]:
    """Run over lines; give the status and what each line of the output says."""
    ran = cds("evaluate", "--jsonl", *arguments, given=given)
    assert ran.err == ""
    return ran.status, [json.loads(row) for row in ran.out.splitlines()]


def test_lines_are_answered_in_order() -> None:
    """Each line gives the decision that `evaluate --json` gives for it, in the order of the lines."""
    ran = cds("evaluate", "--jsonl", given=line(patient()) + line(patient(SPARSE)))
    assert ran.status == 0
    assert ran.out == cds("evaluate", NAPROXEN, "--json").out + cds("evaluate", SPARSE, "--json").out


def test_a_bad_line_gives_an_error_on_its_line_and_does_not_stop_the_rest() -> None:
    """Whatever is wrong with a line, it has one error object, the others their decisions, and the status is 3."""
    bad = [
        b"{\n",
        b"\n",
        b"[1]\n",
        b"\xff\xfe\n",
        b"null\n",
        line(patient(schema="cds-facts/9")),
        line(patient(subjct="x")),
        line(patient(as_of=None)),
        b'{"a":' * 100 + b"1" + b"}" * 100 + b"\n",
    ]
    good = line(patient())
    status, answered = answers(good + b"".join(bad) + good)
    assert status == 3
    assert [answer["schema"] for answer in answered] == [
        "cds-decision/1",
        *["cds-error/1"] * len(bad),
        "cds-decision/1",
    ]
    assert [answer.get("line") for answer in answered] == [None, *range(2, len(bad) + 2), None]
    assert {answer["kind"] for answer in answered[1:-1]} == {"input"}
    assert all(answer["problem"] for answer in answered[1:-1])


def test_an_error_says_where_what_and_the_nearest_name() -> None:
    """An error object has the path, the problem and the suggestion of the message for people."""
    wrong = patient()
    wrong["procedure"]["kind"] = "kyphoplsty"
    _, (answer,) = answers(line(wrong))
    assert answer["path"] == "$.procedure.kind"
    assert "`kyphoplsty`" in answer["problem"]
    assert answer["suggestion"] == "kyphoplasty"


def test_a_line_that_is_too_long_is_refused_and_passed() -> None:
    """A line beyond the limit gives an error, its rest is not read as lines of their own, and the next is decided."""
    status, answered = answers(b'{"a":"' + b"x" * (LONGEST + 100) + b'"}\n' + line(patient()))
    assert status == 3
    assert [answer["schema"] for answer in answered] == ["cds-error/1", "cds-decision/1"]
    assert "too large" in answered[0]["problem"]


def test_the_last_line_needs_no_end_and_windows_ends_are_read() -> None:
    """A last line without its newline counts, a carriage return ends lines too, and no input gives no output."""
    good = line(patient())
    assert cds("evaluate", "--jsonl", given=good.replace(b"\n", b"\r\n") + good.rstrip()).out.count(b"\n") == 2
    assert cds("evaluate", "--jsonl").out == b""


def test_a_file_of_lines_is_read() -> None:
    """A file may be named instead of standard input; one pretty-printed document is not lines."""
    status, answered = answers(b"", str(NAPROXEN))
    assert status == 3
    assert len(answered) == len(NAPROXEN.read_bytes().splitlines())


def test_answers_come_while_lines_are_still_being_written() -> None:
    """An answer is there before the next line is asked for: nothing waits for the end of the input."""
    with subprocess.Popen(
        [*COMMAND, "evaluate", "--jsonl"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment()
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        for _ in range(2):
            running.stdin.write(line(patient()))
            running.stdin.flush()
            assert json.loads(running.stdout.readline())["schema"] == "cds-decision/1"
        running.stdin.close()
        assert running.wait() == 0


def test_memory_is_bounded_by_the_longest_line(tmp_path: Path) -> None:
    """Many lines need no more memory than few: the peaks differ by a small part of what is written."""
    few, many = (_peak(tmp_path, lines) for lines in (20, 600))
    assert many - few < 600 * len(cds("evaluate", NAPROXEN, "--json").out) / 5


def _peak(folder: Path, lines: int) -> int:
    """Run over so many lines; give the peak of resident memory in bytes."""
    path = folder / f"{lines}.jsonl"
    path.write_bytes(line(patient()) * lines)
    code = (
        "import resource, sys; from cds.cli import app\n"
        "try: app(['evaluate', '--jsonl', sys.argv[1], '--engine', 'reference'])\n"
        "except SystemExit: pass\n"
        "sys.stderr.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))"
    )
    ran = subprocess.run(
        [COMMAND[0], "-c", code, str(path)], capture_output=True, env=environment(), text=True, check=True
    )
    assert ran.stdout.count("\n") == lines
    return int(ran.stderr) * 1024


def test_progress_is_for_a_terminal() -> None:
    """The count of lines is shown only on a terminal, and never where answers are."""
    assert cds("evaluate", "--jsonl", given=line(patient())).err == ""
    assert not re.search(rb"[0-9] lines?\b", run_on_terminal(["evaluate", "--jsonl"], {}, given=line(patient())))
    shown = run_on_terminal(["evaluate", "--jsonl"], {}, given=line(patient()) * 2, out=subprocess.DEVNULL)
    assert re.search(rb"2 lines", shown)


def test_every_shipped_patient_is_decided_in_one_run() -> None:
    """All shipped patients as lines give a decision each."""
    paths = sorted(PATIENTS.glob("*.json"))
    given = b"".join(line(patient(path)) for path in paths)
    status, answered = answers(given)
    assert status == 0
    assert [answer["subject"] for answer in answered] == [patient(path)["subject"] for path in paths]
