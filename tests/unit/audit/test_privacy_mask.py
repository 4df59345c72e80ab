"""A field mask: which names it may have, and what it takes out of facts and of the decision beside them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from cds import actions
from cds.actions.rulesets import Ruleset
from cds.audit.privacy.mask import EACH, Mask, item_facts, mask_of
from cds.audit.privacy.masked_decision import Masked, comparable, masked_decision
from cds.errors import InputError
from cds.facts.dictionary import FactType
from cds.facts.model import Facts
from cds.facts.schema import parse_facts

Json = Any


@pytest.fixture(scope="module")
def ruleset() -> Ruleset:
    """Load the shipped ruleset."""
    return actions.load_ruleset()


@pytest.fixture(scope="module")
def anchors(ruleset: Ruleset) -> dict[tuple[str, str], str]:
    """Say what each date of the ruleset is counted from."""
    return {
        (rule.id, date.name): f"{rule.list}.{EACH}.{date.anchor.name}" if date.anchor.variable else date.anchor.name
        for rule in ruleset.program.rules.values()
        for date in rule.dates
    }


@pytest.fixture(scope="module")
def patients(ruleset: Ruleset) -> list[Facts]:
    """Read every third shipped patient."""
    return [actions.read_patient(path.read_bytes(), ruleset).facts for path in actions.shipped_patients()[::3]]


@pytest.fixture
def mask(ruleset: Ruleset) -> Callable[..., Mask]:
    """Make a mask by the shipped dictionary."""
    return lambda *names: mask_of(names, ruleset.program.dictionary)


FACTS: dict[str, Any] = {
    "schema": "cds-facts/1",
    "subject": "demo-001",
    "as_of": "2026-11-21T14:00:00.000000Z",
    "zone": "America/New_York",
    "patient": {"age": "74 a", "weight": {"value": "61 kg", "taken": "2026-11-19"}},
    "labs": {"inr": {"value": "1.1", "taken": "2026-11-20"}, "egfr": {"unknown": "refused"}},
    "neuro": {"deficit": False},
    "procedure": {"status": "booked", "start": "2026-12-01T13:00:00.000000Z"},
    "allergies": None,
    "medications": {
        "reconciled": True,
        "items": [
            {"id": "m1", "text": "Advil of Mr Smith", "status": "active"},
            {"id": "m2", "text": "warfarin", "status": "active", "loading_dose": "5 mg"},
        ],
    },
}


def without(*path: str | int) -> dict[str, Any]:
    """Give the facts without what stands at a path."""
    changed = copy.deepcopy(FACTS)
    inner: Any = changed
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return changed


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("patient.age", without("patient", "age")),
        ("patient.weight", without("patient", "weight")),
        ("patient.weight.taken", {**FACTS, "patient": {"age": "74 a", "weight": "61 kg"}}),
        ("labs.egfr", without("labs", "egfr")),
        ("neuro.deficit", without("neuro")),
        ("allergies", without("allergies")),
        ("medications", without("medications")),
        ("medications.*.loading_dose", without("medications", "items", 1, "loading_dose")),
    ],
)
def test_a_masked_fact_is_taken_out(mask: Callable[..., Mask], name: str, left: dict[str, Any]) -> None:
    """With its time and with a group that is empty then; the document that was given stays as it was."""
    before = copy.deepcopy(FACTS)
    masked = mask(name, "patient.height").facts(FACTS)
    assert masked.document == left
    assert masked.removed == (name,)
    assert before == FACTS


def test_a_fact_of_every_item_is_taken_out(mask: Callable[..., Mask]) -> None:
    """The items stay, and all else that was said of them."""
    masked = mask("medications.*.text").facts(FACTS)
    assert [sorted(item) for item in masked.document["medications"]["items"]] == [
        ["id", "status"],
        ["id", "loading_dose", "status"],
    ]
    assert "Smith" not in json.dumps(masked.document)


def test_a_time_that_stands_alone_is_taken_out(mask: Callable[..., Mask]) -> None:
    """A weight of which only the time is known leaves nothing."""
    facts = {**FACTS, "patient": {"weight": {"taken": "2026-11-19"}}}
    assert mask("patient.weight.taken").facts(facts).document == without("patient")


def test_what_was_not_said_is_not_named(mask: Callable[..., Mask]) -> None:
    """A record without any of the masked facts is complete, and is compared byte for byte."""
    masked = mask("patient.height", "intake", "allergies.*.text", "labs.egfr.taken").facts(FACTS)
    assert masked.document is FACTS
    assert masked.removed == ()


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("patient.wieght", "`patient.wieght` is not the name of a fact; did you mean `patient.weight`?"),
        ("medications.text", "is not the name of a fact; did you mean `medications.*.text`?"),
        ("medications.*.txt", "is not the name of a fact; did you mean `medications.*.text`?"),
        ("postop", "`postop` is a group of facts; expected the names of its facts"),
        ("as_of", "`as_of` cannot be masked: a record is about it"),
        ("subject", "`subject` cannot be masked: a record is about it"),
        ("medications.*.id", "`medications.*.id` cannot be masked: a record is about it"),
        ("procedure.status", "`procedure.status` cannot be masked: nothing can be decided without it"),
        ("medications.*.substance", "is recognised, never stored; expected `medications.*.code`, `medications.*.text`"),
        ("patient.body_mass_index", "is calculated, never stored; expected `patient.weight`, `patient.height`"),
        ("", "`` is not the name of a fact"),
    ],
)
def test_a_name_that_cannot_be_masked_is_refused(mask: Callable[..., Mask], name: str, problem: str) -> None:
    """With the nearest name that can, or why not."""
    with pytest.raises(InputError) as told:
        mask("patient.age", name)
    assert problem in str(told.value)


def test_every_other_name_can_be_masked(mask: Callable[..., Mask], ruleset: Ruleset) -> None:
    """Each fact of the dictionary and of its lists' items that is stored."""
    dictionary = ruleset.program.dictionary
    for name, declared in {**dictionary, **item_facts(dictionary)}.items():
        if name == "as_of" or declared.required or declared.calculated or declared.type is FactType.CONCEPT:
            continue
        assert mask(name).names == (name,)


def hidden(digest: str) -> str:
    """Stand in for a keyed hash."""
    return f"hidden:{len(digest)}"


def said_names(facts: Facts, ruleset: Ruleset) -> Iterator[str]:
    """Give every name that masks something of a patient, each alone."""
    dictionary = ruleset.program.dictionary
    for name, declared in {**dictionary, **item_facts(dictionary)}.items():
        if name == "as_of" or declared.required or declared.calculated or declared.type is FactType.CONCEPT:
            continue
        if Mask((name,)).facts(facts.document).removed:
            yield name


def decided(facts: Facts, ruleset: Ruleset) -> dict[str, Any]:
    """Decide by the reference engine."""
    return dict(actions.evaluate(ruleset, facts, engines="reference").document)


def parsed(document: Mapping[str, Json], ruleset: Ruleset) -> Facts:
    """Read a facts document."""
    return parse_facts(document, ruleset.program.dictionary, ruleset.program.concepts)


def test_masked_facts_are_in_normal_form(ruleset: Ruleset, patients: list[Facts]) -> None:
    """They read back, and as themselves."""
    for facts in patients[::4]:
        for name in said_names(facts, ruleset):
            document = Mask((name,)).facts(facts.document).document
            assert parsed(document, ruleset).document == document


def test_without_masked_facts_a_decision_is_stored_whole(
    ruleset: Ruleset, anchors: dict[tuple[str, str], str], patients: list[Facts]
) -> None:
    """Byte for byte, digest included."""
    decision = decided(patients[0], ruleset)
    assert masked_decision(decision, Masked((), ruleset.program.dictionary, anchors), keyed_digest=hidden) == decision


def conclusions(decision: Mapping[str, Any]) -> list[Any]:
    """Give what a decision concludes, which a mask does not hide."""
    return [
        decision["disposition"]["code"],
        [
            (listed["rule"], listed["binding"], listed["status"], (listed["hold"] or {}).get("state"))
            for listed in decision["recommendations"]
        ],
        [asked["fact"] for asked in decision["ask"]],
    ]


CHANGED: dict[FactType, Callable[[Any], Any]] = {
    FactType.TEXT: lambda said: f"{said} of Mr Smith",
    FactType.NUMBER: lambda said: f"{said}1" if "." in str(said) else f"{said}.01",
    FactType.TIME: lambda said: (
        said.replace("2026-11-2", "2026-11-1").replace("T1", "T0").replace(":00:00.", ":07:00.")
    ),
    FactType.BOOLEAN: lambda said: not said,
}


def other_value(kind: FactType, said: Any) -> Any:
    """Give another value of a fact, or the same where none is easily made."""
    if isinstance(said, dict) and "value" in said:
        return {**said, "value": other_value(kind, said["value"])}
    if isinstance(said, dict) or said is None:
        return said
    if kind is FactType.QUANTITY:
        number, _, unit = said.partition(" ")
        return f"{CHANGED[FactType.NUMBER](number)} {unit}"
    return CHANGED[kind](said) if kind in CHANGED else said


def changed(document: Mapping[str, Any], name: str, kind: FactType) -> dict[str, Any]:
    """Give a patient who differs in one fact (of every item) alone."""
    copied: dict[str, Any] = copy.deepcopy(dict(document))
    *groups, last = name.split(".")
    inners: list[Any] = [copied]
    for step in groups:
        inners = inners[0]["items"] if step == EACH else [inners[0][step]]
    for inner in inners:
        if last in inner:
            inner[last] = other_value(kind, inner[last])
    return copied


def test_two_patients_who_differ_in_a_masked_value_are_stored_alike(
    ruleset: Ruleset, anchors: dict[tuple[str, str], str], patients: list[Facts]
) -> None:
    """Wherever the same was concluded for both: no value, no time and no word of the decision tells them apart."""
    dictionary, compared, told_apart_before = ruleset.program.dictionary, set(), 0
    kinds = {name: declared.type for name, declared in {**dictionary, **item_facts(dictionary)}.items()}
    for facts in patients[::4]:
        decision = decided(facts, ruleset)
        for name in said_names(facts, ruleset):
            if name.endswith(".taken"):
                continue
            try:
                other = parsed(changed(facts.document, name, kinds[name]), ruleset)
            except InputError:
                continue
            if other.document == facts.document:
                continue
            second = decided(other, ruleset)
            if conclusions(decision) != conclusions(second):
                continue
            masked = Masked((name,), dictionary, anchors)
            stored, beside = (masked_decision(each, masked, keyed_digest=hidden) for each in (decision, second))
            for one, two in zip(stored["recommendations"], beside["recommendations"], strict=True):
                assert {**one, "because": []} == {**two, "because": []}, name
                values = [{leaf["leaf"]: leaf["value"] for leaf in each["because"]} for each in (one, two)]
                assert all(values[0][leaf] == values[1][leaf] for leaf in values[0].keys() & values[1].keys()), name
            rest = [{**each, "recommendations": []} for each in (stored, beside)]
            assert rest[0] == rest[1], name
            compared.add(name)
            told_apart_before += decision["recommendations"] != second["recommendations"]
    assert len(compared) > 25
    assert told_apart_before > 25


def test_what_is_comparable_stays_so_when_it_was_stored(
    ruleset: Ruleset, anchors: dict[tuple[str, str], str], patients: list[Facts]
) -> None:
    """Replay may take it from a stored decision or from a whole one."""
    for facts in patients[::8]:
        decision = decided(facts, ruleset)
        for name in said_names(facts, ruleset):
            masked = Masked((name,), ruleset.program.dictionary, anchors)
            stored = masked_decision(decision, masked, keyed_digest=hidden)
            assert conclusions(stored) == conclusions(decision)
            assert comparable(stored, masked) == comparable(decision, masked)
            assert not {"digest", "facts_digest"} & comparable(stored, masked).keys()
            assert stored["digest"] == stored["facts_digest"] == hidden(decision["digest"])


def test_a_mask_that_did_not_matter_leaves_an_equal_decision(
    ruleset: Ruleset, anchors: dict[tuple[str, str], str], patients: list[Facts]
) -> None:
    """A name of a medicine that has a code as well is not missed when the record is decided again."""
    equal = unequal = 0
    for facts in patients[::10]:
        decision = decided(facts, ruleset)
        for name in said_names(facts, ruleset):
            masked = Masked((name,), ruleset.program.dictionary, anchors)
            again = decided(parsed(Mask((name,)).facts(facts.document).document, ruleset), ruleset)
            is_equal = comparable(decision, masked) == comparable(again, masked)
            equal, unequal = equal + is_equal, unequal + (not is_equal)
    assert equal > 20
    assert unequal > 20


def test_the_name_of_a_medicine_is_in_no_corner_of_a_masked_decision(
    ruleset: Ruleset, anchors: dict[tuple[str, str], str]
) -> None:
    """Neither in words, nor in questions, nor in holds."""
    path = next(path for path in actions.shipped_patients() if "Eliquis" in path.read_text())
    facts = actions.read_patient(path.read_bytes(), ruleset).facts
    decision = decided(facts, ruleset)
    masked = Masked(("medications.*.text",), ruleset.program.dictionary, anchors)
    assert "Eliquis" in json.dumps(decision)
    assert "Eliquis" not in json.dumps(masked_decision(decision, masked, keyed_digest=hidden))


def test_a_date_whose_anchor_is_not_known_is_not_told(ruleset: Ruleset, patients: list[Facts]) -> None:
    """What cannot be shown to be harmless is taken out."""
    facts = next(each for each in patients if any(r["dates"] for r in decided(each, ruleset)["recommendations"]))
    masked = Masked(("patient.age",), ruleset.program.dictionary, {})
    stored = masked_decision(decided(facts, ruleset), masked, keyed_digest=hidden)
    dates = [date for listed in stored["recommendations"] for date in listed["dates"]]
    assert dates
    assert all(date["at"] is None for date in dates)
