"""What every name and code of a table means, arranged for looking up; built once for each table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher, get_close_matches
from weakref import finalize

from cds.terminology.codes import Code
from cds.terminology.concepts import Concepts, Product, ProductOfCode
from cds.terminology.text import words

_ALIKE = 0.75
"""How alike two spellings are, of at most 1, for one to be shown as what the other may mean."""
_ALIKE_FROM_ANOTHER_LETTER = 0.85
"""The same for spellings that do not begin alike."""
_SHARED_PAIRS = 1.5 * _ALIKE - 1
"""How many pairs of neighbouring letters two spellings that are so alike share, of all their letters, less one.

Of n letters in both, n * _ALIKE / 2 have a match, in at most n * (1 - _ALIKE) + 1 pieces; a piece has one pair less
than it has letters.
"""
_LONGEST_SPELLING = 40
_REMEMBERED = 2048


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name or a code stands for; a guess must be confirmed by something else, `others` are never settled."""

    shown: str
    substances: frozenset[str]
    is_guess: bool
    others: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """The names of a table by their first word, longest first, its names by how they are spelled, and its codes.

    `pairs` are the spellings that have two letters next to each other, `lookups` say what further codes mean.
    """

    names: dict[str, tuple[tuple[tuple[str, ...], Meaning], ...]]
    spellings: dict[str, Meaning]
    pairs: dict[str, list[str]]
    codes: dict[Code, Meaning]
    lookups: tuple[ProductOfCode, ...] = ()
    _nearest: dict[str, Meaning | None] = field(default_factory=dict)

    def coded(self, code: Code) -> Meaning | None:
        """Find what a code stands for."""
        meaning = self.codes.get(code)
        if meaning is None:
            for product in filter(None, (lookup(code) for lookup in self.lookups)):
                meaning = _both(meaning, _of_product(product))
        return meaning

    def longest_name_at(self, text: tuple[str, ...], start: int) -> tuple[int, Meaning] | None:
        """Find the longest name that begins at a word; give the number of its words and its meaning."""
        for name, meaning in self.names.get(text[start], ()):
            if text[start : start + len(name)] == name:
                return len(name), meaning
        return None

    def nearest(self, spelling: str) -> Meaning | None:
        """Find the name spelled most like this, if any is alike; it is for showing, never for recognising."""
        if len(spelling) > _LONGEST_SPELLING:
            return None
        if spelling not in self._nearest:
            if len(self._nearest) >= _REMEMBERED:
                self._nearest.clear()
            self._nearest[spelling] = self._found_nearest(spelling)
        return self._nearest.get(spelling)

    def _found_nearest(self, spelling: str) -> Meaning | None:
        shared = Counter(name for pair in _pairs(spelling) for name in self.pairs.get(pair, ()))
        likely = [name for name, pairs in shared.items() if pairs >= (len(name) + len(spelling)) * _SHARED_PAIRS - 1]
        for near in get_close_matches(spelling, likely, n=3, cutoff=_ALIKE):
            alike = SequenceMatcher(None, near, spelling).ratio()
            if near[0] == spelling[0] or alike >= _ALIKE_FROM_ANOTHER_LETTER:
                return self.spellings[near]
        return None


def index_of(concepts: Concepts) -> Index:
    """Give the index of a table, built when it is first asked for and kept for as long as the table lives."""
    index = _indexes.get(id(concepts))
    if index is None:
        index = _indexes[id(concepts)] = _built(concepts)
        finalize(concepts, _indexes.pop, id(concepts), None)
    return index


_indexes: dict[int, Index] = {}


def _built(concepts: Concepts) -> Index:
    by_words: dict[tuple[str, ...], Meaning] = {}
    for name, meaning in _named(concepts):
        key = words(name)
        if key:
            by_words[key] = _both(by_words.get(key), meaning)
    by_code: dict[Code, Meaning] = {}
    for code, meaning in _coded(concepts):
        by_code[code] = _both(by_code.get(code), meaning)
    by_first: dict[str, list[tuple[tuple[str, ...], Meaning]]] = {}
    for key in sorted(by_words, key=len, reverse=True):
        by_first.setdefault(key[0], []).append((key, by_words[key]))
    spellings = {" ".join(key): by_words[key] for key in sorted(by_words)}
    by_pair: dict[str, list[str]] = {}
    for spelling in spellings:
        for pair in _pairs(spelling):
            by_pair.setdefault(pair, []).append(spelling)
    return Index(
        names={first: tuple(names) for first, names in by_first.items()},
        spellings=spellings,
        pairs=by_pair,
        codes=by_code,
        lookups=concepts.lookups,
    )


def _named(concepts: Concepts) -> Iterator[tuple[str, Meaning]]:
    for substance in concepts.substances.values():
        for name in (*substance.names, *substance.brands):
            yield name, Meaning(name, frozenset({substance.id}), is_guess=False)
    for product in concepts.products:
        if product.brand is not None:
            yield product.brand, _of_product(product)


def _coded(concepts: Concepts) -> Iterator[tuple[Code, Meaning]]:
    for substance in concepts.substances.values():
        for code in substance.codes:
            yield code, Meaning(str(code), frozenset({substance.id}), is_guess=False)
    for product in concepts.products:
        if product.code is not None:
            yield product.code, _of_product(product)


def _of_product(product: Product) -> Meaning:
    shown = product.brand or str(product.code)
    return Meaning(shown, frozenset(product.substances), product.guess, frozenset(product.others))


def _pairs(spelling: str) -> set[str]:
    return {spelling[at : at + 2] for at in range(len(spelling) - 1)}


def _both(one: Meaning | None, other: Meaning) -> Meaning:
    if one is None:
        return other
    others = one.others | other.others
    return Meaning(one.shown, one.substances | other.substances, one.is_guess or other.is_guess, others)
