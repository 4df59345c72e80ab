"""Many patients, one after another: each gives its hold sheet, or what is wrong with it, and none stops the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from cds.actions.patients import Beside, Patient, read_patient
from cds.actions.rulesets import Ruleset
from cds.errors import CdsError, InputError, NotRecorded
from cds.holds.model import Failure, Sheet
from cds.holds.worklist import Decided
from cds.trace.sentences import FOR_PROFESSIONALS, STANDING

_FAULT = "a fault of cds; no advice is given"


@dataclass(frozen=True, slots=True)
class Given:
    """One patient's text, or why it could not be read; `input` names where it stands, such as `ward.jsonl:17`.

    `procedure` is what is said of this patient's procedure beside the text, by the names of its facts.
    """

    input: str
    text: bytes | InputError
    is_line: bool = False
    procedure: Mapping[str, str] = field(default_factory=dict)


def decided_patients(
    given: Iterable[Given], ruleset: Ruleset, decide: Callable[[Callable[[], Patient]], Sheet], beside: Beside
) -> Iterator[Decided | Failure]:
    """Decide for one patient after the other by `decide`, which reads it first; only the one at hand is in memory.

    Raises:
        NotRecorded: one could not be recorded; no more are decided.
    """
    for one in given:
        try:
            yield Decided(one.input, decide(partial(_read, one, ruleset, beside)))
        except NotRecorded:
            raise
        except Exception as error:  # noqa: BLE001  # whatever is wrong with one patient, the others are decided
            yield {"input": one.input, "problem": _problem(error, is_line=one.is_line)}


def notice_of(ruleset: Ruleset) -> tuple[str, ...]:
    """Give what has to be said with every sheet made by a ruleset: for whom it is, and that nobody has signed it."""
    standing = STANDING.get(ruleset.program.identity.status)
    return (FOR_PROFESSIONALS,) if standing is None else (FOR_PROFESSIONALS, standing)


def _read(one: Given, ruleset: Ruleset, beside: Beside) -> Patient:
    if isinstance(one.text, InputError):
        raise one.text  # what could not be read fails like what cannot be decided
    own = replace(beside, procedure={**beside.procedure, **one.procedure}) if one.procedure else beside
    return read_patient(one.text, ruleset, beside=own)


def _problem(error: Exception, *, is_line: bool) -> str:
    """Say what is wrong and where; a fault of our own is not quoted, its words could hold a patient's values."""
    if not isinstance(error, InputError):
        return str(error) if isinstance(error, CdsError) else _FAULT
    place = error.place
    line = None if is_line else place.line
    spot = [f"{name} {value}" for name, value in (("line", line), ("column", place.column)) if value is not None]
    where = ": ".join(said for said in (", ".join(spot), place.path) if said)
    plain = InputError(error.problem, expected=error.expected, suggestion=error.suggestion)
    return f"{where}: {plain}" if where else str(plain)
