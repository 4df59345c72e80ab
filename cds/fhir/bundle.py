"""A Bundle opened: its resources of the types that are read, of one patient, with where each one stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from cds.errors import FactsError, InputError, Place
from cds.facts.tokens import path_text, quoted
from cds.fhir.reading import Draft, NoteKind, Path
from cds.fhir.resources import MODELS, AllergyIntolerance, Medication, Patient, Reference, Resource

_READ_TYPES = ("batch", "collection", "document", "searchset", "transaction")
_PATIENT = "Patient"
_EXPECTED = {
    "missing": "this field, which FHIR requires",
    "string_type": "text",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "exact_number": "a number, read as an exact decimal",
}

R = TypeVar("R", bound=Resource)


@dataclass(frozen=True, slots=True)
class Found(Generic[R]):
    """A resource in the Bundle, and where it stands."""

    resource: R
    path: Path
    full_url: str | None

    @property
    def name(self) -> str:
        """Give `Observation/123`, or the type alone if it has no id."""
        kind = self.resource.resource_type
        return f"{kind}/{self.resource.id}" if self.resource.id else kind

    @property
    def at(self) -> str:
        """Give the path to it as text."""
        return path_text(self.path)

    def refusal(self, error: InputError, *field: str | int) -> FactsError:
        """Say in which field of the resource an error lies."""
        place = Place(path=path_text((*self.path, *field)))
        return FactsError(error.problem, place=place, expected=error.expected, suggestion=error.suggestion)


@dataclass(frozen=True, slots=True)
class Record:
    """The resources of one patient, by type."""

    patient: Found[Patient] | None
    found: Mapping[str, tuple[Found[Any], ...]]
    medications: Mapping[str, Found[Medication]]
    """By every address that a reference may use."""

    def of(self, model: type[R]) -> tuple[Found[R], ...]:
        """Give the resources of a type."""
        return self.found.get(model.__name__, ())

    def medication(self, reference: str) -> Found[Medication] | None:
        """Find the Medication that a reference leads to, if it is in the Bundle."""
        return self.medications.get(_address(reference))


def open_bundle(bundle: Any, draft: Draft) -> Record:
    """Check that it is a Bundle that can be read, and give the resources of its patient.

    Raises:
        FactsError: it is no such Bundle, a resource in it is malformed, or it holds several patients.
    """
    _check_bundle(bundle)
    found: dict[str, list[Found[Any]]] = {}
    seen: dict[tuple[str, str], Found[Any]] = {}
    passed_over: Counter[str] = Counter()
    for number, entry in enumerate(_entries(bundle)):
        one = _found(entry, ("entry", number), passed_over)
        if one is not None and not _is_repeated(one, seen, draft):
            found.setdefault(one.resource.resource_type, []).append(one)
    for kind, count in passed_over.items():
        draft.note(NoteKind.TYPE_NOT_READ, kind, count=count)
    _note_incompleteness(bundle, passed_over, draft)
    patient = _patient(found.get(_PATIENT, []))
    _check_subjects(found, patient)
    return Record(
        patient,
        {kind: tuple(those) for kind, those in found.items()},
        {address: one for one in found.get(Medication.__name__, ()) for address in _addresses(one)},
    )


def model_of(model: type[R], raw: Any, path: Path) -> R:
    """Read a resource as its model.

    Raises:
        FactsError: a field that is read is not as FHIR has it.
    """
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise FactsError(
            "this is not as FHIR R4 has it" if first["type"] != "missing" else "a required field is missing",
            place=Place(path=path_text((*path, *first["loc"]))),
            expected=_EXPECTED.get(first["type"]),
        ) from None


def _check_bundle(bundle: Any) -> None:
    if not isinstance(bundle, Mapping):
        raise _refusal("this is not a Bundle", (), "a FHIR R4 Bundle: an object in braces")
    kind = bundle.get("resourceType")
    if kind != "Bundle":
        said = f"this is {quoted(kind)}, not a Bundle" if isinstance(kind, str) else "this is not a FHIR resource"
        raise _refusal(said, ("resourceType",), "a FHIR R4 Bundle")
    of_type = bundle.get("type")
    if of_type not in _READ_TYPES:
        problem = f"a Bundle of type {quoted(of_type)} is not read" if of_type else "the Bundle has no type"
        raise _refusal(problem, ("type",), "one of " + ", ".join(f"`{word}`" for word in _READ_TYPES))


def _entries(bundle: Mapping[str, Any]) -> list[Any]:
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        raise _refusal("the entries are not a list", ("entry",), "a list of entries")
    return entries


def _found(entry: Any, path: Path, passed_over: Counter[str]) -> Found[Any] | None:
    if not isinstance(entry, Mapping):
        raise _refusal("this entry is not an object", path, "an object with a `resource`")
    raw, full_url = entry.get("resource"), entry.get("fullUrl")
    if raw is None:
        passed_over["(none)"] += 1
        return None
    path = (*path, "resource")
    kind = raw.get("resourceType") if isinstance(raw, Mapping) else None
    if not isinstance(kind, str):
        raise _refusal("this is not a FHIR resource", path, "an object with a `resourceType`")
    if kind not in MODELS:
        passed_over[kind] += 1
        return None
    return Found(model_of(MODELS[kind], raw, path), path, full_url if isinstance(full_url, str) else None)


def _is_repeated(one: Found[Any], seen: dict[tuple[str, str], Found[Any]], draft: Draft) -> bool:
    own = one.resource.id or one.full_url
    if own is None:
        return False
    other = seen.setdefault((one.resource.resource_type, own), one)
    if other is one:
        return False
    if other.resource != one.resource:
        raise _refusal("two different resources have one id", one.path, "one resource for each id")
    draft.note(NoteKind.DUPLICATE, one.name, one.at)
    return True


def _note_incompleteness(bundle: Mapping[str, Any], passed_over: Counter[str], draft: Draft) -> None:
    links = bundle.get("link", [])
    relations = [link.get("relation") for link in links if isinstance(link, Mapping)] if isinstance(links, list) else []
    if "next" in relations:
        draft.note(NoteKind.INCOMPLETE, "Bundle", path_text(("link",)), detail="next")
    if "OperationOutcome" in passed_over:
        draft.note(NoteKind.INCOMPLETE, "OperationOutcome", count=passed_over["OperationOutcome"])


def _patient(found: list[Found[Any]]) -> Found[Patient] | None:
    if len(found) > 1:
        raise _refusal("the Bundle holds several patients", found[1].path, "the record of one patient")
    return found[0] if found else None


def _check_subjects(found: Mapping[str, list[Found[Any]]], patient: Found[Patient] | None) -> None:
    """Refuse resources of another person than the patient; without a Patient, all must name the same person."""
    known = _addresses(patient) if patient is not None else set()
    for one in (one for those in found.values() for one in those):
        address = _person(one.resource)
        if address is None:
            continue
        known = known or {address}
        if address not in known:
            field = "patient" if isinstance(one.resource, AllergyIntolerance) else "subject"
            raise _refusal("this is about another patient", (*one.path, field), "the record of one patient")


def _person(resource: Resource) -> str | None:
    """Give the address of the person that a resource is about, None if it names none that can be told apart."""
    address = _subject(resource)
    return None if address is None or _is_something_else(address) else address


def is_of_something_else(resource: Resource) -> bool:
    """Tell whether a resource says that it is about a device, a group or a place."""
    address = _subject(resource)
    return address is not None and _is_something_else(address)


def _subject(resource: Resource) -> str | None:
    reference = getattr(resource, "subject", None) or getattr(resource, "patient", None)
    if not isinstance(reference, Reference) or reference.reference is None:
        return None
    is_within_or_conditional = reference.reference.startswith("#") or "?" in reference.reference
    return None if is_within_or_conditional else _address(reference.reference)


def _is_something_else(address: str) -> bool:
    kind, slash, _ = address.partition("/")
    return bool(slash) and kind != _PATIENT and not address.startswith("urn:")


def _addresses(found: Found[Any]) -> set[str]:
    addresses = {_address(found.full_url)} if found.full_url else set[str]()
    if found.resource.id:
        addresses.add(f"{found.resource.resource_type}/{found.resource.id}")
    return addresses


def _address(reference: str) -> str:
    """Give `Type/id` of a reference, whatever server and version it names; a URN stays as it is."""
    if reference.startswith("urn:"):
        return reference
    return "/".join(reference.partition("/_history")[0].rsplit("/", 2)[-2:])


def _refusal(problem: str, path: Path, expected: str) -> FactsError:
    return FactsError(problem, place=Place(path=path_text(path)), expected=expected)
