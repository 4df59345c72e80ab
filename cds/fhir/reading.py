"""What reading a Bundle gives: a facts document, and a record of what became of each resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cds.facts.dictionary import Dictionary

Json = Any
Path = tuple[str | int, ...]


class NoteKind(StrEnum):
    """What became of a resource, or of a part of one; the words for people are made elsewhere."""

    READ = "read"
    """A fact was read from it."""
    TYPE_NOT_READ = "type_not_read"
    """Resources of this type are not read; `count` says how many there are."""
    GUESS = "guess"
    """Its code is not confirmed: that it stands for the fact, or for the value in `detail`, is a guess to confirm."""
    NOT_ALONE = "not_alone"
    """Its code stands for the fact only together with another, which is not recorded as present."""
    SAID_BESIDE = "said_beside"
    """What it says of the procedure was said beside the Bundle, and that holds."""
    NO_FACT = "no_fact"
    """Its codes stand for no fact of the ruleset; `count` says how many of this type there are."""
    SUPERSEDED = "superseded"
    """A newer one was read; `count` says how many there are."""
    DUPLICATE = "duplicate"
    """It stands in the Bundle twice."""
    STATUS = "status"
    """Its status, in `detail`, says that it is not to be relied on."""
    NOT_CURRENT = "not_current"
    """It says that something was so, not that it is."""
    DENIED = "denied"
    """It says that something is not so, or is not to be done; nothing is concluded from it."""
    NO_VALUE = "no_value"
    """It has no value of the kind that the fact has."""
    NO_UNIT = "no_unit"
    """Its quantity has no UCUM unit."""
    UNIT = "unit"
    """Its quantity has a unit, in `detail`, where the fact has none."""
    OPEN_ENDED = "open_ended"
    """It says less than, or more than, and the fact has no limit on that side."""
    AFTER_AS_OF = "after_as_of"
    """It is from after `as_of`; `detail` names the part that was left out, if it is not the whole."""
    NO_PLACE_FOR_TIME = "no_place_for_time"
    """The fact does not hold its time, so only a value of the day of `as_of` could stand for it."""
    BEFORE_PROCEDURE_END = "before_procedure_end"
    """The fact is about the time after the procedure; this is not known to be from then."""
    NO_WORD = "no_word"
    """The fact has no word for what it says, in `detail`."""
    NOT_DECLARED = "not_declared"
    """The ruleset has no fact, in `fact`, for what it says."""
    NOT_EXACT = "not_exact"
    """What it says, in `detail`, cannot be said exactly as the fact needs it."""
    MODIFIED = "modified"
    """It has a modifier extension, whose meaning is not known here."""
    UNRESOLVED = "unresolved"
    """It refers to a resource that is not in the Bundle."""
    OF_SOMETHING_ELSE = "of_something_else"
    """It is about a device, a group or a place, not about a person."""
    DECEASED = "deceased"
    """The patient is recorded as dead."""
    INCOMPLETE = "incomplete"
    """The Bundle has further pages, or reports a failed part of a search."""


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """What became of one resource, or of `count` of a type.

    `resource` is `Observation/123`, or the type alone. `path` leads into the Bundle. `detail` holds a code word of the
    record (a status, a unit, a field) or the word that a guess stands for, never a value that was measured.
    """

    kind: NoteKind
    resource: str
    path: str = ""
    fact: str = ""
    detail: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Reading:
    """A `cds-facts/1` document, not yet checked, and what became of each resource."""

    document: Mapping[str, Json]
    notes: tuple[Note, ...]


@dataclass(slots=True)
class Draft:
    """A document and its notes while they are written."""

    dictionary: Dictionary
    values: dict[str, list[Json]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def say(self, fact: str, value: Json) -> None:
        """Give a fact a value; a second one that differs leaves both in conflict."""
        said = self.values.setdefault(fact, [])
        if value not in said:
            said.append(value)

    def note(
        self, kind: NoteKind, resource: str, path: str = "", *, fact: str = "", detail: str = "", count: int = 1
    ) -> None:
        """Record what became of a resource."""
        self.notes.append(Note(kind, resource, path, fact, detail, count))

    def finished(self, heading: Mapping[str, Json]) -> Reading:
        """Give the document below its heading, facts in their groups, and the notes in order."""
        document: dict[str, Json] = dict(heading)
        for fact, said in sorted(self.values.items()):
            *groups, last = fact.split(".")
            place = document
            for group in groups:
                place = place.setdefault(group, {})
            place[last] = said[0] if len(said) == 1 else {"conflicting": sorted(said, key=repr)}
        return Reading(document, tuple(sorted(set(self.notes))))
