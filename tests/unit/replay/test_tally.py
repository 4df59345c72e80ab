"""What became of the records, and the file from which a replay goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from made_records import Log

from cds.canonical import canonical_bytes
from cds.errors import InputError
from cds.replay.past import Gone
from cds.replay.replay import Replayed, Status
from cds.replay.tally import MOST_NAMED, Tally, counted, read_position

OF = {"log": "example.org/log", "engines": ["durable", "reference"]}


def tallied(*statuses: Status) -> Tally:
    """Count records with these statuses."""
    tally = Tally()
    for seq, status in enumerate(statuses):
        tally.add(Replayed(seq, status))
    return tally


@pytest.mark.parametrize("status", list(Status))
def test_only_the_same_decision_is_a_proof(status: Status) -> None:
    """What a site chose not to keep is counted and no failure; anything else that is not the same is one."""
    fails = {
        "different",
        "other_ruleset",
        "other_time_zone_data",
        "needs_other_build",
        "failed",
        "unreadable",
    }
    tally = tallied(Status.IDENTICAL, status)
    assert tally.is_proved == (status.value not in fails)
    assert tally.document()["proved"] == tally.is_proved


@pytest.mark.parametrize(
    ("statuses", "is_proved"),
    [
        ([], True),
        ([Status.OTHER_KIND], True),
        ([Status.MASKED], False),
        ([Status.KEY_DESTROYED, Status.OTHER_KIND, Status.REMOVED], False),
        ([Status.EQUAL_AS_STORED, Status.MASKED], True),
        ([Status.OTHER_WORDS, Status.KEY_DESTROYED], True),
    ],
)
def test_where_nothing_can_be_compared_nothing_is_proved(statuses: list[Status], *, is_proved: bool) -> None:
    """Decisions of which none came out again are no proof; a log without decisions has nothing to prove."""
    assert tallied(*statuses).is_proved == is_proved


def test_the_document_counts_all_and_names_what_is_not_identical() -> None:
    """Each status has its count; the numbers of records that are not simply identical are named."""
    document = tallied(Status.IDENTICAL, Status.DIFFERENT, Status.IDENTICAL, Status.MASKED).document()
    assert document == {
        "schema": "cds-replay/1",
        "proved": False,
        "next_seq": 4,
        "counts": {"identical": 2, "different": 1, "masked": 1},
        "named": {"different": [1], "masked": [3]},
    }


def test_it_does_not_grow_with_the_log() -> None:
    """A log in which everything differs names the first records only."""
    tally = tallied(*[Status.DIFFERENT] * (MOST_NAMED + 50))
    assert (tally.counts[Status.DIFFERENT], len(tally.named[Status.DIFFERENT])) == (MOST_NAMED + 50, MOST_NAMED)


def test_a_replay_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    """Stopped in the middle and begun again from its file, it counts every record once and as a whole run does."""
    log, file = Log(), tmp_path / "position.json"
    records = [*log.records(7), log.gone(7, Gone.KEY_DESTROYED), *[log.record(seq) for seq in range(8, 12)]]
    replay = log.replay(engines=["reference"])
    whole = Tally()
    for past in records:
        whole.add(replay(past))

    def stopped(at: int) -> Any:
        for past in records:
            if past.seq == at:
                raise KeyboardInterrupt
            yield replay(past)

    tally = read_position(file, OF)
    with pytest.raises(KeyboardInterrupt):
        list(counted(stopped(5), tally, keep=lambda: tally.write(file, OF), every=2))
    again = read_position(file, OF)
    assert again.next_seq == 5
    rest = (replay(past) for past in records[again.next_seq :])
    list(counted(rest, again, keep=lambda: again.write(file, OF)))
    assert again == whole == read_position(file, OF)
    assert [path.name for path in tmp_path.iterdir()] == ["position.json"]


def test_a_record_counts_once_it_is_dealt_with(tmp_path: Path) -> None:
    """If whoever shows a record fails, that record is done again the next time."""
    file, tally = tmp_path / "position.json", Tally()
    outcomes = (Replayed(seq, Status.DIFFERENT) for seq in range(5))
    shown = counted(outcomes, tally, keep=lambda: tally.write(file, OF))
    next(shown)
    next(shown)
    shown.close()
    assert read_position(file, OF).next_seq == 1


def test_a_position_without_a_file_is_the_beginning(tmp_path: Path) -> None:
    """There is nothing to go on from before the first run."""
    assert read_position(tmp_path / "none.json", OF) == Tally()


def test_the_position_of_another_replay_is_refused(tmp_path: Path) -> None:
    """Another log, or other engines, begin at their own beginning."""
    file = tmp_path / "position.json"
    Tally(next_seq=5).write(file, OF)
    with pytest.raises(InputError, match=r"position\.json: this is the position of another replay"):
        read_position(file, {**OF, "log": "example.org/other"})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"7",
        canonical_bytes({"schema": "cds-replay/1"}),
        canonical_bytes({"schema": "cds-replay-position/1", "of": OF, "next_seq": "x", "counts": {}, "named": {}}),
        canonical_bytes(
            {"schema": "cds-replay-position/1", "of": OF, "next_seq": 1, "counts": {"odd": 1}, "named": {}}
        ),
        canonical_bytes({"schema": "cds-replay-position/1", "of": OF, "next_seq": 1, "counts": [], "named": {}}),
    ],
)
def test_what_is_no_position_is_refused(tmp_path: Path, content: bytes) -> None:
    """A file that was not written as a position is never taken for the beginning."""
    file = tmp_path / "position.json"
    file.write_bytes(content)
    with pytest.raises(InputError, match="this is no position of a replay"):
        read_position(file, OF)


def test_a_position_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A folder is no file."""
    with pytest.raises(InputError, match="this cannot be read"):
        read_position(tmp_path, OF)
