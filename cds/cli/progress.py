"""How far a long run over many records is, on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.progress import BarColumn, MofNCompleteColumn, Progress, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from cds.cli.terminal import remarks

T = TypeVar("T")


def with_progress(each: Iterable[T], total: int) -> Iterator[T]:
    """Give each on, and show how many of all are done and how many a second, if standard error is a terminal."""
    if not sys.stderr.isatty():
        yield from each
        return
    with _bar() as progress:
        yield from progress.track(each, total=total)


@contextmanager
def counting() -> Iterator[tuple[Callable[[int], None], Callable[[int], None]]]:
    """Give what to tell the number of all, and what to tell how many are done, to be shown on a terminal."""
    if not sys.stderr.isatty():
        yield (lambda _: None), (lambda _: None)
        return
    with _bar() as progress:
        task = progress.add_task("", total=None)
        yield (lambda total: progress.update(task, total=total)), (lambda done: progress.update(task, completed=done))


def _bar() -> Progress:
    columns = (TextColumn("records"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    return Progress(*columns, console=remarks(), transient=True)


class _Rate(TextColumn):
    def __init__(self) -> None:
        super().__init__("")

    def render(self, task: Task) -> Text:
        return Text("" if task.speed is None else f"{task.speed:,.0f} records/s")
