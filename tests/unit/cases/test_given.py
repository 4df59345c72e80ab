"""What a case gives is put into the base of its file (language §15.2)."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from cds.errors import InputError
from cds.facts.dictionary import Declaration, FactType
from cds.verification.cases.given import document_of

DICTIONARY = {
    name: Declaration(name, type_, ask="")
    for name, type_ in (
        ("labs.platelets", FactType.QUANTITY),
        ("medications", FactType.LIST),
        ("fracture.levels", FactType.LIST),
    )
}
LIST = {"reconciled": False, "items": [{"id": "m1", "text": "ibuprofen", "status": "active"}]}
BASE = {"subject": "case", "labs": {"platelets": {"value": "210 10*9/L", "taken": "2026-11-20"}}, "medications": LIST}


def given(**names: Any) -> dict[str, Any]:
    """Give the document for what is given, without what no test is about; `__` stands for a dot."""
    changes = {name.replace("__", "."): value for name, value in names.items()}
    document = document_of(BASE, changes, DICTIONARY)
    assert document.pop("schema") == "cds-facts/1"
    assert document.pop("subject") == "case"
    return document


def test_nothing_given_is_the_base() -> None:
    """A case that gives nothing is about the base itself."""
    assert document_of(BASE, {}, DICTIONARY) == {"schema": "cds-facts/1", **BASE}
    assert document_of({**BASE, "schema": "cds-facts/2"}, {}, DICTIONARY)["schema"] == "cds-facts/2"


def test_a_name_leads_into_the_document() -> None:
    """A part of a fact, a whole fact, a fact that is not there, and one below nothing are set."""
    assert given(labs__platelets__value="49 10*9/L")["labs"] == {
        "platelets": {"value": "49 10*9/L", "taken": "2026-11-20"}
    }
    assert given(labs__platelets={"unknown": "refused"})["labs"] == {"platelets": {"unknown": "refused"}}
    assert given(labs__inr="1.0")["labs"] == {**BASE["labs"], "inr": "1.0"}  # type: ignore[dict-item]
    assert given(patient__age="74 a")["patient"] == {"age": "74 a"}


def test_absent_takes_away() -> None:
    """A part, a fact, an item and a whole list can be taken away; what is not there can too."""
    assert given(labs__platelets__taken="absent")["labs"] == {"platelets": {"value": "210 10*9/L"}}
    assert given(labs__platelets="absent")["labs"] == {}
    assert given(medications__m1="absent")["medications"] == {"reconciled": False, "items": []}
    assert "medications" not in given(medications="absent")
    assert given(medications__m2="absent", labs__inr="absent") == {k: v for k, v in BASE.items() if k != "subject"}


def test_a_part_of_something_unknown_makes_it_known() -> None:
    """What was unknown is not half known afterwards."""
    names = {"labs.platelets": {"unknown": "refused"}, "labs.platelets.value": "49 10*9/L"}
    assert document_of(BASE, names, DICTIONARY)["labs"] == {"platelets": {"value": "49 10*9/L"}}


def test_items_are_named_by_their_ids() -> None:
    """An item is replaced, changed, or added; the list keeps whether it is complete."""
    assert given(medications__m1={"text": "aspirin"})["medications"]["items"] == [{"id": "m1", "text": "aspirin"}]
    assert given(medications__m1__status="stopped")["medications"]["items"][0] == {
        **LIST["items"][0],  # type: ignore[index]
        "status": "stopped",
    }
    assert given(medications__m2__text="aspirin")["medications"] == {
        "reconciled": False,
        "items": [*LIST["items"], {"id": "m2", "text": "aspirin"}],  # type: ignore[misc]
    }
    assert given(medications__m1__dose__value="1 mg")["medications"]["items"][0]["dose"] == {"value": "1 mg"}


@pytest.mark.parametrize("before", ["absent", {"unknown": "refused"}])
def test_a_list_of_which_nothing_is_known_starts_complete(before: Any) -> None:
    """An item in it is then the only one."""
    names = {"medications": before, "medications.m1.text": "aspirin"}
    expected = {"reconciled": True, "items": [{"id": "m1", "text": "aspirin"}]}
    assert document_of(BASE, names, DICTIONARY)["medications"] == expected
    assert given(fracture__levels__f1__level="L1")["fracture"]["levels"]["reconciled"] is True


def test_bare_items_stay_open() -> None:
    """Items without a word on whether they are all are not called complete."""
    names = {"medications": [{"id": "m1"}], "medications.m2": {"text": "aspirin"}}
    assert document_of(BASE, names, DICTIONARY)["medications"] == {
        "items": [{"id": "m1"}, {"id": "m2", "text": "aspirin"}]
    }


def test_the_list_itself_can_be_changed() -> None:
    """`reconciled` is a part of the list, not an item."""
    assert given(medications__reconciled=True)["medications"] == {**LIST, "reconciled": True}
    assert given(medications__items=[])["medications"] == {"reconciled": False, "items": []}


def test_neither_base_nor_given_is_changed() -> None:
    """Cases do not see each other."""
    base, names = deepcopy(BASE), {"medications": {"items": []}, "medications.m1.text": "aspirin"}
    document_of(base, names, DICTIONARY)
    assert base == BASE
    assert names == {"medications": {"items": []}, "medications.m1.text": "aspirin"}


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ({"subject.name": "x"}, "`subject.name` leads through `subject`, which is a single value in the base"),
        ({"medications.m1": "aspirin"}, "`medications.m1` is an item; expected its facts in braces, or `absent`"),
        (
            {"medications.m1.text.more": "x"},
            "`medications.m1.text.more` leads through `text`, which is a single value in the base",
        ),
    ],
)
def test_a_name_that_leads_nowhere_is_refused(names: dict[str, Any], said: str) -> None:
    """A slip in a name is told with the name."""
    with pytest.raises(InputError, match=r".") as refused:
        document_of(BASE, names, DICTIONARY)
    assert str(refused.value) == said
