"""Run cds with a terminal for its output, as far as it can tell."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Mapping, Sequence

from program import COMMAND, environment


def run_on_terminal(
    arguments: Sequence[str], more: Mapping[str, str], *, given: bytes = b"", out: int | None = None
) -> bytes:
    """Run with standard error on a terminal, and standard output too unless it goes elsewhere; give what is shown."""
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=subprocess.PIPE,
        stdout=theirs if out is None else out,
        stderr=theirs,
        env=environment(TERM="xterm-256color", **more),
    )
    os.close(theirs)
    if running.stdin is not None:
        running.stdin.write(given)
        running.stdin.close()
    written = b"".join(iter(lambda: _read(ours), b""))
    running.wait()
    os.close(ours)
    return written


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other end has closed
        return b""
