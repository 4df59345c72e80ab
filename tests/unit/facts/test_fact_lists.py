"""Lists: items, what they are recognised as, and whether the list is complete."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from cds.facts.model import ABSENT, FactList, Reason, Span, Unknown, Word
from cds.terminology.codes import System

RXNORM = System.RXNORM.uri
WARFARIN = {"system": RXNORM, "code": "11289"}


def _medications(read: Any, *items: Any, **said: Any) -> FactList:
    found: FactList = read(medications={"items": list(items), **said}).list("medications")
    return found


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"reconciled": True, "items": []}, FactList((), complete=True)),
        ({"reconciled": False, "items": []}, FactList((), complete=False)),
        ({"reconciled": None, "items": []}, FactList((), complete=False)),
        ({"items": []}, FactList((), complete=False)),
        (None, FactList((), complete=False, unknown=Unknown(Reason.NULL))),
        ({"unknown": "refused"}, FactList((), complete=False, unknown=Unknown(Reason.REFUSED))),
        ({"unknown": "absent"}, FactList((), complete=False, unknown=ABSENT)),
    ],
)
def test_a_list_is_complete_only_if_it_is_reconciled(dictionary: Any, read: Any, said: Any, expected: FactList) -> None:
    """Empty, open, unknown and absent lists are different facts."""
    levels = read(fracture={"levels": said})
    assert levels.list("fracture.levels") == expected
    assert read(**levels.document).list("fracture.levels") == expected
    assert "medications" in dictionary


def test_an_absent_list_is_unknown(read: Any) -> None:
    """Nothing said about a list is not an empty list."""
    facts = read()
    assert facts.list("medications").unknown is ABSENT
    assert "medications" not in facts.document
    assert "fracture" not in read(fracture={"levels": {"unknown": "absent"}}).document


def test_items_are_sorted_by_binding_and_labelled(read: Any) -> None:
    """An item is named by its text, else by what its code displays, else by its id."""
    found = _medications(
        read,
        {"id": "m3", "code": WARFARIN | {"display": "Warfarin sodium"}, "status": "active"},
        {"id": "m10", "text": "ibuprofen 200 mg", "code": WARFARIN | {"code": "5640", "display": "x"}},
        {"id": "m2", "code": WARFARIN},
        {"id": "M-1_a.b", "dose": "0.4 g", "frequency": "2/d", "text": None},
    )
    assert [(item.binding, item.id, item.label) for item in found.items] == [
        ("medications/M-1_a.b", "M-1_a.b", "M-1_a.b"),
        ("medications/m10", "m10", "ibuprofen 200 mg"),
        ("medications/m2", "m2", "m2"),
        ("medications/m3", "m3", "Warfarin sodium"),
    ]
    assert found.items[0].value("dose") == Span(Fraction(400), Fraction(400))
    assert found.items[0].value("frequency") == Span(Fraction(2), Fraction(2))
    assert found.items[0].value("text") == Unknown(Reason.NULL)
    assert found.items[0].value("last_dose") is ABSENT
    assert [item.value("substance") for item in found.items[1:]] == [
        Word("ibuprofen"),
        Word("warfarin"),
        Word("warfarin"),
    ]


@pytest.mark.parametrize(
    ("item", "bound"),
    [
        ({"text": "warfarin"}, {"": Word("warfarin")}),
        ({"code": WARFARIN}, {"": Word("warfarin")}),
        ({"text": "Aggrenox"}, {"#aspirin": Word("aspirin"), "#dipyridamole": Word("dipyridamole")}),
        ({"text": "heart pill"}, {"": Unknown(Reason.UNIDENTIFIED)}),
        ({}, {"": Unknown(Reason.UNIDENTIFIED)}),
        ({"text": None, "code": {"unknown": "refused"}}, {"": Unknown(Reason.UNIDENTIFIED)}),
        ({"text": "aspirin / mystery"}, {"#?": Unknown(Reason.UNIDENTIFIED), "#aspirin": Word("aspirin")}),
        (
            {"text": {"conflicting": ["warfarin", "aspirin"]}, "code": WARFARIN},
            {"": Unknown(Reason.CONTRADICTED, ("aspirin", "warfarin"))},
        ),
        (
            {"code": {"conflicting": [WARFARIN, WARFARIN | {"code": "1191"}]}},
            {"": Unknown(Reason.CONTRADICTED, ("rxnorm|11289", "rxnorm|1191"))},
        ),
    ],
)
def test_substances_are_recognised_and_bound(read: Any, item: Any, bound: dict[str, Any]) -> None:
    """Several substances are several bindings of one item; what cannot be identified is never ignored."""
    found = _medications(read, {"id": "m1", "status": "active", **item})
    assert {each.binding: each.value("substance") for each in found.items} == {
        f"medications/m1{part}": substance for part, substance in bound.items()
    }
    assert {(each.id, each.value("status")) for each in found.items} == {("m1", Word("active"))}


def test_a_code_against_its_text_is_a_contradiction(read: Any) -> None:
    """What the matcher says of an item stands in its substance."""
    (item,) = _medications(read, {"id": "m1", "code": WARFARIN, "text": "ibuprofen"}).items
    substance = item.value("substance")
    assert isinstance(substance, Unknown)
    assert substance.reason is Reason.CONTRADICTED
    assert substance.shown


def test_items_without_concepts_are_bound_once(read: Any) -> None:
    """A list of levels has levels, measured facts and groups, and nothing to recognise."""
    said = {"id": "f1", "level": "L1", "height": {"value": "2 cm", "taken": "2026-11-20"}, "note": {"by": "AB"}}
    facts = read(fracture={"levels": {"items": [said]}})
    (item,) = facts.list("fracture.levels").items
    assert (item.binding, item.label) == ("fracture.levels/f1", "f1")
    assert set(item.values) == {"level", "height", "height.taken", "note.by"}
    assert facts.document["fracture"]["levels"] == {
        "reconciled": False,
        "items": [
            {"id": "f1", "level": "L1", "height": {"value": "20 mm", "taken": "2026-11-20"}, "note": {"by": "AB"}}
        ],
    }


def test_the_normal_form_of_a_list_reads_back(read: Any) -> None:
    """Items stand in the order of their ids, one per item whatever its substances, and give the same facts again."""
    items = [{"id": "m2", "text": "Aggrenox"}, {"id": "m1", "text": "warfarin", "last_dose": "2026-11-20"}]
    facts = read(medications={"reconciled": True, "items": items})
    assert [item["id"] for item in facts.document["medications"]["items"]] == ["m1", "m2"]
    again = read(**facts.document)
    assert (again.document, again.lists) == (facts.document, facts.lists)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ([], "$.medications: a list in brackets is not a list of facts; expected `{"),
        ("none", "$.medications: `none` is not a list of facts"),
        ({"reconciled": "yes", "items": []}, "$.medications.reconciled: `yes` is neither true nor false"),
        ({"reconciled": True}, "$.medications.items: `null` is not a list of items; expected a list in brackets"),
        ({"reconciled": True, "items": {}}, "$.medications.items: an object in braces is not a list of items"),
        ({"items": [], "reconcild": True}, "did you mean `reconciled`?"),
        ({"unknown": "refused", "items": []}, "$.medications.items: `items` has no meaning here"),
        ({"items": ["warfarin"]}, "$.medications.items[0]: `warfarin` is not an item; expected an object with an `id`"),
        ({"items": [{"text": "warfarin"}]}, "$.medications.items[0].id: `null` is not an id; expected 1 to 64 letters"),
        ({"items": [{"id": "m 1"}]}, "$.medications.items[0].id: `m 1` is not an id"),
        ({"items": [{"id": "m" * 65}]}, "is not an id"),
        ({"items": [{"id": "m1\n"}]}, "is not an id"),
        ({"items": [{"id": 1}]}, "`1` is not an id"),
        ({"items": [{"id": "m1"}, {"id": "m1"}]}, "$.medications.items[1].id: the id `m1` stands twice"),
        (
            {"items": [{"id": "m1"}, {"id": "m2", "statu": "active"}]},
            "$.medications.items[1].statu: `statu` is not the name of a fact; did you mean `status`?",
        ),
        (
            {"items": [{"id": "m1", "substance": "warfarin"}]},
            "$.medications.items[0].substance: `substance` is recognised from `code` and `text`, it cannot be given",
        ),
        (
            {"items": [{"id": "m1", "last_dose": "2026-11-22"}]},
            "$.medications.items[0].last_dose: `last_dose` lies after `as_of`",
        ),
    ],
)
def test_refuses_what_is_no_list(refused: Any, said: Any, message: str) -> None:
    """The message names the item by its place."""
    assert message in refused(medications=said)


def test_refuses_an_item_without_a_required_fact(refused: Any) -> None:
    """A fact required of each item has to be known of each item."""
    items = [{"id": "f1", "level": "L1"}, {"id": "f2", "level": None}]
    assert refused(fracture={"levels": {"items": items}}) == (
        "$.fracture.levels.items[1].level: `level` is required; expected a known value"
    )
