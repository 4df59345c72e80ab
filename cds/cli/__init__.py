"""The command line: one file per command, thin; they parse arguments, call `cds.actions`, and print."""

from __future__ import annotations

import sys
from io import TextIOWrapper

from cds.cli.app import app


def main() -> None:
    """Run the program; what a terminal cannot show is written as an escape, never a reason to fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    app(prog_name="cds")
