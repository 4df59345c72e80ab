"""From a release of RxNorm to a table of products: which ingredients each product, brand and pack holds.

Every path from a product to its ingredients is followed, and what they lead to is put together: an ingredient that one
path leaves out is not lost. Where a path ends without an ingredient, the product is said to be incomplete.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cds.errors import InputError, Place
from cds.terminology.product_table import ProductTable
from cds.terminology.rxnorm.rows import concept_rows, digests, relation_rows, release_in, release_name

_INGREDIENT, _BRAND, _BRANDED_PRODUCT = "IN", "BN", "SBD"
_RANKS = {
    term_type: rank
    for rank, term_types in enumerate(
        (_INGREDIENT, "PIN", "MIN", "SCDC SCDF", "SCD", "SBDC SBDF", _BRANDED_PRODUCT, "GPCK", "BPCK", _BRAND)
    )
    for term_type in term_types.split()
}
"""The term types that are read, from what is held to what holds it: relations are followed downwards only."""
_LEADING_TO_INGREDIENTS = frozenset(
    {
        "consists_of",
        "contains",
        "form_of",
        "has_ingredient",
        "has_ingredients",
        "has_part",
        "has_precise_ingredient",
        "tradename_of",
    }
)
_Held = frozenset[str]
_NOTHING = _Held()


@dataclass(slots=True)
class _Concept:
    """One concept of the release: `parts` are the concepts that lead to its ingredients, `held` the ingredients."""

    term_type: str
    name: str
    is_current: bool
    parts: list[str] = field(default_factory=list)
    lacks_a_part: bool = False
    held: _Held = _NOTHING

    @property
    def rank(self) -> int:
        return _RANKS[self.term_type]


def product_table(folder: Path) -> ProductTable:
    """Make the table of the release in a folder.

    Raises:
        InputError: it is not a release, one of its lines cannot be read, or it does not say what products hold.
    """
    release = release_in(folder)
    concepts = _concepts(concept_rows(release))
    brands = _relate(concepts, relation_rows(release))
    _fill(concepts)
    ingredients = {code: concept.name for code, concept in concepts.items() if concept.term_type == _INGREDIENT}
    families = _families(concepts, brands)
    products = {
        code: tuple(sorted(concept.held))
        for code, concept in concepts.items()
        if concept.held and code not in ingredients and code not in families
    }
    if not products:
        said = "no product in this release has an ingredient"
        raise InputError(said, place=Place(file=str(folder)), expected="a whole release, with its relations")
    return ProductTable(
        release=release_name(release),
        read=digests(release),
        ingredients=ingredients,
        products=products,
        families=families,
        incomplete=frozenset(code for code in (*products, *families) if concepts[code].lacks_a_part),
    )


def _concepts(rows: Iterable[tuple[str, str, str, bool]]) -> dict[str, _Concept]:
    """Give the concepts of the term types that are read; a name still in use goes before one that is not."""
    concepts: dict[str, _Concept] = {}
    for code, term_type, name, is_current in rows:
        if term_type in _RANKS:
            known = concepts.get(code)
            if known is None or (is_current, name) > (known.is_current, known.name):
                concepts[code] = _Concept(term_type, name, is_current)
    return concepts


def _relate(concepts: Mapping[str, _Concept], rows: Iterable[tuple[str, str, str]]) -> Mapping[str, list[str]]:
    """Note on every concept what leads to its ingredients; give the products of each brand."""
    brands: dict[str, list[str]] = defaultdict(list)
    for code, relation, part in rows:
        concept = concepts.get(code)
        if concept is None or relation not in _LEADING_TO_INGREDIENTS:
            continue
        found = concepts.get(part)
        if found is None:
            concept.lacks_a_part = True
        elif found.term_type == _BRAND:
            brands[part].append(code)
        elif found.rank < concept.rank:
            concept.parts.append(part)
    return brands


def _fill(concepts: Mapping[str, _Concept]) -> None:
    """Work out what each concept holds, parts before what they are parts of."""
    for code, concept in sorted(concepts.items(), key=lambda each: each[1].rank):
        if concept.term_type == _INGREDIENT:
            concept.held = _Held({code})
            continue
        parts = [concepts[part] for part in concept.parts]
        concept.held = _NOTHING.union(*(part.held for part in parts))
        concept.lacks_a_part |= any(part.lacks_a_part or not part.held for part in parts)


def _families(concepts: Mapping[str, _Concept], brands: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    """Give the brands whose products do not all hold what the brand is said to hold, with all that any holds."""
    families = {}
    for brand, products in brands.items():
        held = {concepts[product].held for product in products if concepts[product].term_type == _BRANDED_PRODUCT}
        if held and held != {concepts[brand].held}:
            families[brand] = tuple(sorted(concepts[brand].held.union(*held)))
    return families
