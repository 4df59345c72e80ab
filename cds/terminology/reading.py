"""What the words of a medication's text say: the substances they name, and everything in them that leaves a doubt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cds.terminology.index import Index, Meaning
from cds.terminology.text import JOIN, SEPARATORS, without_brand, words
from cds.terminology.words import (
    DENIALS,
    DENYING_STEMS,
    FORMS,
    NUMBERS,
    PHRASES,
    PURPOSE,
    PURPOSES,
    SALTS,
    WITHOUT_MEANING,
)

_PHRASES = frozenset(map(words, PHRASES))
_LONGEST_PHRASE = max(map(len, _PHRASES))
_PHRASE_BEGINNINGS = frozenset(phrase[0] for phrase in _PHRASES)
_MOST_COMPARED = 8
"""A text may be long and not about medications at all: its first unexplained words are enough for a guess."""
_SHORTEST_COMPARED = 4


@dataclass(slots=True)
class Reading:
    """What a text says.

    `named` are the substances it names for certain, `guesses` brands that must be confirmed, `resembled` the names
    that its unexplained words are spelled like. Separators divide it into parts: those with a name, those without one
    but with unexplained words, and those that say nothing. `unexplained_beside_names` tells that the first kind has
    unexplained words too, `is_denied` that the text says no, or not now.
    """

    named: set[str] = field(default_factory=set)
    guesses: list[Meaning] = field(default_factory=list)
    resembled: list[Meaning] = field(default_factory=list)
    parts_with_names: int = 0
    parts_unexplained: int = 0
    unexplained_beside_names: bool = False
    is_denied: bool = False


@dataclass(slots=True)
class _Part:
    """What stands between two separators: the names in it, and its other words; `is_joined` by an "and" to another."""

    is_joined: bool
    names: list[Meaning] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


def read(index: Index, text: str) -> Reading:
    """Read a text word by word, longest name first."""
    body, brand = without_brand(text) if "[" in text else (text, "")
    reading = Reading()
    for part in _parts(index, words(body)):
        _take_in(index, reading, part)
    has_said_something = reading.parts_with_names + reading.parts_unexplained > 0
    for part in _parts(index, words(brand)):
        _take_in(index, reading, part, is_brand=has_said_something)
    return reading


def _parts(index: Index, said: tuple[str, ...]) -> Iterator[_Part]:
    part = _Part(is_joined=False)
    at = 0
    while at < len(said):
        found = index.longest_name_at(said, at)
        phrase = _phrase_at(said, at)
        if phrase:
            at += phrase
        elif found is not None:
            at += found[0]
            part.names.append(found[1])
        elif said[at] in SEPARATORS:
            is_joined = said[at] == JOIN
            part.is_joined |= is_joined
            yield part
            part = _Part(is_joined)
            at += 1
        else:
            part.others.append(said[at])
            at += 1
    if said[-1:] == (JOIN,):
        part.others.append(JOIN)  # "Aspirin Plus": joined to something that is not named
    yield part


def _phrase_at(said: tuple[str, ...], start: int) -> int:
    if said[start] not in _PHRASE_BEGINNINGS:
        return 0
    return next((n for n in range(_LONGEST_PHRASE, 1, -1) if said[start : start + n] in _PHRASES), 0)


def _take_in(index: Index, reading: Reading, part: _Part, *, is_brand: bool = False) -> None:
    for meaning in part.names:
        if meaning.is_guess:
            reading.guesses.append(meaning)
        else:
            reading.named |= meaning.substances
    unknown = _unknown(part)
    reading.is_denied = reading.is_denied or any(map(_denies, unknown))
    reading.resembled += _resembled(index, unknown)
    is_explained = is_brand or not _besides_purpose(unknown)
    if part.names:
        reading.parts_with_names += 1
        reading.unexplained_beside_names |= not is_explained
    elif not is_explained:
        reading.parts_unexplained += 1


def _unknown(part: _Part) -> list[str]:
    unknown = [word for word in part.others if word not in WITHOUT_MEANING and not word.isdigit()]
    if part.names:
        return [word for word in unknown if word not in SALTS]
    if part.is_joined and not any(word in NUMBERS or word.isdigit() for word in part.others):
        return unknown + [word for word in part.others if word in FORMS]
    return unknown


def _denies(word: str) -> bool:
    return word in DENIALS or word.startswith(DENYING_STEMS)


def _besides_purpose(unknown: list[str]) -> list[str]:
    start = next((at for at, word in enumerate(unknown) if word in PURPOSE), len(unknown))
    return unknown[:start] + [word for word in unknown[start:] if word not in PURPOSE and word not in PURPOSES]


def _resembled(index: Index, unknown: list[str]) -> list[Meaning]:
    compared = [word for word in unknown[:_MOST_COMPARED] if len(word) >= _SHORTEST_COMPARED]
    if len(compared) > 1:
        compared.append(" ".join(compared))
    return [meaning for word in compared if (meaning := index.nearest(word)) is not None]
