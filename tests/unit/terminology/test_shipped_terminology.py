"""What the shipped table says: every code that was researched, classes that fit together, and nothing that hides."""

from __future__ import annotations

import csv
import os
from difflib import get_close_matches
from pathlib import Path

import pytest

from cds.ir.concepts_from_ruleset import common_substances
from cds.ruleset.loader import load_ruleset
from cds.terminology.codes import Code, System
from cds.terminology.concepts import Concepts
from cds.terminology.index import index_of
from cds.terminology.match import Doubt, recognise
from cds.terminology.text import words
from cds.terminology.words import FORMS

REPOSITORY = Path(__file__).parents[3]
CODES = Path(os.environ.get("CDS_SHARED", REPOSITORY.parent / "shared")) / "clinical" / "codes.csv"
GROUPS = {"B01AA", "B01AC30", "M01A", "N06AB"}
"""Codes of groups: they say no substance, so that the text decides."""
_WITH_AN_INTERVAL = """
abciximab acenocoumarol apixaban argatroban aspirin betrixaban bivalirudin cangrelor cilostazol clopidogrel dabigatran
dalteparin dipyridamole edoxaban enoxaparin eptifibatide fondaparinux heparin prasugrel rivaroxaban ticagrelor
tirofiban warfarin
"""
LOADED = load_ruleset(REPOSITORY / "rulesets" / "vertebral-augmentation")


def researched() -> list[dict[str, str]]:
    """Give the rows on medications of the researched codes, none where they are not here."""
    if not CODES.is_file():
        return []
    with CODES.open(encoding="utf-8", newline="") as rows:
        return [row for row in csv.DictReader(rows) if row["system"] in {"RXNORM", "ATC", "TEXT"}]


ROWS = researched()
CODED = [row for row in ROWS if row["code"]]
NAMED = [row for row in ROWS if not row["code"]]


def substances(concepts: Concepts, code: Code | None, text: str | None) -> set[str | None]:
    """Give the substances that are recognised."""
    return {entry.substance for entry in recognise(concepts, code, text) if entry.substance}


@pytest.mark.skipif(not ROWS, reason="the researched codes are not here")
@pytest.mark.parametrize("row", CODED, ids=[f"{row['system']}-{row['code']}" for row in CODED])
def test_a_researched_code_is_what_it_was_found_to_be(shipped: Concepts, row: dict[str, str]) -> None:
    """A confirmed code identifies what its display names; any other is only a guess at it, until the text says so."""
    code = Code(System(row["system"].lower()), row["code"])
    if code.code in GROUPS:
        assert recognise(shipped, code, None)[0].shown == ()
        return
    named = substances(shipped, None, row["display"])
    assert named
    if row["confirmed_where"].startswith("confirmed"):
        assert substances(shipped, code, None) == named
        return
    (guess,) = recognise(shipped, code, None)
    assert guess.reason is Doubt.UNIDENTIFIED
    assert set(guess.shown) == named
    assert [entry.substance for entry in recognise(shipped, code, " / ".join(map(str, named)))] == sorted(
        map(str, named)
    )


@pytest.mark.skipif(not ROWS, reason="the researched codes are not here")
@pytest.mark.parametrize("row", NAMED, ids=[row["display"] for row in NAMED])
def test_a_researched_brand_is_what_it_was_found_to_be(shipped: Concepts, row: dict[str, str]) -> None:
    """Every brand word leads to its substance, as such or as a guess to confirm."""
    generic = row["class"].split(" of ")[1].removesuffix(" (combination)")
    found = recognise(shipped, None, row["display"])
    said = {entry.substance for entry in found if entry.substance} | set(found[-1].shown)
    assert substances(shipped, None, generic) <= said


def test_classes_fit_together(shipped: Concepts) -> None:
    """Every narrower class lies within its wider one."""
    antithrombotic = shipped.members("antithrombotic")
    assert antithrombotic == shipped.members("antiplatelet") | shipped.members("anticoagulant") | shipped.members(
        "thrombolytic"
    )
    for narrower, wider in (
        ("p2y12", "antiplatelet"),
        ("gp-iib-iiia", "antiplatelet"),
        ("vitamin-k-antagonist", "anticoagulant"),
        ("doac", "anticoagulant"),
        ("lmwh", "heparin-group"),
        ("heparin-group", "anticoagulant"),
        ("direct-thrombin-inhibitor", "anticoagulant"),
        ("cox-2-selective", "nsaid"),
    ):
        assert shipped.members(narrower) < shipped.members(wider)
    assert not shipped.members("nsaid") & antithrombotic
    assert "aspirin" not in shipped.members("salicylate")


def test_an_antithrombotic_has_a_published_interval_or_is_known_to_have_none(shipped: Concepts) -> None:
    """None falls between the drugs with an interval and those without."""
    assert shipped.members("antithrombotic") - shipped.members("antithrombotic-without-interval") == set(
        _WITH_AN_INTERVAL.split()
    )


def test_no_name_hides_a_drug_that_matters(shipped: Concepts) -> None:
    """No longer name of another substance has the name of an antithrombotic drug or an NSAID within it."""
    matters = shipped.members("antithrombotic") | shipped.members("nsaid")
    for_short = {
        words(name): id_
        for id_ in matters
        for name in (*shipped.substances[id_].names, *shipped.substances[id_].brands)
    }
    for substance in shipped.substances.values():
        for name in (*substance.names, *substance.brands):
            said = words(name)
            within = {said[start:end] for start in range(len(said)) for end in range(start + 1, len(said) + 1)}
            assert {for_short[part] for part in within & for_short.keys()} <= {substance.id}


def test_a_brand_of_a_combination_holds_what_its_words_name(shipped: Concepts) -> None:
    """Where the brand name of a product names substances, the product has them."""
    for product in shipped.products:
        if product.brand is None:
            continue
        parts = words(product.brand)
        named = {
            substance
            for number in range(len(parts))
            for substance in substances(shipped, None, parts[number])
            if len(parts) > 1
        }
        assert named <= set(product.substances)


def test_common_ingredients_are_many_and_of_no_class() -> None:
    """At least 300 names that records hold, each found in a list that is named; rules know none of them by class."""
    common = [substance for _, substance in common_substances(LOADED.document)]
    assert len({substance.id for substance in common}) == len(common) >= 300
    assert all(not substance.classes for substance in common)
    assert all("2.0.9" in group.confirmed for group in LOADED.document.common)


def test_how_a_name_was_found_is_told() -> None:
    """A substance of a class that rules look at has a code with its origin, or says where its name was found."""
    for id_, substance in LOADED.document.substances.items():
        if set(substance.classes) & {"antithrombotic", "nsaid", "salicylate", "ssri", "snri", "bleeding-supplement"}:
            assert substance.confirmed or substance.codes, id_


@pytest.mark.parametrize("form", sorted(FORMS))
@pytest.mark.parametrize("name", ["ibuprofen", "diclofenac", "ketorolac", "heparin", "aspirin"])
def test_a_form_in_the_text_changes_nothing(shipped: Concepts, name: str, form: str) -> None:
    """A word such as gel, patch, drops or flush neither adds a doubt nor makes a drug a milder one."""
    assert recognise(shipped, None, f"{name} {form}") == recognise(shipped, None, name)


def test_the_nearest_name_is_the_one_that_comparing_with_all_names_finds(shipped: Concepts) -> None:
    """Names that share too few letters are passed over without being compared; that loses none of those alike."""
    index = index_of(shipped)
    for name in sorted(index.spellings)[::11]:
        middle = len(name) // 2
        misspelt = name[:middle] + name[middle + 1 :]
        alike = get_close_matches(misspelt, index.spellings, n=1, cutoff=0.75)
        if len(misspelt) > 4 and alike and alike[0][0] == misspelt[0]:
            assert index.nearest(misspelt) is index.spellings[alike[0]]
