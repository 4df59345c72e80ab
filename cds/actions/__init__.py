"""What a user can ask: one plain function per question, for the command line now and the service later.

Only here is deciding joined with what stands around it; what needs no decision is in the modules of this package, and
handed on from here. Nothing here prints.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from cds import engine
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
    ruleset_document,
    ruleset_pages,
    schema,
    source_attributes,
    statements,
)
from cds.errors import InputError, Place, nearest
from cds.facts.instants import Zone, parse_exact_instant
from cds.facts.model import Facts
from cds.facts.tokens import quoted
from cds.holds.model import Sheet
from cds.holds.sheet import sheet_of
from cds.outcome.explanation_document import bindings_of, explanation_document
from cds.records.decision import Decision
from cds.verification.cases.changes import Changes
from cds.verification.cases.engines import EngineForCases
from cds.verification.cases.reading import read_cases
from cds.verification.cases.running import Result, run_cases
from cds.verification.coverage.measure import Coverage, coverage_of

__all__ = [
    "DEFAULT_ENGINES",
    "DEFAULT_RULESET",
    "ENGINES",
    "SCHEMAS",
    "Beside",
    "Imported",
    "Patient",
    "Ruleset",
    "ask",
    "check_as_of",
    "check_beside",
    "coverage",
    "demo",
    "evaluate",
    "explain",
    "hold_sheet",
    "import_release",
    "lint",
    "list_rulesets",
    "load_ruleset",
    "loaded_ruleset",
    "missing_passages",
    "passages",
    "patient_of",
    "read_patient",
    "ready",
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
