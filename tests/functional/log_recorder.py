"""A program that records without end from several threads, and says each number once it is acknowledged.

    python log_recorder.py LOG THREADS

It prints a line for each record, `NUMBER HASH`, or `refused`, and goes on until it is killed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from secrets import token_bytes
from threading import Thread
from time import sleep

sys.path.insert(0, str(Path(__file__).parents[1]))

from log_making import header, sign

from cds.audit.record import Entry
from cds.audit.stores import open_store
from cds.audit.writer import Writer
from cds.errors import NotRecorded


def record(writer: Writer) -> None:
    """Record one entry after another."""
    while True:
        body = token_bytes(600)
        entry = Entry(header(body, kind="feedback"), body)
        try:
            line = f"{writer.append(entry)} {entry.header['body']['hash']}\n"
        except NotRecorded:
            line = "refused\n"
            sleep(0.02)
        os.write(1, line.encode())  # in one piece, whatever the other threads write


if __name__ == "__main__":
    location, threads = sys.argv[1:]
    shared = Writer(open_store(location, write=True), sign)
    for _ in range(int(threads)):
        Thread(target=record, args=(shared,)).start()
