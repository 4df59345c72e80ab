"""The command line: one file per command, thin; they parse arguments, call `cds.actions`, and print."""

from __future__ import annotations

import sys
from io import TextIOWrapper

from cds.cli.app import app
from cds.cli.exits import NOT_WRITTEN


def main() -> None:
    """Run the program; what a terminal cannot show is written as an escape, never a reason to fail."""
    if not sys.stdout:
        sys.stderr.write("error: standard output is closed\n")
        sys.exit(NOT_WRITTEN)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    app(prog_name="cds")
