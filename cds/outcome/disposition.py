"""The disposition: the declared table, read over all worlds, most cautious first (language §11)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cds.ir.kleene import FALSE, TRUE, UNKNOWN, Truth
from cds.ir.program import DispositionRow, Program, Severity
from cds.ir.verdicts import PATIENT, Verdicts
from cds.outcome.findings import Finding


@dataclass(frozen=True, slots=True)
class Disposition:
    """The most cautious row that is proposed in any world, and the codes of the other worlds."""

    row: DispositionRow
    other: tuple[str, ...]


def disposition_of(
    program: Program, verdicts: Verdicts, findings: Iterable[Finding], hold_states: Iterable[str]
) -> Disposition:
    """Read the disposition table."""
    severities = [found.rule.severity for found in findings if found.status == "cannot_decide"]
    worst_undecided = min(severities, default=None)
    states = frozenset(hold_states)
    codes = [row.code for row in program.dispositions]
    by_world = [
        _most_cautious(_proposals(program, verdicts, world.number, states, worst_undecided), codes)
        for world in program.worlds
    ]
    code = _most_cautious(by_world, codes)
    row = next(row for row in program.dispositions if row.code == code)
    return Disposition(row, tuple(sorted(set(by_world) - {code}, key=codes.index)))


def _most_cautious(proposed: Iterable[str], codes: Sequence[str]) -> str:
    return min(proposed, key=codes.index)


def _proposals(
    program: Program, verdicts: Verdicts, world: int, states: frozenset[str], worst_undecided: Severity | None
) -> Iterator[str]:
    for row in program.dispositions:
        truth = _truth(row, verdicts, world, states, worst_undecided)
        if truth is TRUE:
            yield row.code
        elif truth is UNKNOWN and row.if_unknown is not None:
            yield row.if_unknown


def _truth(
    row: DispositionRow, verdicts: Verdicts, world: int, states: frozenset[str], worst_undecided: Severity | None
) -> Truth:
    if row.is_last or row.hold_states & states:
        return TRUE
    if row.undecided_at_least is not None and worst_undecided is not None and worst_undecided <= row.undecided_at_least:
        return TRUE
    return FALSE if row.step is None else verdicts.get((row.step, PATIENT, world), FALSE)
