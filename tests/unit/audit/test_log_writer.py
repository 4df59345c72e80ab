"""The one writer: many callers, one commit, an answer only for what is durable."""

from __future__ import annotations

from _thread import interrupt_main
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from threading import Barrier, Event, Thread, Timer

import pytest
from log_making import entry, made, opened, sign, sqlite_place

from cds.audit.record import Entry
from cds.audit.stores import open_store
from cds.audit.stores.base import Store
from cds.audit.verification import verify_log
from cds.audit.writer import Writer
from cds.errors import NotRecorded


@pytest.fixture
def location(tmp_path: Path) -> str:
    """Give an empty log."""
    return made(sqlite_place(tmp_path))


@pytest.fixture
def reader(location: str) -> Iterator[Store]:
    """Give the log for reading."""
    store = open_store(location)
    yield store
    store.close()


def feedback(number: int) -> Entry:
    """Give an entry that names no ruleset."""
    return entry(number, kind="feedback")


def test_every_caller_gets_its_own_number(location: str, reader: Store) -> None:
    """Forty threads record at once: the numbers have no gaps, and each stands over its caller's record."""
    numbers: dict[int, Entry] = {}
    start = Barrier(40)

    def record(thread: int) -> None:
        start.wait()
        for turn in range(10):
            mine = feedback(thread * 100 + turn)
            numbers[writer.append(mine)] = mine

    with Writer(open_store(location, write=True), sign) as writer:
        threads = [Thread(target=record, args=(number,)) for number in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(numbers) == list(range(400))
    assert all(reader.record(seq).body == mine.body for seq, mine in numbers.items())
    found = verify_log(reader, opened, against=reader.checkpoint())
    assert found.findings == ()
    assert found.checkpoints < 200  # callers shared commits


def test_many_entries_are_recorded_together(location: str, reader: Store) -> None:
    """Entries that one caller hands over get numbers in a row, in one commit."""
    with Writer(open_store(location, write=True), sign) as writer:
        assert writer.append_all([]) == []
        assert writer.append_all(feedback(n) for n in range(5)) == [0, 1, 2, 3, 4]
        assert writer.append(feedback(5)) == 5
    assert [opened(note)[0] for note in reader.checkpoints()] == [5, 6]


def test_what_is_answered_is_on_the_disk(location: str, reader: Store) -> None:
    """The record, its nodes and its checkpoint are there when the answer is."""
    with Writer(open_store(location, write=True), sign) as writer:
        for number in range(5):
            writer.append(feedback(number))
            found = verify_log(reader, opened, against=reader.checkpoint())
            assert (found.records, found.findings) == (number + 1, ())


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (Entry({**feedback(0).header, "kind": "hearsay"}, feedback(0).body), "`kind` of the header is wrong"),
        (Entry({**feedback(0).header, "seq": 3}, feedback(0).body), "has a `seq`, which only the log gives"),
        (Entry({**feedback(0).header, "weight": 60}, feedback(0).body), "`weight` of the header is wrong"),
        (Entry(feedback(0).header, b"another body"), "names another body"),
        (Entry({**feedback(0).header, "purpose": "x" * 70_000}, feedback(0).body), "expected at most 65535"),
        (Entry({**feedback(0).header, "purpose": "\ud800"}, feedback(0).body), "not recorded"),
        (Entry({**feedback(0).header, "recorded_at": "yesterday"}, feedback(0).body), "`recorded_at` of the header"),
        (Entry({}, b""), "is wrong or missing"),
    ],
)
def test_a_wrong_entry_fails_alone(location: str, wrong: Entry, message: str) -> None:
    """What is no record is refused before it is queued, together with what its caller handed over beside it."""
    with Writer(open_store(location, write=True), sign) as writer:
        with pytest.raises(NotRecorded, match=message):
            writer.append_all([feedback(0), wrong])
        assert writer.append(feedback(0)) == 0


def test_a_text_that_looks_like_the_number_stays_as_it_is(location: str, reader: Store) -> None:
    """The number is put in its place, whatever the texts of a header say."""
    odd = Entry({**feedback(0).header, "purpose": '"seq":9007199254740991,'}, feedback(0).body)
    with Writer(open_store(location, write=True), sign) as writer:
        writer.append(odd)
    assert verify_log(reader, opened).findings == ()


def test_a_failed_commit_refuses_everyone_and_leaves_nothing(location: str, reader: Store) -> None:
    """All callers of a failed batch are refused; the next batch continues where the store ends."""
    is_broken = [False]

    def fragile(size: int, root: bytes) -> bytes:
        if is_broken[0]:
            raise OSError("the key is gone")
        return sign(size, root)

    with Writer(open_store(location, write=True), fragile) as writer:
        writer.append_all([feedback(n) for n in range(3)])
        is_broken[0] = True
        with pytest.raises(NotRecorded, match="not recorded"):
            writer.append(feedback(3))
        is_broken[0] = False
        assert reader.size() == 3
        assert writer.append(feedback(4)) == 3
    assert verify_log(reader, opened, against=reader.checkpoint()).findings == ()


def test_closing_records_what_waits_and_nothing_after(location: str, reader: Store) -> None:
    """Whoever was queued before the end is answered; whoever comes after is refused."""
    writer = Writer(open_store(location, write=True), sign)
    answers: list[int] = []
    threads = [Thread(target=lambda n=n: answers.append(writer.append(feedback(n)))) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    writer.close()
    with pytest.raises(NotRecorded, match="the log is closed"):
        writer.append(feedback(99))
    assert sorted(answers) == list(range(20))
    assert reader.size() == 20


def test_a_caller_who_is_interrupted_keeps_no_one_waiting(location: str, reader: Store) -> None:
    """A caller may be interrupted while it waits: its record is kept, and those behind it are answered."""
    is_signing, may_sign = Event(), Event()

    def slow(size: int, root: bytes) -> bytes:
        is_signing.set()
        may_sign.wait()
        return sign(size, root)

    with Writer(open_store(location, write=True), slow) as writer:
        answers: list[int] = []
        callers = [Thread(target=lambda: answers.append(writer.append(feedback(1)))) for _ in range(3)]
        callers[0].start()
        is_signing.wait()
        later = [Timer(0.1, callers[1].start), Timer(0.15, callers[2].start), Timer(0.2, interrupt_main)]
        for each in later:
            each.start()
        with pytest.raises(KeyboardInterrupt):
            writer.append(feedback(9))
        may_sign.set()
        for caller in callers:
            caller.join(timeout=5)
        assert sorted(answers) == [0, 2, 3]
    assert reader.size() == 4


def test_a_writer_continues_the_log(location: str, reader: Store) -> None:
    """Opened again and again, the log has one tree."""
    for turn in range(6):
        with Writer(open_store(location, write=True), sign) as writer:
            assert writer.append_all([feedback(n) for n in range(turn + 1)])[0] == turn * (turn + 1) // 2
    found = verify_log(reader, opened, against=next(reader.checkpoints()))
    assert (found.records, found.checkpoints, found.findings) == (21, 6, ())
    assert "the checkpoint held elsewhere ends with record 0" in found.limits[0]


def test_without_a_checkpoint_from_elsewhere_the_limit_is_said(location: str, reader: Store) -> None:
    """A whole log proves less without a checkpoint that someone else holds, and the check says so."""
    with Writer(open_store(location, write=True), sign) as writer:
        writer.append(feedback(0))
    found = verify_log(reader, opened)
    assert "cannot be excluded" in found.limits[0]
    assert verify_log(reader, opened, against=reader.checkpoint()).limits == found.limits[1:]
    assert sha256(reader.record(0).body or b"").hexdigest() in reader.record(0).header.decode()
