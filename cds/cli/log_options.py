"""The arguments and options of the commands that read a log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

LogArgument = Annotated[
    str, typer.Argument(metavar="LOG", help="A log: the path of its file, or a postgresql:// address.")
]
KeysOption = Annotated[
    Path | None, typer.Option("--keys", metavar="DIR", help="The key folder of the log; else that of CDS_KEYS.")
]
ProcessesOption = Annotated[
    int | None, typer.Option("--processes", metavar="N", help="How many at once; else as many as there are cores.")
]
FromOption = Annotated[int, typer.Option("--from", metavar="SEQ", help="Begin with this record.")]
