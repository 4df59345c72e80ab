"""One patient as a user gives it: a facts document or a FHIR Bundle, and what is said beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from cds.actions.rulesets import Ruleset
from cds.errors import FactsError, InputError, Place
from cds.facts.instants import parse_exact_instant
from cds.facts.model import Facts
from cds.facts.schema import parse_facts, read_facts_text
from cds.facts.tokens import path_text, quoted
from cds.fhir.reading import Note
from cds.fhir.to_facts import bundle_to_facts


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


def check_as_of(facts: Facts, as_of: str) -> None:
    """Check that parsed facts are of this `as_of`.

    Raises:
        FactsError: they are of another.
    """
    if parse_exact_instant(as_of) != facts.as_of:
        raise FactsError(
            f"the facts are of another `as_of` than the one given, {quoted(as_of)}", expected=f"`{facts.as_of_text}`"
        )


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
