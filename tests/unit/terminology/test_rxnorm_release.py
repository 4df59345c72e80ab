"""From the files of a release to a table of what products hold."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from made_up_release import CONCEPTS, RELATIONS, concept_line, write_release

from cds.errors import InputError
from cds.terminology.product_table import ProductTable, table_bytes, table_from_bytes
from cds.terminology.rxnorm.product_table_from_rxnorm import product_table


@pytest.fixture
def table(tmp_path: Path) -> ProductTable:
    """Give the table of the made-up release."""
    return product_table(write_release(tmp_path / "rrf"))


def test_a_product_holds_the_ingredients_of_its_parts(table: ProductTable) -> None:
    """Through components, precise ingredients and forms, every path leads to the ingredients themselves."""
    assert table.ingredients["101"] == "warfarin"
    assert table.products["141"] == ("101",)
    assert table.products["142"] == ("102", "103")
    assert table.products["112"] == ("102",)


def test_what_one_path_leaves_out_another_adds(table: ProductTable) -> None:
    """A product whose components name one ingredient, and whose ingredients together name two, holds both."""
    assert table.products["143"] == ("104", "105")


def test_a_pack_holds_what_its_products_hold(table: ProductTable) -> None:
    """A pack, with a brand or without, holds what all of its products hold."""
    assert table.products["171"] == table.products["172"] == ("102", "106")


def test_a_brand_whose_products_differ_is_a_family(table: ProductTable) -> None:
    """A brand is certain where all its products hold what it is said to hold; otherwise it is only a guess."""
    assert table.products["151"] == ("101",)
    assert table.families == {"152": ("102", "104", "105")}
    assert "152" not in table.products


def test_a_brand_that_names_no_ingredient_is_a_guess_at_those_of_its_products(tmp_path: Path) -> None:
    """Nothing says what the brand itself holds, so its products do not make it certain."""
    relations = RELATIONS.replace("151 tradename_of 101\n", "")
    assert product_table(write_release(tmp_path, relations=relations)).families["151"] == ("101",)


def test_a_part_without_an_ingredient_is_said(tmp_path: Path) -> None:
    """A component whose ingredient is not told, or that is not there at all, makes what holds it incomplete."""
    untold = product_table(write_release(tmp_path, relations=RELATIONS.replace("133 has_ingredient 103\n", "")))
    assert untold.products["142"] == ("102",)
    assert untold.incomplete == {"142"}
    missing = product_table(write_release(tmp_path, concepts=CONCEPTS.replace("133 SCDC esomeprazole 20 MG\n", "")))
    assert missing.incomplete == {"142"}


def test_what_the_table_was_made_from_is_told(table: ProductTable, tmp_path: Path) -> None:
    """The release by its own name, and each file by its digest; a release without a name has none."""
    assert table.release == "RXNORM_26AA_261102F"
    assert sorted(table.read) == ["RXNCONSO.RRF", "RXNREL.RRF", "RXNSAB.RRF"]
    nameless = write_release(tmp_path / "nameless")
    (nameless / "RXNSAB.RRF").unlink()
    assert product_table(nameless).release is None


def test_the_files_may_lie_one_folder_down(tmp_path: Path) -> None:
    """A release as it is unpacked has its files in a folder `rrf`."""
    write_release(tmp_path / "RxNorm_full" / "rrf")
    assert product_table(tmp_path / "RxNorm_full").products["141"] == ("101",)


def test_the_name_in_use_goes_before_an_obsolete_one(tmp_path: Path) -> None:
    """Of two names of one code the one that is still in use is taken, whichever stands first."""
    folder = write_release(tmp_path)
    path = folder / "RXNCONSO.RRF"
    old = concept_line("101", "IN", "zz old name", suppress="O")
    path.write_text(f"{old}\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
    assert product_table(folder).ingredients["101"] == "warfarin"


def test_lines_in_another_order_give_the_same_bytes(table: ProductTable, tmp_path: Path) -> None:
    """The file of a table says what the release says, not how its lines were sorted."""
    turned = write_release(
        tmp_path / "turned",
        concepts="\n".join(reversed(CONCEPTS.strip().splitlines())),
        relations="\n".join(reversed(RELATIONS.strip().splitlines())),
    )
    other = product_table(turned)
    assert table_bytes(ProductTable(table.release, table.ingredients, table.products, table.families)) == table_bytes(
        ProductTable(other.release, other.ingredients, other.products, other.families)
    )


def test_a_table_comes_back_as_it_was_written(table: ProductTable) -> None:
    """Writing and reading change nothing."""
    assert table_from_bytes(table_bytes(table)) == table


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "not JSON"),
        (b"[]", "expected `cds-products/1`"),
        (b'{"schema": "cds-facts/1"}', "expected `cds-products/1`"),
        (b'{"schema": "cds-products/1"}', "the keys families"),
    ],
)
def test_another_file_is_no_table(content: bytes, said: str) -> None:
    """What is not a whole table is refused in words."""
    with pytest.raises(InputError, match=said):
        table_from_bytes(content)


@pytest.mark.parametrize(
    ("part", "instead", "said"),
    [
        (b'"release":"RXNORM_26AA_261102F"', b'"release":7', "text for every name"),
        (b'"ingredients":{', b'"ingredients":{"1":2,', "text for every name"),
        (b'"products":{', b'"products":{"900":"101",', "a list for every product"),
        (b'"products":{', b'"products":{"900":["999"],', "every ingredient of a product"),
        (b'"incomplete":[]', b'"incomplete":{}', "a list for every product"),
        (b'"families":{"152":["102","104","105"]}', b'"families":[]', "a mapping by code"),
    ],
)
def test_a_table_with_a_part_of_another_kind_is_refused(
    table: ProductTable, part: bytes, instead: bytes, said: str
) -> None:
    """Each part of a table is looked at before any of it is used."""
    content = table_bytes(table)
    assert part in content
    with pytest.raises(InputError, match=said):
        table_from_bytes(content.replace(part, instead))


def test_a_folder_without_a_release_is_refused(tmp_path: Path) -> None:
    """What is missing is named, a folder that is not there as well."""
    with pytest.raises(InputError, match=r"there is no RXNCONSO.RRF with RXNREL.RRF here"):
        product_table(tmp_path)
    with pytest.raises(InputError, match="there is no such folder"):
        product_table(tmp_path / "none")


@pytest.mark.parametrize("relations", ["141 has_dose_form 131", "101 ingredient_of 131"])
def test_a_release_without_relations_is_refused(tmp_path: Path, relations: str) -> None:
    """Where no product leads to an ingredient there is nothing to recognise by."""
    with pytest.raises(InputError, match="no product in this release has an ingredient"):
        product_table(write_release(tmp_path, relations=relations))


def test_a_line_of_another_layout_is_refused(tmp_path: Path) -> None:
    """A line of RxNorm with other columns is named by its number, not guessed at."""
    folder = write_release(tmp_path)
    with (folder / "RXNREL.RRF").open("a", encoding="utf-8") as file:
        file.write("1|2|RXNORM|\n")
    with pytest.raises(InputError, match=r"RXNREL\.RRF:31: this line has 3 columns; expected 16"):
        product_table(folder)


def test_a_line_that_is_not_text_is_refused(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 are refused at their line."""
    folder = write_release(tmp_path)
    (folder / "RXNSAB.RRF").write_bytes(b"\xff|RXNORM|\n")
    with pytest.raises(InputError, match=r"RXNSAB\.RRF:1: this line is not UTF-8 text"):
        product_table(folder)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """A fault of the disk is told as one of the file."""
    folder = write_release(tmp_path)
    (folder / "RXNSAB.RRF").unlink()
    (folder / "RXNSAB.RRF").symlink_to("/proc/self/mem")
    with pytest.raises(InputError, match=r"RXNSAB\.RRF: this file cannot be read"):
        product_table(folder)


def test_lines_of_other_vocabularies_take_no_memory(tmp_path: Path) -> None:
    """A release has millions of lines of others; they are passed over one by one."""
    folder = write_release(tmp_path)
    with (folder / "RXNREL.RRF").open("a", encoding="utf-8") as file:
        file.writelines(f"|{n}|AUI|RO||{n + 1}|AUI|has_dose_form|{n}||OTHER|||||4096|\n" for n in range(200_000))
    tracemalloc.start()
    try:
        product_table(folder)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000
