"""Reading a `cds-facts/1` document: strictly, by the fact dictionary of a ruleset, into typed facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from cds.errors import FactsError, InputError, Place
from cds.facts.calculated import calculated_values
from cds.facts.context import Context, at, read_text, refusal
from cds.facts.dictionary import Dictionary
from cds.facts.groups import put, read_facts
from cds.facts.instants import Zone, format_instant, format_utc, parse_exact_instant
from cds.facts.json_text import read_facts_text
from cds.facts.lists import read_list
from cds.facts.model import ABSENT, Facts, TimeSpan
from cds.facts.shape import AS_OF, shape_of
from cds.facts.tokens import quoted
from cds.terminology.concepts import Concepts

__all__ = ["SCHEMA", "parse_facts", "read_facts_text"]

SCHEMA = "cds-facts/1"
ZONE, SUBJECT = "zone", "subject"
RESERVED = ("schema", SUBJECT, AS_OF, ZONE)
LONGEST_SUBJECT = 128
_NOWHERE = Place()
T = TypeVar("T")


def parse_facts(
    document: Mapping[str, Any],
    dictionary: Dictionary,
    concepts: Concepts,
    *,
    as_of: str | None = None,
    zone: str | None = None,
    place: Place = _NOWHERE,
) -> Facts:
    """Read a facts document by a fact dictionary.

    `as_of` and `zone` may come from the document or be given beside it. `Facts.document` is the normal form: the same
    facts in any order, layout, offset or unit give the same one, and it reads back as the same facts.

    Raises:
        FactsError: a name is unknown, a value has the wrong type or unit or is impossible, a required fact, `as_of`
            or `zone` is missing, or is given twice and differs.
    """
    if not isinstance(document, Mapping):
        raise FactsError(f"{quoted(document)} is not a facts document", place=place, expected="an object in braces")
    _check_schema(document, place)
    subject = _subject(document, place)
    in_zone = _once(ZONE, document, zone, Zone, place)
    instant = _once(AS_OF, document, as_of, parse_exact_instant, place)
    context = Context(in_zone, instant, concepts, place)
    shape = shape_of(dictionary)
    said = read_facts(document, shape, context, (), reserved=RESERVED)
    lists = {}
    for name, items, raw, path in said.lists:
        found, normal = read_list(raw, name, items, context, path)
        if found.unknown is not ABSENT:
            lists[name] = found
            put(said.normal, name, normal)
    return Facts(
        subject=subject,
        as_of=instant,
        as_of_text=format_instant(instant, in_zone),
        zone=in_zone,
        values={
            **said.values,
            AS_OF: TimeSpan(instant, instant),
            **calculated_values(shape.calculated, dictionary, said.values, place),
        },
        lists=lists,
        document={"schema": SCHEMA, SUBJECT: subject, AS_OF: format_utc(instant), ZONE: in_zone.name} | said.normal,
    )


def _check_schema(document: Mapping[str, Any], place: Place) -> None:
    schema = document.get("schema")
    if schema != SCHEMA:
        problem = f"{quoted(schema)} is not a schema that can be read" if schema else "the document names no schema"
        raise refusal(problem, place, ("schema",), expected=f'`"schema": "{SCHEMA}"`')


def _subject(document: Mapping[str, Any], place: Place) -> str:
    path = (SUBJECT,)
    if document.get(SUBJECT) is None:
        raise refusal("the document names no subject", place, path, expected="an id of the patient")
    subject = read_text(document[SUBJECT], place, path)
    if len(subject) > LONGEST_SUBJECT:
        raise refusal("the subject is too long", place, path, expected=f"at most {LONGEST_SUBJECT} characters")
    if not subject.isprintable():  # it heads lists and pages, where a line break could pass for a line of ours
        raise refusal("the subject has characters that cannot be seen", place, path, expected="one line of text")
    return subject


def _once(name: str, document: Mapping[str, Any], given: str | None, read: Callable[[str], T], place: Place) -> T:
    """Read what the document says or what is given beside it; both may say the same."""
    beside = Place(path=f"{name}, given beside the document")
    said = [
        _read(raw, read, where)
        for raw, where in ((document.get(name), at(place, (name,))), (given, beside))
        if raw is not None
    ]
    if not said:
        problem = f"`{name}` is missing"
        raise FactsError(problem, place=at(place, (name,)), expected="it in the document or beside it")
    if said[0] != said[-1]:
        problem = f"{quoted(document.get(name))} is not the `{name}` given beside the document, {quoted(given)}"
        raise FactsError(problem, place=at(place, (name,)), expected="one of them, or both the same")
    return said[0]


def _read(raw: Any, read: Callable[[str], T], place: Place) -> T:
    if not isinstance(raw, str):
        raise FactsError(f"{quoted(raw)} is not text", place=place, expected="text in quotes")
    try:
        return read(raw)
    except InputError as error:
        raise FactsError(error.problem, place=place, expected=error.expected, suggestion=error.suggestion) from error
