"""From a table of products to what a ruleset can recognise by their codes.

An ingredient is the substance that has its code, else the one that has exactly its name. Any other ingredient is known
by name and nothing more: nobody has looked at it here, so it is never taken for harmless.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from cds.terminology.codes import Code, System
from cds.terminology.concepts import Concepts, Product
from cds.terminology.product_table import ProductTable
from cds.terminology.text import words

UNNAMED = "an ingredient that the table does not name"


@dataclass(frozen=True, slots=True)
class Clash:
    """A code that stands for one thing in the ruleset and for another in the table."""

    code: str
    in_ruleset: tuple[str, ...]
    in_table: tuple[str, ...]


def with_table(concepts: Concepts, table: ProductTable) -> tuple[Concepts, tuple[Clash, ...]]:
    """Add a table's codes to what can be recognised; give what does not fit together too.

    A code that the ruleset knows stays as it is there. One that is a guess there is settled by the table.
    """
    known = _known(concepts)
    names = _names(concepts)
    named = {code: names.get(words(name), frozenset()) for code, name in table.ingredients.items()}
    meant = {code: _only(known.get(code, frozenset()) or named[code]) for code in table.ingredients}

    def product_of(code: Code) -> Product | None:
        return _product(code, table, meant)

    clashes = [
        Clash(code, tuple(sorted(known[code])), tuple(sorted(named[code])))
        for code in known.keys() & named.keys()
        if named[code] and named[code] != known[code]
    ]
    for code, substances in known.items():
        product = product_of(Code(System.RXNORM, code))
        if product is not None and not _agree(product, substances):
            clashes.append(Clash(code, tuple(sorted(substances)), (*product.substances, *product.others)))
    kept = tuple(product for product in concepts.products if not _is_settled(product, table))
    added = replace(concepts, products=kept, lookups=(*concepts.lookups, product_of))
    return added, tuple(sorted(clashes, key=lambda clash: clash.code))


def _known(concepts: Concepts) -> dict[str, frozenset[str]]:
    """Give what the RxNorm codes of the ruleset stand for, its guesses left out."""
    known = {
        product.code.code: frozenset(product.substances)
        for product in concepts.products
        if product.code is not None and product.code.system is System.RXNORM and not product.guess
    }
    for substance in concepts.substances.values():
        known.update({code.code: frozenset({substance.id}) for code in substance.codes if code.system is System.RXNORM})
    return known


def _names(concepts: Concepts) -> dict[tuple[str, ...], frozenset[str]]:
    names: dict[tuple[str, ...], frozenset[str]] = {}
    for substance in concepts.substances.values():
        for name in substance.names:
            said = words(name)
            names[said] = names.get(said, frozenset()) | {substance.id}
    return names


def _only(found: Iterable[str]) -> str | None:
    several = tuple(found)
    return several[0] if len(several) == 1 else None


def _is_settled(product: Product, table: ProductTable) -> bool:
    """Tell that a guess at a code need not be one, since the table says what the code is."""
    code = product.code
    if not product.guess or code is None or code.system is not System.RXNORM:
        return False
    return code.code in table.ingredients or code.code in table.products


def _product(code: Code, table: ProductTable, meant: Mapping[str, str | None]) -> Product | None:
    if code.system is not System.RXNORM:
        return None
    said = code.code
    is_family = said in table.families
    held = table.families[said] if is_family else table.products.get(said, ())
    if said in table.ingredients:
        held = (said,)
    if not held:
        return None
    substances = {found for each in held if (found := meant[each]) is not None}
    others = [f"{table.ingredients[each]} (not reviewed here)" for each in held if meant[each] is None]
    if said in table.incomplete:
        others.append(UNNAMED)
    return Product(tuple(sorted(substances)), code, brand=None, guess=is_family, others=tuple(sorted(others)))


def _agree(product: Product, known: frozenset[str]) -> bool:
    if product.guess:
        return known <= set(product.substances)
    return not product.others and known == set(product.substances)
