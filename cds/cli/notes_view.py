"""The words for what became of each resource of a FHIR Bundle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cds.fhir.reading import Note, NoteKind

_WORDS = {
    NoteKind.READ: "a fact was read",
    NoteKind.TYPE_NOT_READ: "resources of this type are not read",
    NoteKind.GUESS: "a guess to confirm, its code is not confirmed; nothing was read from it",
    NoteKind.NOT_ALONE: "counts only together with another code, which is not recorded as present",
    NoteKind.SAID_BESIDE: "says of the procedure what was said beside the Bundle, which holds",
    NoteKind.NO_FACT: "its codes stand for no fact of the ruleset",
    NoteKind.SUPERSEDED: "a newer one was read",
    NoteKind.DUPLICATE: "stands in the Bundle twice",
    NoteKind.STATUS: "not relied on, by its status",
    NoteKind.NOT_CURRENT: "says that something was so, not that it is",
    NoteKind.DENIED: "says that something is not so; nothing is concluded from it",
    NoteKind.NO_VALUE: "has no value of the kind that the fact has",
    NoteKind.NO_UNIT: "its quantity has no UCUM unit",
    NoteKind.UNIT: "its quantity has a unit where the fact has none",
    NoteKind.OPEN_ENDED: "says less than or more than, and the fact has no limit there",
    NoteKind.AFTER_AS_OF: "is from after the time of the decision",
    NoteKind.NO_PLACE_FOR_TIME: "is not of the day of the decision, and the fact does not hold its time",
    NoteKind.BEFORE_PROCEDURE_END: "is not known to be from after the procedure",
    NoteKind.NO_WORD: "the fact has no word for what it says",
    NoteKind.NOT_DECLARED: "the ruleset has no such fact",
    NoteKind.NOT_EXACT: "cannot be said as exactly as the fact needs it",
    NoteKind.MODIFIED: "has a modifier extension, whose meaning is not known here",
    NoteKind.UNRESOLVED: "refers to a resource that is not in the Bundle",
    NoteKind.OF_SOMETHING_ELSE: "is about a device, a group or a place",
    NoteKind.DECEASED: "records the patient as dead",
    NoteKind.INCOMPLETE: "the Bundle says that it is not whole",
}


def note_lines(notes: Sequence[Note]) -> list[str]:
    """Say in few lines what was read, and by reason what was not; notes that matter most come first."""
    counts: Counter[tuple[NoteKind, str, str, str]] = Counter()
    for note in notes:
        counts[note.kind, note.resource.partition("/")[0], note.fact, note.detail] += note.count
    return [_line(*key, count=count) for key, count in sorted(counts.items(), key=lambda found: _order(found[0]))]


def _line(kind: NoteKind, resource: str, fact: str, detail: str, *, count: int) -> str:
    about = " ".join(part for part in (f"{count} {resource}", f"({fact})" if fact else "") if part)
    return f"{about}: {_WORDS[kind]}{f' ({detail})' if detail else ''}"


_FIRST = (NoteKind.INCOMPLETE, NoteKind.DECEASED, NoteKind.GUESS)
_LAST = (NoteKind.NO_FACT, NoteKind.TYPE_NOT_READ)


def _order(key: tuple[NoteKind, str, str, str]) -> tuple[int, list[str]]:
    kind, *rest = key
    return (_FIRST.index(kind) - len(_FIRST) if kind in _FIRST else _LAST.index(kind) + 1 if kind in _LAST else 0), rest
