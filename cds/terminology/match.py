"""Recognising the substances of a medication by its code and its text; what is not certain is said to be so.

The readings chosen where language §5 leaves a choice are told in `docs/recognition.md`.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from cds.terminology.codes import Code
from cds.terminology.concepts import Concepts
from cds.terminology.index import index_of
from cds.terminology.reading import Reading, read


class Doubt(StrEnum):
    """Why an ingredient is unknown, in the words of `cds.facts.model.Reason`."""

    UNIDENTIFIED = "unidentified"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True, slots=True)
class Recognised:
    """One ingredient: a substance, or why it is unknown, with what it may be or what contradicts what."""

    substance: str | None
    reason: Doubt | None
    shown: tuple[str, ...] = ()


def recognise(concepts: Concepts, code: Code | None, text: str | None) -> tuple[Recognised, ...]:
    """Recognise every ingredient that the code or the text of a medication names.

    Gives one entry per substance, in the order of their ids, and at most one more, the last, for all that could not be
    identified. A code and a text without a substance in common give a single contradicted entry. The result is never
    empty, and any text is accepted.
    """
    index = index_of(concepts)
    coded = index.coded(code) if code is not None else None
    reading = read(index, text) if text else Reading()
    others = coded.others if coded is not None else frozenset[str]()
    by_code = frozenset[str]()
    if coded is not None and coded.is_guess:
        reading.guesses.append(coded)
    elif coded is not None:
        by_code = coded.substances
    by_text = frozenset[str]() if reading.is_denied else frozenset(reading.named)
    if by_code and by_text and not by_code & by_text:
        differing = (f"{code}: {', '.join(sorted(by_code | others))}", f"text: {', '.join(sorted(by_text))}")
        return (Recognised(None, Doubt.CONTRADICTED, differing),)
    substances = by_code | by_text
    entries = [Recognised(substance, None) for substance in sorted(substances)]
    if not substances or others or _leaves_doubt(reading, substances, has_code=bool(by_code)):
        shown = tuple(sorted(others.union(_guesses(reading, substances))))
        entries.append(Recognised(None, Doubt.UNIDENTIFIED, shown))
    return tuple(entries)


def _leaves_doubt(reading: Reading, substances: AbstractSet[str], *, has_code: bool) -> bool:
    if reading.is_denied:
        return True
    if any(not meaning.substances <= substances for meaning in (*reading.guesses, *reading.resembled)):
        return True
    if reading.unexplained_beside_names:
        return True
    explained_by_code = len(substances) - reading.parts_with_names if has_code else 0
    return reading.parts_unexplained > max(explained_by_code, 0)


def _guesses(reading: Reading, substances: AbstractSet[str]) -> set[str]:
    denied = reading.named if reading.is_denied else set[str]()
    brands = {substance for meaning in reading.guesses for substance in meaning.substances - substances}
    names = {meaning.shown for meaning in reading.resembled if not meaning.substances <= substances}
    return denied | brands | names
