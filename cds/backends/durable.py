"""The durable-rules engine: the same conditions, answered by a Rete network that compares the facts itself.

This is the only module that knows the C module. It drives it directly, one evaluation of one network at a time:
assert a batch of messages, hand out what fired until nothing is left, delete the state. The documented Python host
is not used: it starts threads, and swallows the errors of actions.

The C module is trusted with nothing: it is given only forms that were proved safe (`rete/limits.py`), every message
has to come back from the sink rule, and anything else than a plain success is an `EngineFailure`, after which the
compiled program is thrown away, so that nothing of one patient can be left for the next.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from itertools import count, cycle
from threading import Lock
from typing import Any
from weakref import finalize

import durable_rules_engine as engine
import orjson

from cds.backends.rete.column import Properties
from cds.backends.rete.evaluation import Evaluation
from cds.backends.rete.formula import MARK
from cds.backends.rete.levels import Compiled, compile_plan
from cds.backends.rete.limits import message_ids, session_ids
from cds.backends.rete.network import ITEM, SINK, Network
from cds.backends.rete.plan import plan_of
from cds.errors import EngineFailure
from cds.facts.model import Facts
from cds.ir.program import Program
from cds.ir.verdicts import Verdicts

KEPT_PROGRAMS = 8

_names = count()
"""Numbers the rulesets that this process creates, so that no two have one name."""
_ID = f'"{ITEM}":{{"id":"'
_SUCCESS = 0
_ONLY_STATE = 1
"""Where the engine puts the only state of a ruleset; after an unreadable batch it gives back any number at all."""


class Durable:
    """Evaluate programs with durable-rules.

    The rulesets of the `kept_programs` programs used last are kept, with the programs themselves; those of others
    are freed, and all of them with the engine.
    """

    name = "durable"

    def __init__(self, *, kept_programs: int = KEPT_PROGRAMS) -> None:
        self._kept_programs = kept_programs
        self._programs: OrderedDict[Program, _Rulesets] = OrderedDict()
        self._lock = Lock()
        finalize(self, _close_all, self._programs)

    def evaluate(self, program: Program, facts: Facts) -> Verdicts:
        """Answer for every step, binding and world; only TRUE and UNKNOWN answers are in the result.

        Raises:
            EngineFailure: the engine cannot take the program, or could not answer.
        """
        with self._lock:
            rulesets = self._rulesets(program)
            try:
                return Evaluation(rulesets.compiled, facts, rulesets.fire).verdicts()
            except BaseException:
                self._programs.pop(program).close()
                raise

    def close(self) -> None:
        """Free all rulesets; they are compiled again when needed."""
        with self._lock:
            _close_all(self._programs)

    def _rulesets(self, program: Program) -> _Rulesets:
        found = self._programs.get(program)
        if found is None:
            found = self._programs[program] = _Rulesets(compile_plan(plan_of(program)))
        self._programs.move_to_end(program)
        while len(self._programs) > max(1, self._kept_programs):
            _, oldest = self._programs.popitem(last=False)
            oldest.close()
        return found


class _Rulesets:
    """The rulesets of a compiled program, created when they are first needed."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self._created: dict[Network, _Ruleset] = {}

    def fire(
        self, network: Network, anchor: Properties | None, messages: Sequence[Properties]
    ) -> Iterable[tuple[str, Iterable[int]]]:
        """Run a network; see `cds.backends.rete.evaluation.Fire`."""
        ruleset = self._created.get(network)
        if ruleset is None:
            ruleset = self._created[network] = _Ruleset(network.definition)
        return ruleset.run(anchor, messages)

    def close(self) -> None:
        """Free the rulesets."""
        while self._created:
            _, ruleset = self._created.popitem()
            ruleset.delete()


class _Ruleset:
    """A ruleset inside the engine, with never more than one state.

    The engine does not clear the place of a new state, and when it deletes a state it frees what it finds there,
    unless an action was started before. So one is started at once, in the place that every later state will have;
    if that fails, the state is left where it is.
    """

    def __init__(self, definition: Mapping[str, Any]) -> None:
        self._sessions = cycle(session_ids())
        self._has_started = False
        name = f"cds-{next(_names)}"
        try:
            self._handle: int = engine.create_ruleset(name, orjson.dumps(definition).decode())
        except (engine.error, MemoryError) as error:
            raise EngineFailure(f"durable-rules could not create a ruleset: {error}") from error
        try:
            self.run(None, [{}])
        except EngineFailure:
            self.delete()
            raise

    def run(self, anchor: Properties | None, messages: Sequence[Properties]) -> list[tuple[str, Iterable[int]]]:
        """Assert messages and give every rule that fired, with the numbers of the messages that it fired for.

        Raises:
            EngineFailure: the engine reported anything but success, or did not see every message.
        """
        session, ids = next(self._sessions), message_ids()
        batch: list[Properties] = [
            {"id": ids[number], "sid": session, MARK: 1, **message} for number, message in enumerate(messages)
        ]
        if anchor is not None:
            batch.append({"id": ids[-1], "sid": session, MARK: 1, **anchor})
        try:
            firings = self._fire(session, orjson.dumps(batch).decode())
        except (engine.error, MemoryError) as error:
            raise EngineFailure(f"durable-rules could not evaluate: {error}") from error
        fired: list[tuple[str, Iterable[int]]] = [(rule, map(int, found)) for rule, found in firings if rule != SINK]
        if sum(len(found) for rule, found in firings if rule == SINK) != len(batch):
            raise EngineFailure("durable-rules did not see every message")
        return fired

    def delete(self) -> None:
        """Free the ruleset."""
        engine.delete_ruleset(self._handle)

    def _fire(self, session: str, batch: str) -> list[tuple[str, list[str]]]:
        """Drive the engine, and give each rule that fires with the ids of its messages."""
        handle, firings = self._handle, []
        try:
            code, state = engine.assert_facts(handle, batch)
            if (code, state) != (_SUCCESS, _ONLY_STATE):
                raise EngineFailure(f"durable-rules did not take a batch of messages: code {code}")
            started = engine.start_action_for_state(handle, state)
            self._has_started |= started is not None
            text = started and started[1]
            while text is not None:
                ids = [piece[: piece.index('"')] for piece in text.split(_ID)[1:]]
                firings.append((text[2 : text.index('"', 2)], ids))
                text = engine.complete_and_start_action(handle, state)
        finally:
            if self._has_started:
                engine.delete_state(handle, session)
        return firings


def _close_all(programs: OrderedDict[Program, _Rulesets]) -> None:
    while programs:
        _, rulesets = programs.popitem()
        rulesets.close()
