"""What a user can ask: one plain function per question, for the command line now and the service later.

Only here is deciding joined with what stands around it. Nothing here prints.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any

from cds import engine
from cds.errors import FactsError, InputError, Place, nearest
from cds.facts.instants import Zone, parse_exact_instant
from cds.facts.json_schema import facts_schema
from cds.facts.model import Facts
from cds.facts.schema import parse_facts, read_facts_text
from cds.facts.tokens import path_text, quoted
from cds.fhir.reading import Note
from cds.fhir.to_facts import bundle_to_facts
from cds.ir.from_ruleset import compile_ruleset
from cds.ir.program import Program
from cds.outcome.explanation_document import bindings_of, explanation_document
from cds.records.decision import Decision
from cds.records.decision_schema import decision_schema
from cds.ruleset.catalogue import find_ruleset, load_catalogue, shipped_rulesets
from cds.ruleset.json_schema import ruleset_schema
from cds.ruleset.loader import LoadedRuleset
from cds.ruleset.loader import load_ruleset as load_folder
from cds.terminology.product_table import ProductTable, table_bytes
from cds.terminology.rxnorm.product_table_from_rxnorm import product_table
from cds.verification.cases.changes import Changes
from cds.verification.cases.engines import EngineForCases
from cds.verification.cases.reading import read_cases
from cds.verification.cases.running import Result, run_cases
from cds.verification.coverage.measure import Coverage, coverage_of
from cds.verification.lint import Finding, findings_in
from cds.verification.pages.render import pages_of
from cds.verification.traceability.attributes import AttributesFile, attributes_of
from cds.verification.traceability.passages import Missing, ReadFrom, passages_of
from cds.verification.traceability.passages import missing_passages as find_missing
from cds.verification.traceability.statements import Trace, traces_of

DEFAULT_RULESET = "vertebral-augmentation"
ENGINES: Mapping[str, Sequence[str]] = {"both": engine.BOTH, **{name: (name,) for name in engine.BOTH}}
"""What may be asked to decide, by name: both engines, which have to agree, or one."""
DEFAULT_ENGINES = "both"


@dataclass(frozen=True, slots=True, eq=False)
class Ruleset:
    """A ruleset to decide with: as its authors wrote it, and compiled."""

    loaded: LoadedRuleset
    program: Program


@dataclass(frozen=True, slots=True)
class Beside:
    """What is said beside a document, for what it does not say itself.

    `procedure` is by the names of its facts (`status`, `kind`, `start`), and `end` for when it ended.
    """

    as_of: str | None = None
    zone: str | None = None
    procedure: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Patient:
    """One patient's facts, and what became of each resource if they were read from a FHIR Bundle."""

    facts: Facts
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Imported:
    """A table of products, the bytes of its file, and their digest."""

    table: ProductTable
    content: bytes
    digest: str


def load_ruleset(name: str | Path = DEFAULT_RULESET) -> Ruleset:
    """Load and compile a ruleset, by the path of its folder or by its id among those that ship with cds.

    Raises:
        RulesetError: there is none, or it cannot be loaded; with every problem found.
    """
    return ready(loaded_ruleset(name))


def loaded_ruleset(name: str | Path = DEFAULT_RULESET) -> LoadedRuleset:
    """Load a ruleset without compiling it."""
    shipped = shipped_rulesets()
    return load_folder(find_ruleset(name, [shipped]), search=[shipped])


def ready(loaded: LoadedRuleset) -> Ruleset:
    """Compile a loaded ruleset."""
    return Ruleset(loaded, compile_ruleset(loaded))


def read_patient(
    text: str | bytes, ruleset: Ruleset, *, beside: Beside | None = None, file: str | None = None
) -> Patient:
    """Read one patient from JSON: a facts document, or a FHIR R4 Bundle (what has a `resourceType`).

    Raises:
        FactsError: it cannot be read; `file` is named in the error.
    """
    return patient_of(read_facts_text(text, file=file), ruleset, beside=beside, place=Place(file))


def patient_of(
    document: Mapping[str, Any], ruleset: Ruleset, *, beside: Beside | None = None, place: Place | None = None
) -> Patient:
    """Read one patient from a parsed document: `cds-facts/1`, or a FHIR R4 Bundle.

    Raises:
        FactsError: it cannot be read under the ruleset's fact dictionary.
    """
    beside, place = beside or Beside(), place or Place()
    if "resourceType" in document:
        return _from_bundle(document, ruleset, beside, place)
    document = _with_procedure(document, beside.procedure, place)
    return Patient(_parsed(document, ruleset, beside, place))


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


def check_as_of(facts: Facts, as_of: str) -> None:
    """Check that parsed facts are of this `as_of`.

    Raises:
        FactsError: they are of another.
    """
    if parse_exact_instant(as_of) != facts.as_of:
        raise FactsError(
            f"the facts are of another `as_of` than the one given, {quoted(as_of)}", expected=f"`{facts.as_of_text}`"
        )


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
            expected=f"one of {_listed(bindings)}" if bindings else "no binding: the list has no items",
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


def list_rulesets(folders: Sequence[Path] = ()) -> list[LoadedRuleset]:
    """Load every ruleset in the folders, by default those that ship with cds; in order of id and version.

    Raises:
        InputError: there is no such folder.
        RulesetError: with the problems of all that cannot be loaded.
    """
    for folder in folders:
        if not folder.is_dir():
            raise InputError("there is no such folder", place=Place(str(folder)), expected="a folder of rulesets")
    found = load_catalogue(folders or [shipped_rulesets()])
    return [loaded for several in found.values() for loaded in several]


def ruleset_document(ruleset: Ruleset) -> dict[str, Any]:
    """Give a whole ruleset as one document, merged with what it extends, with its digest (`cds-ruleset-shown/1`)."""
    document = ruleset.loaded.document.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    attributes = source_attributes(ruleset.loaded)
    shown = None if attributes is None else attributes.model_dump(mode="json", by_alias=True)
    return {
        "schema": "cds-ruleset-shown/1",
        "digest": ruleset.loaded.digest,
        "ruleset": document,
        "attributes": shown,
    }


def source_attributes(loaded: LoadedRuleset) -> AttributesFile | None:
    """Give the source attributes of a ruleset, None if it has none of its own.

    Raises:
        RulesetError: they are not as they should be.
    """
    found = None if loaded.folder is None else attributes_of(loaded.folder)
    return None if found is None else found.document


def lint(ruleset: Ruleset, *, as_of: str | None = None) -> tuple[Finding, ...]:
    """Check a ruleset that loads for what is likely a slip; `as_of` is a day such as `2026-11-21`.

    Raises:
        InputError: `as_of` is not a day.
    """
    return findings_in(ruleset.loaded, ruleset.program, as_of=as_of)


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


def statements(loaded: LoadedRuleset) -> tuple[Trace, ...]:
    """Trace every numbered statement of a ruleset's sources to what carries it, or to why nothing does.

    Raises:
        RulesetError: the statements are not as they should be.
    """
    return () if loaded.folder is None else traces_of(loaded.document, loaded.folder)


def passages(loaded: LoadedRuleset) -> dict[str, ReadFrom]:
    """Give, by source, where it was read and the fingerprints of the passages.

    Raises:
        RulesetError: the passages are not as they should be.
    """
    return {} if loaded.folder is None else passages_of(loaded.document, loaded.folder)


def missing_passages(loaded: LoadedRuleset, documents: Path) -> tuple[Missing, ...]:
    """Look every cited passage up in a folder of documents; give those that are not there as they were read.

    Raises:
        InputError: there is no such folder, or a document in it is not text.
    """
    return tuple(find_missing(passages(loaded), documents))


def coverage(ruleset: Ruleset, *, area: str | None = None) -> Coverage:
    """Measure how much of a ruleset, or of one area of it, the cases beside its rules show.

    Raises:
        InputError: there is no such area.
        RulesetError: with every problem of the files of cases.
    """
    results = run_rule_cases(ruleset, area=area)
    return coverage_of(ruleset.loaded, ruleset.program, results, area=area)


def ruleset_pages(ruleset: Ruleset) -> Mapping[str, str]:
    """Make the pages about a ruleset, by their paths below a folder of pages.

    Raises:
        InputError: the ruleset has no history.
        RulesetError: with every problem of the files of cases and of the history.
    """
    return pages_of(ruleset.loaded, ruleset.program, read_cases(ruleset.loaded))


def import_release(folder: Path) -> Imported:
    """Make the table of the products in a release of RxNorm.

    Raises:
        InputError: the folder holds no release, or one of its lines cannot be read.
    """
    table = product_table(folder)
    content = table_bytes(table)
    return Imported(table, content, f"sha256:{sha256(content).hexdigest()}")


def schema(of: str, ruleset: str | Path = DEFAULT_RULESET) -> dict[str, Any]:
    """Give the JSON Schema of `facts` (under a ruleset's dictionary), of a `decision` or of a `ruleset` file.

    Raises:
        InputError: there is no such document.
    """
    if of not in SCHEMAS:
        raise _no_such("schema of", of, SCHEMAS)
    return SCHEMAS[of](ruleset)


def demo() -> Iterator[tuple[str, Ruleset, Decision]]:
    """Decide for every shipped patient, by the shipped ruleset; give the patient's name with each decision."""
    ruleset = load_ruleset()
    for path in shipped_patients():
        yield path.stem, ruleset, evaluate(ruleset, read_patient(path.read_bytes(), ruleset, file=path.name).facts)


def shipped_patients() -> list[Path]:
    """List the files of the authored patients that ship with cds: inside the package, or at the top of a checkout.

    Raises:
        InputError: this installation has none.
    """
    package = Path(str(resources.files("cds")))
    for folder in (package / "fixtures" / "patients", package.parent / "fixtures" / "patients"):
        if folder.is_dir():
            return sorted(folder.glob("*.json"))
    raise InputError("this installation of cds comes without example patients")


def _from_bundle(bundle: Mapping[str, Any], ruleset: Ruleset, beside: Beside, place: Place) -> Patient:
    """Read a Bundle; it says neither `as_of`, nor the zone, nor which procedure is meant."""
    program, procedure = ruleset.program, beside.procedure
    for name, said in (("as_of", beside.as_of), ("zone", beside.zone)):
        if said is None:
            raise FactsError(f"a FHIR Bundle does not say `{name}`", place=place, expected="it beside the Bundle")
    if procedure.keys().isdisjoint(("status", "start", "end")):
        raise FactsError(
            "a FHIR Bundle does not say which procedure is meant, and whether it is planned or done",
            place=place,
            expected="the start of the procedure, or its status, beside the Bundle",
        )
    try:
        reading = bundle_to_facts(
            bundle,
            as_of=str(beside.as_of),
            zone=str(beside.zone),
            dictionary=program.dictionary,
            concepts=program.concepts,
            procedure_status=procedure.get("status", "done" if "end" in procedure else "booked"),
            procedure_kind=procedure.get("kind"),
            procedure_start=procedure.get("start"),
            procedure_end=procedure.get("end"),
        )
    except FactsError as error:
        where = Place(place.file, path=error.place.path)
        raise FactsError(error.problem, place=where, expected=error.expected, suggestion=error.suggestion) from None
    return Patient(_parsed(reading.document, ruleset, Beside(), place), reading.notes)


def _facts_schema(ruleset: str | Path) -> dict[str, Any]:
    return facts_schema(load_ruleset(ruleset).program.dictionary)


def _parsed(document: Mapping[str, Any], ruleset: Ruleset, beside: Beside, place: Place) -> Facts:
    program = ruleset.program
    return parse_facts(
        document, program.dictionary, program.concepts, as_of=beside.as_of, zone=beside.zone, place=place
    )


def _with_procedure(document: Mapping[str, Any], procedure: Mapping[str, str], place: Place) -> Mapping[str, Any]:
    """Add what is said of the procedure beside a document; the same fact said twice has to be the same."""
    for name, value in procedure.items():
        group, fact = _FACT_BESIDE.get(name, ("procedure", name))
        said = document.get(group)
        if not isinstance(said, Mapping | None):
            continue
        said = dict(said or {})
        if said.get(fact) is None:
            document = {**document, group: {**said, fact: value}}
        elif not _is_same(said[fact], value):
            raise FactsError(
                f"the document does not say what is given beside it, {quoted(value)}",
                place=Place(place.file, path=path_text((group, fact))),
                expected="it in one place, or the same in both",
            )
    return document


_FACT_BESIDE = {"end": ("postop", "procedure_end")}
"""Where a document says what does not stand in its group `procedure`."""


def _is_same(one: Any, other: str) -> bool:
    """Tell whether two values are the same word, or the same instant under two offsets."""
    if one == other:
        return True
    try:
        return parse_exact_instant(str(one)) == parse_exact_instant(other)
    except InputError:
        return False


def _engines(name: str) -> Sequence[str]:
    if name not in ENGINES:
        raise _no_such("engine", name, ENGINES)
    return ENGINES[name]


def _no_such(what: str, name: str, names: Collection[str]) -> InputError:
    return InputError(
        f"there is no {what} {quoted(name)}", expected=f"one of {_listed(names)}", suggestion=nearest(name, names)
    )


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


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


SCHEMAS: Mapping[str, Callable[[str | Path], dict[str, Any]]] = {
    "facts": _facts_schema,
    "decision": lambda _: decision_schema(),
    "ruleset": lambda _: ruleset_schema(),
}
"""The documents that have a JSON Schema; that of facts depends on the ruleset."""
