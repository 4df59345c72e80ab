"""The shipped fact dictionary and substances, the authored Bundle, and how the tests read one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cds.facts.dictionary import Dictionary
from cds.facts.schema import read_facts_text
from cds.fhir.reading import Reading
from cds.fhir.to_facts import bundle_to_facts
from cds.ir.concepts_from_ruleset import concepts_of
from cds.ir.dictionary_from_ruleset import dictionary_of
from cds.ruleset.loader import LoadedRuleset, load_ruleset
from cds.ruleset.problems import Problems
from cds.terminology.concepts import Concepts

ROOT = Path(__file__).parents[3]
AS_OF = "2026-11-21T09:00:00-05:00"
ZONE = "America/New_York"

Json = dict[str, Any]
Read = Callable[..., Reading]
Only = Callable[..., Reading]


@pytest.fixture(scope="session")
def loaded() -> LoadedRuleset:
    """Give the shipped ruleset."""
    return load_ruleset(ROOT / "rulesets" / "vertebral-augmentation")


@pytest.fixture(scope="session")
def dictionary(loaded: LoadedRuleset) -> Dictionary:
    """Give its fact dictionary."""
    return dictionary_of(loaded.document, Problems(loaded.places))


@pytest.fixture(scope="session")
def concepts(loaded: LoadedRuleset) -> Concepts:
    """Give its substances."""
    return concepts_of(loaded.document, Problems(loaded.places))


@pytest.fixture
def bundle() -> Json:
    """Give the authored Bundle, to be changed at will."""
    return read_facts_text((ROOT / "fixtures" / "fhir" / "vertebral-fracture-apixaban.json").read_bytes(), file=None)


@pytest.fixture(scope="session")
def read(dictionary: Dictionary, concepts: Concepts) -> Read:
    """Give a function that reads a Bundle at a fixed time and place."""

    def reading(bundle: Any, **said: Any) -> Reading:
        given = {"as_of": AS_OF, "zone": ZONE, "dictionary": dictionary, "concepts": concepts} | said
        return bundle_to_facts(bundle, **given)

    return reading


@pytest.fixture(scope="session")
def only(read: Read) -> Only:
    """Give a function that reads a Bundle of some resources beside a Patient `p`, who is their subject."""

    def reading(*resources: Json, **said: Any) -> Reading:
        patient = {"resourceType": "Patient", "id": "p"}
        about = {"subject": {"reference": "Patient/p"}}
        entries = [{"resource": patient}, *({"resource": about | resource} for resource in resources)]
        return read({"resourceType": "Bundle", "type": "collection", "entry": entries}, **said)

    return reading
