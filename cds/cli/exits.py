"""Which error ends the program with which status, and what is said of it on standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from traceback import extract_tb
from typing import ParamSpec

from cds.errors import (
    CdsError,
    EngineDisagreement,
    EngineFailure,
    InputError,
    KeyFailure,
    NotReadable,
    NotRecorded,
)

Arguments = ParamSpec("Arguments")

FINDINGS = 1
USAGE = 2
SOME_FAILED = 3
NOT_INTACT = 4
DIFFERENT = 5
NO_ADVICE = 6
NOT_RECORDED = 7
FAULT = 70
"""Our own fault: a status to which the contract gives no meaning, so that it is never taken for a result."""
NOT_WRITTEN = 74
"""The output could not be written: no result, whose fault it may be."""
INTERRUPTED = 130
BROKEN_PIPE = 141

STATUS: dict[type[BaseException], int] = {
    InputError: USAGE,
    EngineDisagreement: NO_ADVICE,
    EngineFailure: NO_ADVICE,
    NotRecorded: NOT_RECORDED,
    KeyFailure: NOT_RECORDED,
    NotReadable: NOT_INTACT,
    OSError: NOT_WRITTEN,
    KeyboardInterrupt: INTERRUPTED,
    BrokenPipeError: BROKEN_PIPE,
    BaseException: FAULT,
}
"""The status of an error is that of the first of its classes that stands here."""


def status_of(error: BaseException) -> int:
    """Give the exit status of an error."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def told(command: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """Make a command tell its error in one message on standard error and leave with the error's status."""

    @wraps(command)
    def wrapper(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        try:
            command(*args, **kwargs)
            sys.stdout.flush()
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # the roof of the program
            _tell(error)
            sys.exit(status_of(error))

    return wrapper


def leave(status: int) -> None:
    """End a command that gave its result with a status other than 0."""
    sys.stdout.flush()
    sys.exit(status)


def _tell(error: BaseException) -> None:
    if isinstance(error, OSError):
        # Nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        return  # whoever read the output has left
    if isinstance(error, KeyboardInterrupt):
        sys.stderr.write("interrupted: what is not printed yet was not answered\n")
    elif isinstance(error, CdsError):
        sys.stderr.write(f"error: {error}\n")
    elif isinstance(error, OSError):
        sys.stderr.write(f"error: the output cannot be written ({error.strerror})\n")
    else:
        sys.stderr.write(_fault_text(error))


def _fault_text(error: BaseException) -> str:
    """Say where the program failed, without the error's own words: they could hold a patient's values."""
    frames = "\n".join(
        f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in extract_tb(error.__traceback__)
    )
    said = f"internal error ({type(error).__name__}): this is a fault of cds, no advice is given; please report"
    return f"{said}:\n{frames}\n"
