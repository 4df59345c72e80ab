"""Build much that is kept without looking for garbage in it again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Put Python's collector of circular garbage off while a ruleset is built: all that is built is kept.

    The collector would walk everything built so far many times over. It runs again afterwards if it ran before.
    """
    ran = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if ran:
            gc.enable()
