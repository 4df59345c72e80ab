"""What a ruleset can recognise: its substances, products and classes, and the product tables that it names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from cds.errors import nearest
from cds.ir.codes_from_ruleset import confirmed_codes, guessed_codes, refuse_company, refuse_value
from cds.ruleset.model import RulesetDocument
from cds.ruleset.places import Path
from cds.ruleset.problems import Problems
from cds.terminology.codes import Code
from cds.terminology.concepts import Concepts, Product, Substance
from cds.terminology.product_table import ProductTable
from cds.terminology.products_from_table import Clash, with_table

_NOT_IN_AN_ID = re.compile(r"[^a-z0-9]+")


def concepts_of(document: RulesetDocument, problems: Problems, tables: Sequence[ProductTable] = ()) -> Concepts:
    """Give what a document can recognise; `tables` are those that its section `terminology` names, in its order."""
    _check_substances(document, problems)
    substances = {substance.id: substance for substance in _substances(document)}
    for path, substance in common_substances(document):
        if substance.id in substances:
            said = f"the substance `{substance.id}` is there already"
            problems.add(path, said, expected="each substance once; its further names where it stands first")
        substances.setdefault(substance.id, substance)
    for number, product in enumerate(document.products):
        for name in product.substances:
            if name not in substances:
                place: Path = ("products", number, "substances")
                problems.add(place, f"there is no substance `{name}`", suggestion=nearest(name, substances))
    concepts = Concepts(
        substances=dict(sorted(substances.items())),
        products=(*_products(document), *_guesses(document)),
        classes=frozenset(document.classes),
    )
    for number, table in enumerate(tables):
        concepts, clashes = with_table(concepts, table)
        for clash in clashes:
            problems.add(("terminology", number, "file"), _said(clash), expected="one of the two corrected")
    return concepts


def common_substances(document: RulesetDocument) -> Iterator[tuple[Path, Substance]]:
    """Give the common ingredients, each with the place of its line; the first of its names gives the id."""
    for number, group in enumerate(document.common):
        for line, said in enumerate(group.substances):
            names = [name.strip() for name in said.split(",")]
            id_ = _NOT_IN_AN_ID.sub("-", names[0].casefold()).strip("-")
            substance = Substance(id_, frozenset(), _in_order(id_, names), (), ())
            yield ("common", number, "substances", line), substance


def _check_substances(document: RulesetDocument, problems: Problems) -> None:
    for id_, substance in document.substances.items():
        for number, binding in enumerate(substance.codes):
            at: Path = ("substances", id_, "codes", number)
            refuse_value(binding, at, "a code of a substance", problems)
            refuse_company(binding, at, problems)
        for name in substance.classes:
            if name not in document.classes:
                path = ("substances", id_, "classes")
                problems.add(path, f"there is no class `{name}`", suggestion=nearest(name, document.classes))


def _substances(document: RulesetDocument) -> Iterator[Substance]:
    for id_, substance in document.substances.items():
        yield Substance(
            id=id_,
            classes=frozenset(substance.classes),
            names=_in_order(id_, substance.names),
            brands=tuple(sorted(substance.brands)),
            codes=confirmed_codes(substance.codes),
        )


def _in_order(id_: str, names: Iterable[str]) -> tuple[str, ...]:
    """Sort names, the one that the substance is called by first."""
    called = id_.replace("-", " ")
    return tuple(sorted(names, key=lambda name: (name.casefold() != called, name.casefold(), name)))


def _products(document: RulesetDocument) -> Iterator[Product]:
    for product in sorted(document.products, key=lambda p: (p.brand or "", p.system or "", p.code or "")):
        yield Product(
            substances=tuple(sorted(product.substances)),
            code=Code(product.system, product.code) if product.system and product.code else None,
            brand=product.brand,
            guess=product.guess or product.unconfirmed is not None,
        )


def _guesses(document: RulesetDocument) -> Iterator[Product]:
    """Give the codes of substances that are not confirmed: each is like a product that may be the substance (§4.10)."""
    for id_, substance in sorted(document.substances.items()):
        for code in guessed_codes(substance.codes):
            yield Product(substances=(id_,), code=code, brand=None, guess=True)


def _said(clash: Clash) -> str:
    return (
        f"the RxNorm code `{clash.code}` stands for {' and '.join(clash.in_ruleset)} in the ruleset, "
        f"and for {' and '.join(clash.in_table)} in this table"
    )
