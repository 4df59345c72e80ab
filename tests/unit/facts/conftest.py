"""A small fact dictionary with every type of fact, a few substances, and ways to read and to be refused."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from cds.errors import FactsError
from cds.facts.dictionary import Declaration, Dictionary, FactType
from cds.facts.model import Facts
from cds.facts.schema import parse_facts
from cds.terminology.codes import Code, System
from cds.terminology.concepts import Concepts, Product, Substance

Read = Callable[..., Facts]
Refused = Callable[..., str]

AS_OF = "2026-11-21T09:00:00-05:00"
RXNORM = System.RXNORM.uri


def _declared() -> list[Declaration]:
    item = [
        Declaration("substance", FactType.CONCEPT, ask=""),
        Declaration("status", FactType.ENUM, ask="", values=("active", "stopped"), required=False),
        Declaration("dose", FactType.QUANTITY, ask="", unit="mg"),
        Declaration("frequency", FactType.QUANTITY, ask="", unit="/d"),
        Declaration("last_dose", FactType.TIME, ask="", not_after_as_of=True),
    ]
    level = [
        Declaration("level", FactType.ENUM, ask="", values=("T12", "L1"), required=True),
        Declaration("height", FactType.QUANTITY, ask="", unit="mm", taken=True),
        Declaration("height.taken", FactType.TIME, ask=""),
        Declaration("note.by", FactType.TEXT, ask=""),
    ]
    return [
        Declaration("as_of", FactType.TIME, ask=""),
        Declaration("patient.age", FactType.QUANTITY, ask="", unit="a", minimum=Fraction(0), maximum=Fraction(130)),
        Declaration("patient.sex", FactType.ENUM, ask="", values=("female", "male", "other")),
        Declaration("patient.weight", FactType.QUANTITY, ask="", unit="kg", taken=True, minimum=Fraction(0)),
        Declaration("patient.weight.taken", FactType.TIME, ask="When weighed?", not_after_as_of=True),
        Declaration("patient.note", FactType.TEXT, ask=""),
        Declaration("fracture.onset", FactType.TIME, ask="", by_day=True, not_after_as_of=True),
        Declaration("fracture.painful", FactType.BOOLEAN, ask=""),
        Declaration("fracture.pain_score", FactType.NUMBER, ask="", minimum=Fraction(0), maximum=Fraction(10)),
        Declaration("fracture.levels", FactType.LIST, ask="", items={each.name: each for each in level}),
        Declaration("labs.inr", FactType.NUMBER, ask="What is the INR?", taken=True),
        Declaration("labs.inr.taken", FactType.TIME, ask=""),
        Declaration(
            "labs.creatinine", FactType.QUANTITY, ask="", unit="mg/dL", molar_mass_g_per_mol=Fraction("113.12")
        ),
        Declaration("labs.sample", FactType.CODE, ask=""),
        Declaration("procedure.status", FactType.ENUM, ask="", values=("booked", "done"), required=True),
        Declaration("procedure.start", FactType.TIME, ask=""),
        Declaration("postop.temperature", FactType.QUANTITY, ask="", unit="Cel"),
        Declaration("medications", FactType.LIST, ask="Which?", items={each.name: each for each in item}),
    ]


@pytest.fixture(scope="session")
def dictionary() -> Dictionary:
    """Give the dictionary."""
    return {each.name: each for each in _declared()}


@pytest.fixture(scope="session")
def concepts() -> Concepts:
    """Give four substances and a product with two of them."""
    names = {"ibuprofen": "5640", "warfarin": "11289", "aspirin": "1191", "dipyridamole": "3521"}
    return Concepts(
        {name: Substance(name, frozenset(), (name,), (), (Code(System.RXNORM, code),)) for name, code in names.items()},
        (Product(("aspirin", "dipyridamole"), None, "Aggrenox", guess=False),),
        frozenset(),
    )


@pytest.fixture(scope="session")
def read(dictionary: Dictionary, concepts: Concepts) -> Read:
    """Give a reader of documents that need to say only what a test is about; None leaves a part out."""

    def read_document(*, beside: dict[str, Any] | None = None, **said: Any) -> Facts:
        frame = {
            "schema": "cds-facts/1",
            "subject": "demo-001",
            "as_of": AS_OF,
            "zone": "America/New_York",
            "procedure": {"status": "booked"},
        }
        document = {key: value for key, value in (frame | said).items() if value is not None}
        return parse_facts(document, dictionary, concepts, **(beside or {}))

    return read_document


@pytest.fixture(scope="session")
def refused(read: Read) -> Refused:
    """Give the message with which a document is refused."""

    def message(**said: Any) -> str:
        with pytest.raises(FactsError) as caught:
            read(**said)
        return str(caught.value)

    return message
