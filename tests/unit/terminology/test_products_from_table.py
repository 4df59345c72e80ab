"""What a table of products adds to what a ruleset can recognise."""

from __future__ import annotations

import pytest

from cds.terminology.codes import Code, System
from cds.terminology.concepts import Concepts, Product, Substance
from cds.terminology.match import Doubt, Recognised, recognise
from cds.terminology.product_table import ProductTable
from cds.terminology.products_from_table import UNNAMED, Clash, with_table


def rxnorm(code: str) -> Code:
    """Give an RxNorm code."""
    return Code(System.RXNORM, code)


def substance(name: str, *codes: str) -> Substance:
    """Give a substance of that name with confirmed codes."""
    return Substance(name, frozenset(), (name,), (), tuple(map(rxnorm, codes)))


TABLE = ProductTable(
    release="made up",
    ingredients={"101": "Warfarin", "102": "naproxen", "103": "zorblaxin"},
    products={"141": ("101",), "142": ("102", "103"), "145": ("102",), "146": ("102",)},
    families={"152": ("101", "102")},
    incomplete=frozenset({"146"}),
)


def concepts(*products: Product) -> Concepts:
    """Give a ruleset's table: warfarin with its code, naproxen by its name only."""
    known = (substance("warfarin", "101"), substance("naproxen"))
    return Concepts({each.id: each for each in known}, products, frozenset())


@pytest.fixture
def joined() -> Concepts:
    """Give the ruleset's table with the products."""
    found, clashes = with_table(concepts(), TABLE)
    assert clashes == ()
    return found


def test_an_ingredient_is_the_substance_of_its_code_or_of_its_name(joined: Concepts) -> None:
    """Codes of products mean the substances that the ruleset has for their ingredients."""
    assert recognise(joined, rxnorm("141"), None) == (Recognised("warfarin", None),)
    assert recognise(joined, rxnorm("145"), None) == (Recognised("naproxen", None),)
    assert recognise(joined, rxnorm("102"), None) == (Recognised("naproxen", None),)


def test_an_ingredient_that_the_ruleset_does_not_have_is_shown_beside_the_one_that_it_has(joined: Concepts) -> None:
    """Neither is the known one lost, nor is the other taken for harmless."""
    known, other = recognise(joined, rxnorm("142"), None)
    assert known == Recognised("naproxen", None)
    assert other == Recognised(None, Doubt.UNIDENTIFIED, ("zorblaxin (not reviewed here)",))
    assert recognise(joined, rxnorm("103"), None) == (other,)


def test_a_text_does_not_settle_what_nobody_has_reviewed(joined: Concepts) -> None:
    """The text says what the code says; the ingredient still has to be looked at by somebody."""
    assert recognise(joined, rxnorm("142"), "naproxen 500 MG / zorblaxin 1 MG Oral Tablet")[1].shown == (
        "zorblaxin (not reviewed here)",
    )


def test_a_product_with_an_ingredient_that_is_not_told_leaves_a_doubt(joined: Concepts) -> None:
    """What the release does not tell is not nothing."""
    assert recognise(joined, rxnorm("146"), "naproxen") == (
        Recognised("naproxen", None),
        Recognised(None, Doubt.UNIDENTIFIED, (UNNAMED,)),
    )


def test_a_family_is_a_guess(joined: Concepts) -> None:
    """A brand whose products differ shows all that they hold."""
    assert recognise(joined, rxnorm("152"), None) == (Recognised(None, Doubt.UNIDENTIFIED, ("naproxen", "warfarin")),)


def test_a_code_and_a_text_that_differ_show_the_unreviewed_too(joined: Concepts) -> None:
    """A contradiction shows all that the code stands for."""
    (found,) = recognise(joined, rxnorm("142"), "warfarin")
    assert found.reason is Doubt.CONTRADICTED
    assert found.shown == ("rxnorm|142: naproxen, zorblaxin (not reviewed here)", "text: warfarin")


def test_codes_of_other_systems_and_unknown_ones_say_nothing(joined: Concepts) -> None:
    """The table is one of RxNorm codes."""
    for code in (rxnorm("999"), Code(System.ATC, "141")):
        assert recognise(joined, code, None) == (Recognised(None, Doubt.UNIDENTIFIED),)


def test_the_table_settles_a_guess() -> None:
    """A code that the ruleset only guesses at is what the release says; one that it does not know stays a guess."""
    guesses = [Product(("naproxen",), rxnorm(code), brand=None, guess=True) for code in ("102", "145", "152", "177")]
    joined, clashes = with_table(concepts(*guesses), TABLE)
    assert clashes == ()
    assert recognise(joined, rxnorm("102"), None) == (Recognised("naproxen", None),)
    assert recognise(joined, rxnorm("145"), None) == (Recognised("naproxen", None),)
    for still in ("152", "177"):
        assert recognise(joined, rxnorm(still), None)[0].reason is Doubt.UNIDENTIFIED


def test_a_code_that_means_something_else_in_the_release_is_a_clash() -> None:
    """A wrong code of the ruleset is found out, whether it is of a substance or of a product."""
    wrong = Concepts(
        {
            "warfarin": substance("warfarin", "102"),
            "naproxen": substance("naproxen"),
        },
        (Product(("naproxen",), rxnorm("141"), brand=None, guess=False),),
        frozenset(),
    )
    _, clashes = with_table(wrong, TABLE)
    assert clashes == (
        Clash("102", ("warfarin",), ("naproxen",)),
        Clash("141", ("naproxen",), ("warfarin",)),
    )


def test_a_product_of_which_the_ruleset_knows_a_part_is_a_clash() -> None:
    """A ruleset that leaves out an ingredient of a product is told so; for a family a part is enough."""
    part = Product(("naproxen",), rxnorm("142"), brand=None, guess=False)
    brand = Product(("naproxen",), rxnorm("152"), brand=None, guess=False)
    joined, clashes = with_table(concepts(part, brand), TABLE)
    assert clashes == (Clash("142", ("naproxen",), ("naproxen", "zorblaxin (not reviewed here)")),)
    assert recognise(joined, rxnorm("152"), None) == (Recognised("naproxen", None),)


def test_two_tables_are_put_together(joined: Concepts) -> None:
    """What either of two releases says of a code counts."""
    older = ProductTable(None, {"101": "warfarin", "102": "naproxen"}, {"141": ("101", "102"), "900": ("101",)})
    both, clashes = with_table(joined, older)
    assert clashes == ()
    assert {each.substance for each in recognise(both, rxnorm("141"), None)} == {"warfarin", "naproxen"}
    assert recognise(both, rxnorm("900"), None) == (Recognised("warfarin", None),)
