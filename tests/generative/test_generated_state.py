"""A decision depends on its inputs alone: not on what was asked before, beside it, or in another process."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies.chance import Drawn, Seeded
from strategies.given import Case, case, examples
from strategies.patients import Patients, parsed
from strategies.programs import compiled
from strategies.rulesets import ruleset

from cds.backends.durable import KEPT_PROGRAMS, Durable
from cds.engine import backend_named, decide
from cds.errors import EngineDisagreement, EngineFailure, FactsError, InputError
from cds.facts.model import Facts
from cds.ir.program import Program
from cds.ir.verdicts import Verdicts

CASES = KEPT_PROGRAMS + 4
"""More than the durable engine keeps, so that some are always compiled anew."""


class Silent:
    """An engine that knows nothing: everything is FALSE."""

    name = "silent"

    def evaluate(self, _program: Program, _facts: Facts) -> Verdicts:
        """Say nothing."""
        return {}


class Broken:
    """An engine that cannot answer."""

    name = "broken"

    def evaluate(self, _program: Program, _facts: Facts) -> Verdicts:
        """Fail."""
        raise EngineFailure("broken for a test")


@pytest.fixture(scope="module")
def kept() -> Iterator[list[tuple[Case, bytes]]]:
    """Give some cases with the bytes of their decisions, decided first of all.

    What other tests have left in memory is set apart meanwhile: collecting it again and again would take a minute.
    """
    gc.collect()
    gc.freeze()
    made = [case(Seeded(f"state/{number}")) for number in range(CASES)]
    yield [(each, decide(each.program, each.facts).to_bytes()) for each in made]
    gc.unfreeze()


def _decide_anew(chance: Drawn, _made: Case) -> None:
    other = case(chance)
    decide(other.program, other.facts)


def _refuse_facts(_chance: Drawn, made: Case) -> None:
    with pytest.raises(FactsError):
        parsed(made.program, {**made.patient, "no_such_fact": True})


def _refuse_ruleset(_chance: Drawn, made: Case) -> None:
    with pytest.raises(InputError):
        compiled({**made.ruleset, "advice": {}})


def _disagree(_chance: Drawn, made: Case) -> None:
    with suppress(EngineDisagreement):
        decide(made.program, made.facts, engines=["durable", Silent()])


def _fail(_chance: Drawn, made: Case) -> None:
    with pytest.raises(EngineFailure):
        decide(made.program, made.facts, engines=["durable", Broken()])


def _explain(_chance: Drawn, made: Case) -> None:
    decide(made.program, made.facts, list_all=True)


def _close(_chance: Drawn, _made: Case) -> None:
    durable = backend_named("durable")
    assert isinstance(durable, Durable)
    durable.close()


def _forget(_chance: Drawn, _made: Case) -> None:
    Durable(kept_programs=0).close()
    gc.collect()


CALLS: tuple[Callable[[Drawn, Case], None], ...] = (
    _decide_anew,
    _refuse_facts,
    _refuse_ruleset,
    _disagree,
    _fail,
    _explain,
    _close,
    _forget,
)


@examples(60)
@given(st.data())
def test_no_sequence_of_calls_leaves_anything_behind(kept: list[tuple[Case, bytes]], data: st.DataObject) -> None:
    """Between other rulesets, refusals, disagreements, failures and evictions the same input gives the same bytes."""
    chance = Drawn(data.draw)
    for _ in range(chance.whole(1, 8)):
        chance.one_of(CALLS)(chance, chance.one_of(kept)[0])
        made, expected = chance.one_of(kept)
        assert decide(made.program, made.facts).to_bytes() == expected


def test_the_engine_compiles_evicted_programs_to_the_same_answers(kept: list[tuple[Case, bytes]]) -> None:
    """Asked in turn, each program is evicted before it is asked again."""
    for _ in range(3):
        for made, expected in kept:
            assert decide(made.program, made.facts).to_bytes() == expected


def test_another_process_gives_the_same_bytes() -> None:
    """Whatever order sets and dictionaries have there: hashes of text differ from process to process."""
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from strategies.chance import Seeded\nfrom strategies.given import case\nfrom cds.engine import decide\n"
        "for number in range(25):\n"
        "    made = case(Seeded(f'process/{number}'))\n"
        "    print(decide(made.program, made.facts, list_all=True).to_bytes().decode())\n"
    )
    here = Path(__file__).parent
    said = [
        subprocess.run(
            [sys.executable, "-c", code, str(here), str(here.parents[1])],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4242")
    ]
    assert said[0].count(b"\n") == 25
    assert said[0] == said[1] == said[2]


def test_eight_threads_sharing_a_program_give_the_bytes_of_one() -> None:
    """Three programs and their patients, decided in eight threads at once, give what one thread gave."""
    tasks: list[tuple[Program, Facts]] = []
    for number in range(3):
        program = compiled(ruleset(Seeded(f"threads/{number}")))
        patients = Patients(program)
        tasks += [
            (program, parsed(program, patients.document(Seeded(f"threads/{number}/{patient}"))))
            for patient in range(50)
        ]
    expected = [decide(program, facts).to_bytes() for program, facts in tasks]
    with ThreadPoolExecutor(max_workers=8) as threads:
        found = list(threads.map(lambda task: decide(*task).to_bytes(), [*tasks, *reversed(tasks)]))
    assert found == [*expected, *reversed(expected)]
