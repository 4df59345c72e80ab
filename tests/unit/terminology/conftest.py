"""Two tables for the tests of recognition: a small one written here, and the one that is shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from cds.ir.concepts_from_ruleset import concepts_of
from cds.ruleset.loader import load_ruleset
from cds.ruleset.problems import Problems
from cds.terminology.codes import Code, System
from cds.terminology.concepts import Concepts, Product, Substance

_SUBSTANCES = """
abciximab | abciximab | ReoPro | rxnorm 83929
acenocoumarol | acenocoumarol | | rxnorm 154, atc B01AA07
acetaminophen | acetaminophen, paracetamol | Tylenol | rxnorm 161
apixaban | apixaban | Eliquis | rxnorm 1364430, rxnorm 1364447
argatroban | argatroban | | rxnorm 15202
aspirin | aspirin, acetylsalicylic acid | Ecotrin, Bufferin | rxnorm 1191, atc B01AC06
betrixaban | betrixaban | Bevyxxa | rxnorm 1927851
bivalirudin | bivalirudin | Angiomax | rxnorm 60819
cangrelor | cangrelor | Kengreal | rxnorm 1656052
celecoxib | celecoxib | Celebrex | rxnorm 140587
cilostazol | cilostazol | Pletal | rxnorm 21107
citalopram | citalopram | | rxnorm 2556
clopidogrel | clopidogrel | Plavix | rxnorm 32968, rxnorm 174742
dabigatran | dabigatran, dabigatran etexilate | Pradaxa | rxnorm 1546356, rxnorm 1037042
dalteparin | dalteparin | Fragmin | rxnorm 67109
diclofenac | diclofenac | Cataflam | rxnorm 3355, atc M01AB05
diflunisal | diflunisal | Dolobid | rxnorm 3393
dipyridamole | dipyridamole | Persantine | rxnorm 3521
edoxaban | edoxaban | Savaysa | rxnorm 1599538
enoxaparin | enoxaparin | Lovenox | rxnorm 67108
eptifibatide | eptifibatide | Integrilin | rxnorm 75635
escitalopram | escitalopram | | rxnorm 321988
etodolac | etodolac | Lodine | rxnorm 24605
flurbiprofen | flurbiprofen | Ansaid | rxnorm 4502
fondaparinux | fondaparinux | Arixtra | rxnorm 321208
heparin | heparin | | rxnorm 5224, atc B01AB01
ibuprofen | ibuprofen | Advil, Motrin, Nuprin | rxnorm 5640, rxnorm 153010, atc M01AE01
indomethacin | indomethacin | Indocin | rxnorm 5781
ketoprofen | ketoprofen | Orudis | rxnorm 6142
ketorolac | ketorolac | Toradol, Sprix | rxnorm 35827
mefenamic-acid | mefenamic acid | Ponstel | rxnorm 6693
meloxicam | meloxicam | Mobic | rxnorm 41493
nabumetone | nabumetone | Relafen | rxnorm 31448
naproxen | naproxen | Aleve, Naprosyn, Anaprox, Naprelan | rxnorm 7258
oxaprozin | oxaprozin | Daypro | rxnorm 32613
piroxicam | piroxicam | Feldene | rxnorm 8356
prasugrel | prasugrel | Effient | rxnorm 613391
rivaroxaban | rivaroxaban | Xarelto | rxnorm 1114195, atc B01AF01
sertraline | sertraline | | rxnorm 36437
st-johns-wort | St. John's wort extract, St. John's wort | | rxnorm 258326
sulindac | sulindac | Clinoril | rxnorm 10237
ticagrelor | ticagrelor | Brilinta | rxnorm 1116632
tirofiban | tirofiban | Aggrastat | rxnorm 73137
venlafaxine | venlafaxine | | rxnorm 39786
warfarin | warfarin | Coumadin, Jantoven | rxnorm 11289, atc B01AA03
"""
_PRODUCTS_BY_CODE = """
855332  warfarin
1364445 apixaban
1037045 dabigatran
1361615 heparin
309362  clopidogrel
198014  naproxen
849574  naproxen
310965  ibuprofen
206905  ibuprofen
243670  aspirin
313782  acetaminophen
209387  acetaminophen
"""
_BRANDS = """
Aggrenox       | aspirin, dipyridamole |
Voltaren       | diclofenac            | guess
Bayer          | aspirin               | guess
Excedrin       | aspirin, acetaminophen | guess
Alka-Seltzer   | aspirin               | guess
Goody's Powder | aspirin               | guess
"""


@pytest.fixture(scope="session")
def concepts() -> Concepts:
    """Give the table: substances with names, brands and codes, products by code, and brand families as guesses."""
    substances = {}
    for row in _SUBSTANCES.strip().splitlines():
        name, names, brands, codes = (cell.strip() for cell in row.split("|"))
        bindings = tuple(map(_code, _listed(codes)))
        substances[name] = Substance(name, frozenset(), _listed(names), _listed(brands), bindings)
    by_code = [row.split() for row in _PRODUCTS_BY_CODE.strip().splitlines()]
    by_brand = [[cell.strip() for cell in row.split("|")] for row in _BRANDS.strip().splitlines()]
    products = (
        *(Product((name,), Code(System.RXNORM, code), brand=None, guess=False) for code, name in by_code),
        *(Product(_listed(names), None, brand, guess=note == "guess") for brand, names, note in by_brand),
    )
    return Concepts(substances, products, frozenset())


@pytest.fixture(scope="session")
def shipped() -> Concepts:
    """Give the table of the shipped ruleset."""
    loaded = load_ruleset(Path(__file__).parents[3] / "rulesets" / "vertebral-augmentation")
    return concepts_of(loaded.document, Problems(loaded.places))


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(",") if part.strip())


def _code(cell: str) -> Code:
    system, code = cell.split()
    return Code(System(system), code)
