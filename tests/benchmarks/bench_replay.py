"""What replay costs beside the bare decisions of the same patients, in the same run; over two processes; from a log.

What a record of the log takes on disk stands in the extra information of `test_replay_of_a_log`. On a machine that
others use, `--benchmark-timer=time.process_time` measures what does not run over processes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import orjson
import pytest
from benchmarked import RULESET
from pytest_benchmark.fixture import BenchmarkFixture

from cds import actions
from cds.actions.recording import Recorder
from cds.audit.notes.keys import SigningKey
from cds.audit.privacy.keys import make_keys
from cds.audit.stores import create_store, open_store
from cds.canonical import canonical_bytes
from cds.engine import BOTH, decide
from cds.facts.model import Facts
from cds.facts.schema import parse_facts, read_facts_text
from cds.ir.from_ruleset import compile_ruleset
from cds.ir.program import Program
from cds.replay.past import Past
from cds.replay.pool import in_order
from cds.replay.programs import Programs
from cds.replay.replay import Replay, Status
from cds.ruleset.loader import load_ruleset
from cds.ruleset.stored import from_stored, stored_bytes, stored_hash

PATIENTS = sorted((Path(__file__).parents[2] / "fixtures" / "patients").glob("*.json"))
COPIES = 10
ENGINES = [pytest.param(BOTH, id="both"), pytest.param(("reference",), id="reference")]


class Beside:
    """The one stored ruleset beside a log."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __call__(self, _stored: str) -> bytes:
        """Give its bytes."""
        return self._content


@cache
def ruleset() -> tuple[bytes, Program]:
    """Give the shipped ruleset, stored and compiled."""
    content = stored_bytes(load_ruleset(RULESET))
    return content, compile_ruleset(from_stored(content))


@cache
def patients() -> tuple[Facts, ...]:
    """Parse all shipped patients."""
    _, program = ruleset()
    return tuple(
        parse_facts(read_facts_text(path.read_bytes(), file=path.name), program.dictionary, program.concepts)
        for path in PATIENTS
    )


@cache
def log(copies: int = 1) -> tuple[Past, ...]:
    """Give a log of all shipped patients, so many times over."""
    content, program = ruleset()
    ids = {"digest": program.identity.digest, "stored": stored_hash(content)}
    bodies = []
    for facts in patients():
        decision = orjson.loads(decide(program, facts).to_bytes())
        said = {"facts": dict(facts.document), "masked": [], "decision": decision, "outcome": None}
        body = {"schema": "cds-body/1", "salt": "00", **said}
        bodies.append(canonical_bytes(body))
    rest = {"schema": "cds-record/1", "kind": "decision", "subject": None, "ruleset": ids, "semantics": 1}
    return tuple(
        Past(seq, canonical_bytes({**rest, "seq": seq}), bodies[seq % len(bodies)])
        for seq in range(copies * len(bodies))
    )


def replayed(replay: Replay, records: Sequence[Past], processes: int = 1) -> None:
    """Decide all records again; every one has to be identical."""
    for one in in_order(replay, records, processes=processes):
        assert one.status is Status.IDENTICAL


@pytest.mark.parametrize("engines", ENGINES)
def test_bare_decisions(benchmark: BenchmarkFixture, engines: Sequence[str]) -> None:
    """The decisions of all shipped patients, their facts parsed before."""
    _, program = ruleset()
    decide(program, patients()[0], engines=engines)
    benchmark(lambda: [decide(program, facts, engines=engines) for facts in patients()])


@pytest.mark.parametrize("engines", ENGINES)
def test_replay(benchmark: BenchmarkFixture, engines: Sequence[str]) -> None:
    """The same decisions again from their records: read, parsed, decided, compared. Target: as long as bare ones."""
    replay = Replay(Programs(Beside(ruleset()[0])), {1: decide}, engines)
    replay(log()[0])
    benchmark(replayed, replay, log())


@dataclass(frozen=True)
class RecordedLog:
    """A log on disk, sealed and signed, of all shipped patients, so many times over."""

    folder: Path
    records: int

    @property
    def path(self) -> Path:
        """Give the path of the log."""
        return self.folder / "decisions.sqlite"

    def replayed(self, engines: str, processes: int = 1) -> None:
        """Decide all records again, from the file on; every decision has to be identical."""
        with actions.replay_log(
            str(self.path), engines=engines, keys=self.folder / "keys", processes=processes
        ) as running:
            assert {one.status for one in running.done} == {Status.IDENTICAL, Status.OTHER_KIND}

    def storage(self) -> dict[str, float]:
        """Give bytes: of the file by record, of what is in it by record, and of the ruleset, which is there once."""
        store = open_store(str(self.path))
        records = list(store.records())
        rulesets = sum(len(row.content) for row in store.ruleset_rows())
        store.close()
        size = self.path.stat().st_size
        return {
            "records": len(records),
            "file_without_ruleset_by_record": (size - rulesets) / len(records),
            "file_by_record": size / len(records),
            "header": sum(len(record.header) for record in records) / len(records),
            "body": sum(len(record.body or b"") for record in records) / len(records),
            "ruleset_once": rulesets,
        }


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> RecordedLog:
    """Record all shipped patients, ten times over."""
    folder = tmp_path_factory.mktemp("recorded")
    signing = SigningKey.generate("benchmark.example/log")
    keys = make_keys(folder / "keys", signing=signing.text, verifier=signing.verifier.text)
    made = RecordedLog(folder, COPIES * len(PATIENTS))
    create_store(str(made.path))
    shipped = actions.load_ruleset(RULESET)
    decided = [(facts, actions.evaluate(shipped, facts)) for facts in patients()]
    with Recorder(str(made.path), keys) as recorder:
        for _ in range(COPIES):
            recorder.record(recorder.of_decision(shipped, facts, decision) for facts, decision in decided)
    return made


@pytest.mark.parametrize("engines", ["both", "reference"])
def test_replay_of_a_log(benchmark: BenchmarkFixture, recorded: RecordedLog, engines: str) -> None:
    """All of it: read from disk, opened, decided, compared. Target: as long as the bare decisions."""
    benchmark.extra_info.update(recorded.storage())
    benchmark.pedantic(recorded.replayed, (engines,), rounds=2)


@pytest.mark.parametrize("processes", [1, 2])
def test_replay_of_a_log_over_processes(benchmark: BenchmarkFixture, recorded: RecordedLog, processes: int) -> None:
    """With the start of the processes, by both engines; twice as fast at best."""
    benchmark.pedantic(recorded.replayed, ("both", processes), rounds=2)


@pytest.mark.parametrize("processes", [1, 2])
def test_replay_over_processes(benchmark: BenchmarkFixture, processes: int) -> None:
    """Ten times as many by the reference, with the start of the processes; twice as fast at best."""
    replay = Replay(Programs(Beside(ruleset()[0])), {1: decide}, ("reference",))
    benchmark.pedantic(replayed, (replay, log(10), processes), rounds=2)


def test_read_a_stored_ruleset(benchmark: BenchmarkFixture) -> None:
    """From stored bytes to a checked document; from the folder it is `test_load` in `bench_loading.py`."""
    assert benchmark(from_stored, ruleset()[0]).digest
