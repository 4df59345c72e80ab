"""Standard output and standard error: results on the one, everything else on the other."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from typing import Any

from rich.console import Console, RenderableType

from cds.canonical import canonical_bytes

WIDEST = 100
NARROWEST = 40


def print_for_people(*parts: RenderableType) -> None:
    """Print for people: at most 100 columns, and colours only on a terminal and without NO_COLOR."""
    console = _console(stderr=False)
    with console.capture() as captured:
        for part in parts:
            console.print(part)
    text = captured.get()
    if not console.is_terminal:
        text = "".join(f"{line.rstrip()}\n" for line in text.splitlines())
    sys.stdout.write(text)


def remark(line: str) -> None:
    """Print a line on standard error."""
    remarks().print(line, soft_wrap=True)


def remarks() -> Console:
    """Give standard error for people."""
    return _console(stderr=True)


def print_json(document: Mapping[str, Any]) -> None:
    """Print the canonical bytes of a document and a newline."""
    print_bytes(canonical_bytes(document))


def print_bytes(data: bytes) -> None:
    """Print one line of bytes as they are, at once."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data + b"\n")
    sys.stdout.buffer.flush()


def _console(*, stderr: bool) -> Console:
    columns = shutil.get_terminal_size((WIDEST, 24)).columns
    width = max(NARROWEST, min(WIDEST, columns))
    return Console(stderr=stderr, width=width, markup=False, highlight=False, emoji=False)
