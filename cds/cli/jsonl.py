"""One document a line in, one decision a line out: order kept, memory bounded by the longest line."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any, BinaryIO

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from cds import actions
from cds.actions.recording import Recorder
from cds.canonical import canonical_bytes
from cds.cli.inputs import opened
from cds.cli.recorded_lines import RecordedLines
from cds.cli.terminal import print_bytes, remarks
from cds.errors import CdsError, EngineDisagreement, EngineFailure, InputError
from cds.facts.json_text import MAX_BYTES

ERROR_SCHEMA = "cds-error/1"
_KINDS: dict[type[CdsError], str] = {
    EngineDisagreement: "engines_disagree",
    EngineFailure: "engine_failed",
    InputError: "input",
}


@dataclass(frozen=True, slots=True)
class Deciding:
    """What is the same for every line."""

    ruleset: actions.Ruleset
    beside: actions.Beside
    engines: str
    list_all: bool
    recorder: Recorder | None = None


def run(name: str, deciding: Deciding) -> bool:
    """Decide for every line of an input; tell whether every line gave a decision.

    Raises:
        InputError: the input cannot be opened, or what is the same for every line is wrong.
        NotRecorded: a line could not be recorded; neither it nor a later one is answered.
    """
    actions.check_beside(deciding.beside, deciding.engines)
    all_decided = True
    with ExitStack() as stack:
        file = stack.enter_context(opened(name))
        advance = stack.enter_context(_progress(file))
        answered = _each(deciding, stack)
        for number, line in enumerate(_lines(file), start=1):
            is_decision = answered(line, number)
            all_decided = all_decided and is_decision
            advance(len(line))
    return all_decided


def _each(deciding: Deciding, stack: ExitStack) -> Callable[[bytes, int], bool]:
    """Give what answers one line, and tells whether that is a decision; with a recorder lines leave once recorded."""
    if deciding.recorder is None:
        return partial(_print_answer, deciding)
    lines = stack.enter_context(RecordedLines(deciding.recorder))
    return partial(_print_recorded, deciding, deciding.recorder, lines)


def _print_answer(deciding: Deciding, line: bytes, number: int) -> bool:
    try:
        facts = _read(deciding, line).facts
        decision = actions.evaluate(deciding.ruleset, facts, engines=deciding.engines, list_all=deciding.list_all)
    except Exception as error:  # noqa: BLE001  # whatever is wrong with one line, the others are decided
        print_bytes(canonical_bytes(_error_document(error, number)))
        return False
    print_bytes(decision.to_bytes())
    return True


def _print_recorded(deciding: Deciding, recorder: Recorder, lines: RecordedLines, line: bytes, number: int) -> bool:
    answered = actions.answer(
        recorder,
        deciding.ruleset,
        partial(_read, deciding, line),
        engines=deciding.engines,
        list_all=deciding.list_all,
    )
    if answered.decision is None:
        error = answered.error or AssertionError()
        lines.print(canonical_bytes(_error_document(error, number)), answered.entry)
        return False
    lines.print(answered.decision.to_bytes(), answered.entry)
    return True


def _read(deciding: Deciding, line: bytes) -> actions.Patient:
    return actions.read_patient(line, deciding.ruleset, beside=deciding.beside)


def _error_document(error: Exception, number: int) -> dict[str, Any]:
    """Say what is wrong with a line; a fault of our own is not quoted, its words could hold a patient's values."""
    kind = next((_KINDS[of] for of in type(error).__mro__ if of in _KINDS), "fault")
    said: dict[str, Any] = {"schema": ERROR_SCHEMA, "line": number, "kind": kind}
    if isinstance(error, InputError):
        where = {"column": error.place.column, "path": error.place.path}
        said |= {"problem": error.problem, "expected": error.expected, "suggestion": error.suggestion, **where}
    else:
        said["problem"] = str(error) if kind != "fault" else "a fault of cds; no advice is given"
    return {key: value for key, value in said.items() if value is not None}


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Give the lines without their ends; of one that is too long, just enough to be refused as such."""
    while line := file.readline(MAX_BYTES + 2):
        whole = line
        while not whole.endswith(b"\n") and (whole := file.readline(MAX_BYTES)):
            continue
        yield line.rstrip(b"\r\n")


@contextmanager
def _progress(file: BinaryIO) -> Iterator[Callable[[int], None]]:
    """Show how far it is, on a terminal that does not show the answers anyway; give what to tell each line's length."""
    if not sys.stderr.isatty() or sys.stdout.isatty():
        yield lambda _: None
        return
    columns = (TextColumn("{task.fields[lines]} lines"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=remarks()) as progress:
        task = progress.add_task("", total=_size(file), lines=0)
        numbers = count(1)
        yield lambda read: progress.update(task, advance=read + 1, lines=next(numbers))


def _size(file: BinaryIO) -> int | None:
    status = os.fstat(file.fileno())
    return status.st_size if stat.S_ISREG(status.st_mode) else None
