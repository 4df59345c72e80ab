"""What a user can ask: one plain function per question, for the command line now and the service later.

Only here is deciding joined with what stands around it; what needs no decision is in the modules of this package, and
handed on from here. Nothing here prints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from cds import engine
from cds.actions.outcomes import outcome_of
from cds.actions.patients import Beside, Patient, check_as_of, patient_of, read_patient, shipped_patients
from cds.actions.refusals import listed, no_such
from cds.actions.rulesets import (
    DEFAULT_RULESET,
    SCHEMAS,
    Imported,
    Ruleset,
    import_release,
    lint,
    list_rulesets,
    load_ruleset,
    loaded_ruleset,
    missing_passages,
    passages,
    ready,
    ruleset_diff,
    ruleset_document,
    ruleset_pages,
    schema,
    source_attributes,
    statements,
)
from cds.actions.worklists import Given, decided_patients, notice_of
from cds.errors import InputError, Place, nearest
from cds.facts.instants import Zone, parse_exact_instant
from cds.facts.model import Facts
from cds.facts.tokens import quoted
from cds.holds.model import Failure, Sheet
from cds.holds.sheet import sheet_of
from cds.holds.worklist import Decided
from cds.outcome.explanation_document import bindings_of, explanation_document
from cds.records.decision import Decision
from cds.ruleset.version import SEMANTICS
from cds.verification.cases.changes import Changes
from cds.verification.cases.engines import EngineForCases
from cds.verification.cases.reading import read_cases
from cds.verification.cases.running import Result, run_cases
from cds.verification.coverage.measure import Coverage, coverage_of

if TYPE_CHECKING:  # what records, and what reads logs, is loaded by who does so
    from contextlib import AbstractContextManager
    from pathlib import Path

    from cds.actions.entries import By
    from cds.actions.evidence import Checked
    from cds.actions.recording import Recorder
    from cds.actions.replaying import RunningImpact, RunningReplay
    from cds.audit.notes.keys import VerifierKey
    from cds.audit.record import Entry

__all__ = [
    "DEFAULT_ENGINES",
    "DEFAULT_RULESET",
    "ENGINES",
    "SCHEMAS",
    "Answered",
    "Beside",
    "Given",
    "Imported",
    "Patient",
    "Ruleset",
    "answer",
    "ask",
    "check_as_of",
    "check_beside",
    "check_evidence",
    "coverage",
    "decide_recorded",
    "demo",
    "evaluate",
    "explain",
    "hold_sheet",
    "hold_sheets",
    "impact_of",
    "import_release",
    "lint",
    "list_rulesets",
    "load_ruleset",
    "loaded_ruleset",
    "missing_passages",
    "notice_of",
    "passages",
    "patient_of",
    "read_patient",
    "ready",
    "replay_log",
    "ruleset_diff",
    "ruleset_document",
    "ruleset_pages",
    "run_rule_cases",
    "schema",
    "shipped_patients",
    "source_attributes",
    "statements",
]

ENGINES: Mapping[str, Sequence[str]] = {"both": engine.BOTH, **{name: (name,) for name in engine.BOTH}}
"""What may be asked to decide, by name: both engines, which have to agree, or one."""
DEFAULT_ENGINES = "both"


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """What one patient's facts gave, and the entry that has to be durable before any of it leaves."""

    entry: Entry
    patient: Patient | None = None
    decision: Decision | None = None
    error: Exception | None = None

    def given(self) -> tuple[Patient, Decision]:
        """Give the patient and the decision, or raise what took its place."""
        if self.patient is None or self.decision is None:
            raise self.error or AssertionError
        return self.patient, self.decision


def check_beside(beside: Beside, engines: str) -> None:
    """Check what is said once for many documents, so that it is refused once.

    Raises:
        InputError: the time, the zone or the engine is none.
    """
    _engines(engines)
    for name, said, read in (("as_of", beside.as_of, parse_exact_instant), ("zone", beside.zone, Zone)):
        if said is not None:
            try:
                read(said)
            except InputError as error:
                place = Place(path=f"{name}, given beside the documents")
                raise InputError(
                    error.problem, place=place, expected=error.expected, suggestion=error.suggestion
                ) from None


def evaluate(ruleset: Ruleset, facts: Facts, *, engines: str = DEFAULT_ENGINES, list_all: bool = False) -> Decision:
    """Decide for one patient; with `list_all` the rules that do not apply are listed too.

    Raises:
        EngineDisagreement: the engines answered differently; no advice is given.
        NotInEffect: the ruleset does not decide for this `as_of`.
    """
    return engine.decide(ruleset.program, facts, engines=_engines(engines), list_all=list_all)


def decide_recorded(
    recorder: Recorder,
    ruleset: Ruleset,
    read: Callable[[], Patient],
    *,
    engines: str = DEFAULT_ENGINES,
    list_all: bool = False,
    by: By | None = None,
) -> tuple[Patient, Decision]:
    """Read one patient and decide; what is said, or that and why nothing is, is durable in the log before it leaves.

    Raises:
        NotRecorded: it could not be made durable; no advice is given.
        CdsError: what `read` and `evaluate` raise; it is recorded.
    """
    answered = answer(recorder, ruleset, read, engines=engines, list_all=list_all, by=by)
    recorder.record([answered.entry])
    return answered.given()


def answer(
    recorder: Recorder,
    ruleset: Ruleset,
    read: Callable[[], Patient],
    *,
    engines: str = DEFAULT_ENGINES,
    list_all: bool = False,
    by: By | None = None,
) -> Answered:
    """Read one patient and decide, and make the entry for that: for who records several in one commit.

    Raises:
        InputError: there is no such engine, or the site's mask does not fit the ruleset.
        NotRecorded: the entry cannot be made.
    """
    _engines(engines)
    patient = None
    try:
        patient = read()
        decision = evaluate(ruleset, patient.facts, engines=engines, list_all=list_all)
    except Exception as error:  # noqa: BLE001  # whatever kept advice back is recorded
        kind, problem = outcome_of(error, is_read=patient is not None)
        facts = None if patient is None else patient.facts
        entry = recorder.of_no_advice(kind, ruleset, facts, problem, by=by)
        return Answered(entry, patient, error=error)
    return Answered(recorder.of_decision(ruleset, patient.facts, decision, by=by), patient, decision)


def explain(
    ruleset: Ruleset, facts: Facts, *, rule: str, binding: str | None = None, engines: str = DEFAULT_ENGINES
) -> dict[str, Any]:
    """Explain one rule, for one binding or for all that it has (`cds-explanation/1`).

    Raises:
        InputError: the ruleset has no such rule, or the rule no such binding for this patient.
    """
    program = ruleset.program
    if rule not in program.rules:
        raise _no_such_rule(rule, ruleset)
    bindings = bindings_of(program.rules[rule], facts)
    if binding is not None and binding not in bindings:
        raise InputError(
            f"the rule `{rule}` has no binding `{binding}` for this patient",
            expected=f"one of {listed(bindings)}" if bindings else "no binding: the list has no items",
            suggestion=nearest(binding, bindings),
        )
    names = _engines(engines)
    decision = engine.decide(program, facts, engines=names, list_all=True)
    verdicts = engine.agreed_verdicts(program, facts, [engine.backend_named(name) for name in names])
    return explanation_document(
        program,
        facts,
        verdicts,
        decision.document,
        rule=rule,
        bindings=bindings if binding is None else [binding],
    )


def ask(ruleset: Ruleset, facts: Facts, *, engines: str = DEFAULT_ENGINES) -> dict[str, Any]:
    """Give what to ask next: the facts whose answer could change what the decision lists (`cds-questions/1`)."""
    decision = evaluate(ruleset, facts, engines=engines).document
    kept = ("subject", "as_of", "zone", "ruleset", "facts_digest", "semantics", "renderer")
    return {
        "schema": "cds-questions/1",
        **{key: value for key, value in decision.items() if key in kept},
        "ask": decision["ask"],
    }


def hold_sheet(ruleset: Ruleset, facts: Facts, *, engines: str = DEFAULT_ENGINES) -> Sheet:
    """Decide for one patient and give the hold of every medication, the most urgent first.

    Raises:
        EngineDisagreement: the engines answered differently; no advice is given.
        NotInEffect: the ruleset does not decide for this `as_of`.
    """
    return sheet_of(evaluate(ruleset, facts, engines=engines).document, facts, ruleset.program)


def hold_sheets(
    ruleset: Ruleset,
    given: Iterable[Given],
    *,
    beside: Beside | None = None,
    engines: str = DEFAULT_ENGINES,
    recorder: Recorder | None = None,
) -> Iterator[Decided | Failure]:
    """Give the hold sheet of one patient after the other; one that fails says why, and does not stop the rest.

    With a recorder each is recorded before it is given.

    Raises:
        InputError: what is said beside all of them is wrong.
        NotRecorded: one could not be made durable; none is given from then on.
    """
    beside = beside or Beside()
    check_beside(beside, engines)

    def decide(read: Callable[[], Patient]) -> Sheet:
        if recorder is None:
            return hold_sheet(ruleset, read().facts, engines=engines)
        patient, decision = decide_recorded(recorder, ruleset, read, engines=engines)
        return sheet_of(decision.document, patient.facts, ruleset.program)

    return decided_patients(given, ruleset, decide, beside)


def run_rule_cases(
    ruleset: Ruleset, *, rule: str | None = None, area: str | None = None, engines: str = DEFAULT_ENGINES
) -> list[Result]:
    """Run the cases that stand beside a ruleset's rules, or those of one rule or one area, in their order.

    Raises:
        InputError: there is no such rule, area or engine.
        RulesetError: with every problem of the files of cases.
    """
    changes = Changes(ruleset.loaded, ruleset.program)
    backends = [EngineForCases(engine.backend_named(name), changes) for name in _engines(engines)]
    cases = read_cases(ruleset.loaded, rule=rule, area=area)
    return run_cases(cases, changes, partial(engine.decide, engines=backends))


def coverage(ruleset: Ruleset, *, area: str | None = None) -> Coverage:
    """Measure how much of a ruleset, or of one area of it, the cases beside its rules show.

    Raises:
        InputError: there is no such area.
        RulesetError: with every problem of the files of cases.
    """
    results = run_rule_cases(ruleset, area=area)
    return coverage_of(ruleset.loaded, ruleset.program, results, area=area)


def demo() -> Iterator[tuple[str, Ruleset, Decision]]:
    """Decide for every shipped patient, by the shipped ruleset; give the patient's name with each decision."""
    ruleset = load_ruleset()
    for path in shipped_patients():
        yield path.stem, ruleset, evaluate(ruleset, read_patient(path.read_bytes(), ruleset, file=path.name).facts)


def replay_log(
    location: str,
    *,
    ruleset: str | Path | None = None,
    engines: str = DEFAULT_ENGINES,
    keys: Path | None = None,
    processes: int | None = None,
    position: Path | None = None,
    start: int = 0,
) -> AbstractContextManager[RunningReplay]:
    """Decide every record of a log again by its own ruleset, or all by another, and compare.

    Raises:
        InputError: there is no such log, record or engine, or the position is one of another replay.
        RulesetError: the other ruleset cannot be loaded.
    """
    from cds.actions.replaying import Asked, running_replay  # noqa: PLC0415  # only who reads a log loads it

    asked = Asked(_engines(engines), keys=keys, processes=processes, start=start, position=position)
    under = None if ruleset is None else load_ruleset(ruleset)
    return running_replay(location, {SEMANTICS: engine.decide}, asked, under=under)


def impact_of(
    location: str,
    *,
    to: str | Path,
    engines: str = DEFAULT_ENGINES,
    keys: Path | None = None,
    processes: int | None = None,
    start: int = 0,
) -> AbstractContextManager[RunningImpact]:
    """Decide every record of a log under another ruleset, and tell what would have been different.

    Raises:
        InputError: there is no such log, record or engine.
        RulesetError: the ruleset cannot be loaded.
    """
    from cds.actions.replaying import Asked, running_impact  # noqa: PLC0415

    asked = Asked(_engines(engines), keys=keys, processes=processes, start=start)
    return running_impact(location, load_ruleset(to), engine.decide, asked)


def check_evidence(content: bytes, *, trusted: Sequence[VerifierKey] = (), file: str = "the evidence") -> Checked:
    """Check a pack of evidence by itself, and decide again by both engines.

    Raises:
        InputError: it is no pack of evidence.
    """
    from cds.actions.evidence import check_pack  # noqa: PLC0415

    return check_pack(content, {SEMANTICS: engine.decide}, engine.BOTH, trusted=trusted, file=file)


def _engines(name: str) -> Sequence[str]:
    if name not in ENGINES:
        raise no_such("engine", name, ENGINES)
    return ENGINES[name]


def _no_such_rule(rule: str, ruleset: Ruleset) -> InputError:
    document, rules = ruleset.loaded.document, ruleset.program.rules
    off = next((entry for entry in document.switch_off if entry.rule == rule), None)
    if off is not None:
        return InputError(f"the rule {quoted(rule)} is switched off by {off.by} since {off.decided}: {off.because}")
    return InputError(
        f"the ruleset `{document.id}` has no rule {quoted(rule)}",
        expected=f"the id of one of its {len(rules)} rules",
        suggestion=nearest(rule, rules),
    )
