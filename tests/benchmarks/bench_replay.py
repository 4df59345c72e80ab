"""What replay costs beside the bare decisions of the same patients, in the same run; and over two processes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import orjson
import pytest
from benchmarked import RULESET
from pytest_benchmark.fixture import BenchmarkFixture

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
        body = {"schema": "cds-body/1", "facts": dict(facts.document), "masked": [], "decision": decision}
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


@pytest.mark.parametrize("processes", [1, 2])
def test_replay_over_processes(benchmark: BenchmarkFixture, processes: int) -> None:
    """Ten times as many by the reference, with the start of the processes; twice as fast at best."""
    replay = Replay(Programs(Beside(ruleset()[0])), {1: decide}, ("reference",))
    benchmark.pedantic(replayed, (replay, log(10), processes), rounds=2)


def test_read_a_stored_ruleset(benchmark: BenchmarkFixture) -> None:
    """From stored bytes to a checked document; from the folder it is `test_load` in `bench_loading.py`."""
    assert benchmark(from_stored, ruleset()[0]).digest
