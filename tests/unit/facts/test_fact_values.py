"""Facts, one by one: what is read, what is refused, and the normal form."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from cds.facts.instants import Zone, parse_instant
from cds.facts.model import ABSENT, Coded, Facts, Reason, Span, Text, TimeSpan, Unknown, Value, Word
from cds.terminology.codes import Code, System

NEW_YORK = Zone("America/New_York")
LOINC = System.LOINC.uri


def _at(text: str) -> TimeSpan:
    return parse_instant(text, NEW_YORK)


def _single(value: str) -> Span:
    return Span(Fraction(value), Fraction(value))


def _nested(name: str, value: Any) -> dict[str, Any]:
    *groups, last = name.split(".")
    document = {last: value}
    for group in reversed(groups):
        document = {group: document}
    return document


def _inside(document: Any, name: str) -> Any:
    for step in name.split("."):
        document = document.get(step, "left out") if isinstance(document, dict) else "left out"
    return document


KNOWN = [
    ("fracture.painful", True, Word(value=True), True),
    ("fracture.painful", False, Word(value=False), False),
    ("patient.sex", "female", Word("female"), "female"),
    ("fracture.pain_score", 8, _single("8"), "8"),
    ("fracture.pain_score", "8.0", _single("8"), "8"),
    ("fracture.pain_score", Decimal("7.5"), _single("7.5"), "7.5"),
    ("fracture.pain_score", {"from": 3, "to": "4.5"}, Span(Fraction(3), Fraction(9, 2)), {"from": "3", "to": "4.5"}),
    ("fracture.pain_score", {"from": 3, "to": "3.0"}, _single("3"), "3"),
    ("patient.age", "74 a", _single("74"), "74 a"),
    ("patient.age", "888 mo", _single("74"), "74 a"),
    ("patient.age", "0 a", _single("0"), "0 a"),
    ("patient.age", "130 a", _single("130"), "130 a"),
    ("patient.age", {"from": "70 a", "to": "960 mo"}, Span(Fraction(70), Fraction(80)), {"from": "70 a", "to": "80 a"}),
    ("postop.temperature", "101 [degF]", _single("115/3"), "115/3 Cel"),
    ("postop.temperature", "115/3 Cel", _single("115/3"), "115/3 Cel"),
    ("labs.creatinine", "100 umol/L", _single("1.1312"), "1.1312 mg/dL"),
    ("procedure.start", "2026-12-01T08:00:00-05:00", _at("2026-12-01T13:00Z"), "2026-12-01T13:00:00.000000Z"),
    ("procedure.start", "2026-12-01", _at("2026-12-01"), "2026-12-01"),
    (
        "procedure.start",
        {"from": "2026-12-01", "to": "2026-12-01T12:00-05:00"},
        TimeSpan(_at("2026-12-01").low, _at("2026-12-01T17:00Z").low),
        {"from": "2026-12-01", "to": "2026-12-01T17:00:00.000000Z"},
    ),
    (
        "procedure.start",
        {"from": "2026-12-01T05:00Z", "to": "2026-12-02T04:59:59.999999Z"},
        _at("2026-12-01"),
        "2026-12-01",
    ),
    (
        "procedure.start",
        {"from": "2026-12-01T08:00-05:00", "to": "2026-12-03"},
        TimeSpan(_at("2026-12-01T13:00Z").low, _at("2026-12-03").high),
        {"from": "2026-12-01T13:00:00.000000Z", "to": "2026-12-03"},
    ),
    (
        "procedure.start",
        {"from": "2026-12-01T05:00Z", "to": "2026-12-01T00:00-05:00"},
        _at("2026-12-01T05:00Z"),
        "2026-12-01T05:00:00.000000Z",
    ),
    ("fracture.onset", "2026-10-27", _at("2026-10-27"), "2026-10-27"),
    ("fracture.onset", "2026-10-28T03:00:00Z", _at("2026-10-27"), "2026-10-27"),
    (
        "fracture.onset",
        {"from": "2026-10-01", "to": "2026-10-27T10:00-04:00"},
        TimeSpan(_at("2026-10-01").low, _at("2026-10-27").high),
        {"from": "2026-10-01", "to": "2026-10-27"},
    ),
    ("fracture.onset", "2026-11-21", _at("2026-11-21"), "2026-11-21"),
    ("patient.note", "cafe\u0301\tbar", Text("café\tbar"), "café\tbar"),
    (
        "labs.sample",
        {"system": LOINC, "code": "6301-6"},
        Coded(Code(System.LOINC, "6301-6")),
        {"system": LOINC, "code": "6301-6"},
    ),
    (
        "labs.sample",
        {"display": "INR", "code": "6301-6", "system": LOINC},
        Coded(Code(System.LOINC, "6301-6")),
        {"system": LOINC, "code": "6301-6", "display": "INR"},
    ),
    (
        "labs.sample",
        {"system": LOINC, "code": "6301-6", "display": None},
        Coded(Code(System.LOINC, "6301-6")),
        {"system": LOINC, "code": "6301-6"},
    ),
]
UNKNOWN = [
    ("fracture.painful", None, Unknown(Reason.NULL), None),
    ("fracture.painful", {"unknown": "refused"}, Unknown(Reason.REFUSED), {"unknown": "refused"}),
    ("patient.note", {"unknown": "not_assessed"}, Unknown(Reason.NOT_ASSESSED), {"unknown": "not_assessed"}),
    ("patient.age", {"unknown": "absent"}, ABSENT, "left out"),
    ("labs.sample", None, Unknown(Reason.NULL), None),
]
CONFLICTING = [
    ("patient.sex", ["male", "male"], Word("male"), "male"),
    ("postop.temperature", ["38.3 Cel", "100.94 [degF]"], _single("38.3"), "38.3 Cel"),
    (
        "patient.sex",
        ["male", "female", "male"],
        Unknown(Reason.CONTRADICTED, ("female", "male")),
        {"conflicting": ["female", "male"]},
    ),
    (
        "fracture.painful",
        [True, False],
        Unknown(Reason.CONTRADICTED, ("false", "true")),
        {"conflicting": [False, True]},
    ),
    (
        "fracture.pain_score",
        [8, {"from": 2, "to": 3}],
        Unknown(Reason.CONTRADICTED, ("8", "2 to 3")),
        {"conflicting": ["8", {"from": "2", "to": "3"}]},
    ),
    (
        "procedure.start",
        ["2026-12-01T08:00-05:00", "2026-12-01", {"from": "2026-12-01T13:00Z", "to": "2026-12-02"}],
        Unknown(
            Reason.CONTRADICTED, ("2026-12-01", "2026-12-01T08:00:00-05:00", "2026-12-01T08:00:00-05:00 to 2026-12-02")
        ),
        {
            "conflicting": [
                "2026-12-01",
                "2026-12-01T13:00:00.000000Z",
                {"from": "2026-12-01T13:00:00.000000Z", "to": "2026-12-02"},
            ]
        },
    ),
    (
        "labs.sample",
        [{"system": LOINC, "code": "2"}, {"system": LOINC, "code": "1", "display": "One"}],
        Unknown(Reason.CONTRADICTED, ("loinc|1", "loinc|2")),
        {"conflicting": [{"system": LOINC, "code": "1", "display": "One"}, {"system": LOINC, "code": "2"}]},
    ),
    (
        "labs.sample",
        [{"system": LOINC, "code": "1", "display": "One"}, {"system": LOINC, "code": "1", "display": "Eins"}],
        Coded(Code(System.LOINC, "1")),
        {"system": LOINC, "code": "1", "display": "Eins"},
    ),
]


@pytest.mark.parametrize(
    ("name", "said", "value", "normal"),
    [*KNOWN, *UNKNOWN, *((name, {"conflicting": reports}, *rest) for name, reports, *rest in CONFLICTING)],
)
def test_reads_a_fact(read: Any, name: str, said: Any, value: Value, normal: Any) -> None:
    """A fact gives a value and a normal form, and the normal form gives both again."""
    facts = read(**(_with_status(name, said) if name.startswith("procedure.") else _nested(name, said)))
    assert facts.value(name) == value
    assert _inside(facts.document, name) == normal
    again = read(**facts.document)
    assert (again.values, again.document) == (facts.values, facts.document)


def _with_status(name: str, said: Any) -> dict[str, Any]:
    return {"procedure": {"status": "booked", name.removeprefix("procedure."): said}}


MEASURED = [
    (
        {"value": "1.1", "taken": "2026-11-20"},
        _single("1.1"),
        _at("2026-11-20"),
        {"value": "1.1", "taken": "2026-11-20"},
    ),
    ("1.1", _single("1.1"), ABSENT, "1.1"),
    ({"value": 2}, _single("2"), ABSENT, "2"),
    (None, Unknown(Reason.NULL), ABSENT, None),
    ({"value": None}, Unknown(Reason.NULL), ABSENT, None),
    ({"unknown": "refused"}, Unknown(Reason.REFUSED), ABSENT, {"unknown": "refused"}),
    (
        {"value": {"unknown": "refused"}, "taken": None},
        Unknown(Reason.REFUSED),
        Unknown(Reason.NULL),
        {"value": {"unknown": "refused"}, "taken": None},
    ),
    ({"taken": "2026-11-20"}, ABSENT, _at("2026-11-20"), {"taken": "2026-11-20"}),
    ({}, ABSENT, ABSENT, "left out"),
    ({"from": 1, "to": 2}, Span(Fraction(1), Fraction(2)), ABSENT, {"from": "1", "to": "2"}),
    (
        {"value": {"from": 1, "to": 2}, "taken": {"unknown": "not_assessed"}},
        Span(Fraction(1), Fraction(2)),
        Unknown(Reason.NOT_ASSESSED),
        {"value": {"from": "1", "to": "2"}, "taken": {"unknown": "not_assessed"}},
    ),
    ({"conflicting": ["1.1", "1.10"]}, _single("1.1"), ABSENT, "1.1"),
    (
        {"conflicting": [{"value": "1.1", "taken": "2026-11-20"}, {"value": "1.4", "taken": "2026-11-20"}]},
        Unknown(Reason.CONTRADICTED, ("1.1", "1.4")),
        _at("2026-11-20"),
        {"value": {"conflicting": ["1.1", "1.4"]}, "taken": "2026-11-20"},
    ),
    (
        {"conflicting": [{"value": "1.1", "taken": "2026-11-20"}, {"value": "1.1", "taken": "2026-11-19"}]},
        _single("1.1"),
        Unknown(Reason.CONTRADICTED, ("2026-11-19", "2026-11-20")),
        {"value": "1.1", "taken": {"conflicting": ["2026-11-19", "2026-11-20"]}},
    ),
    (
        {"conflicting": [{"value": "1.1", "taken": "2026-11-20"}, "1.1", {"value": "1.1", "taken": None}]},
        _single("1.1"),
        _at("2026-11-20"),
        {"value": "1.1", "taken": "2026-11-20"},
    ),
    (
        {"conflicting": [{"value": "1.1", "taken": {"unknown": "refused"}}, {"value": "1.1", "taken": None}]},
        _single("1.1"),
        Unknown(Reason.NULL),
        {"value": "1.1", "taken": None},
    ),
]


@pytest.mark.parametrize(("said", "value", "taken", "normal"), MEASURED)
def test_reads_a_measured_fact(read: Any, said: Any, value: Value, taken: Value, normal: Any) -> None:
    """A measured fact and its time are two facts, written together."""
    facts: Facts = read(labs={"inr": said})
    assert (facts.value("labs.inr"), facts.value("labs.inr.taken")) == (value, taken)
    assert _inside(facts.document, "labs.inr") == normal
    again = read(**facts.document)
    assert (again.values.get("labs.inr", ABSENT), again.value("labs.inr.taken")) == (value, taken)
    assert again.document == facts.document


REFUSED = [
    ("fracture.painful", "true", "$.fracture.painful: `true` is neither true nor false; expected `true` or `false`"),
    ("fracture.painful", 1, "`1` is neither true nor false"),
    (
        "patient.sex",
        "femal",
        "`femal` is not a value of `patient.sex`; expected one of `female`, `male`, `other`; did you mean `female`?",
    ),
    ("patient.sex", True, "`true` is not a value of `patient.sex`; expected one of `female`, `male`, `other`"),
    ("patient.sex", ["female"], "a list in brackets is not a value of `patient.sex`"),
    ("patient.sex", "Female", "did you mean `female`?"),
    ("fracture.pain_score", True, "`true` is not an exact number"),
    ("fracture.pain_score", 7.5, "a value that JSON does not have is not an exact number"),
    ("fracture.pain_score", "8/10", "`8/10` is not a number"),
    ("fracture.pain_score", 11, "`11` is not possible for `fracture.pain_score`; expected at most `10`"),
    ("fracture.pain_score", "-0.1", "`-0.1` is not possible for `fracture.pain_score`; expected at least `0`"),
    (
        "fracture.pain_score",
        {"from": 1, "to": 11},
        "$.fracture.pain_score.to: `11` is not possible for `fracture.pain_score`; expected at most `10`",
    ),
    ("fracture.pain_score", {"from": 2, "to": 1}, "$.fracture.pain_score: `from` lies above `to`"),
    ("fracture.pain_score", {"from": 2}, "the interval has no `to`; expected both `from` and `to`"),
    ("fracture.pain_score", {}, "the interval has no `from`"),
    (
        "fracture.pain_score",
        {"form": 2, "to": 3},
        "$.fracture.pain_score.form: `form` has no meaning here; expected one of `from`, `to`; did you mean `from`?",
    ),
    ("patient.age", 74, "`74` has no unit; expected text with a UCUM unit that converts to `a`"),
    ("patient.age", "74", "`74` has no unit"),
    ("patient.age", "74 y", "`y` is not a UCUM unit; did you mean `a`?"),
    ("patient.age", "74 kg", "$.patient.age: `kg` cannot be converted to `a`: they measure different things"),
    ("patient.age", "131 a", "`131 a` is not possible for `patient.age`; expected at most `130 a`"),
    ("patient.age", {"from": "1 a", "to": "x"}, "$.patient.age.to: `x` is not a quantity"),
    ("fracture.onset", "2026-11-22", "$.fracture.onset: `fracture.onset` lies after `as_of`"),
    ("fracture.onset", {"from": "2026-11-22", "to": "2026-11-23"}, "lies after `as_of`"),
    ("fracture.onset", {"from": "2026-11-20", "to": "2026-11-19"}, "`from` lies above `to`"),
    ("fracture.onset", {"from": "2026-11-20", "to": 5}, "$.fracture.onset.to: `5` is not a time"),
    ("fracture.onset", 20261027, "`20261027` is not a time; expected date, time and offset"),
    ("fracture.onset", "2026-02-30", "$.fracture.onset: `2026-02-30` is not on the calendar"),
    ("patient.note", 5, "`5` is not text; expected text in quotes"),
    ("patient.note", "", "the text is blank"),
    ("patient.note", " \n", "the text is blank"),
    ("patient.note", "a\x00b", "`a\\u0000b` has control characters"),
    ("patient.note", "a\ud800b", "`a\\ud800b` has control characters"),
    ("labs.sample", "6301-6", "`6301-6` is not a code; expected an object with `system` and `code`"),
    (
        "labs.sample",
        {"system": "loinc", "code": "1"},
        f"{', '.join(f'`{system.uri}`' for system in System)}; did you mean `{LOINC}`?",
    ),
    ("labs.sample", {"system": "http://loinc.org/", "code": "1"}, f"did you mean `{LOINC}`?"),
    ("labs.sample", {"system": 5, "code": "1"}, "`5` is not the URI of a code system"),
    ("labs.sample", {"code": "1"}, "$.labs.sample.system: `null` is not the URI"),
    ("labs.sample", {"system": LOINC}, "$.labs.sample.code: `null` is not text"),
    ("labs.sample", {"system": LOINC, "code": "1 2"}, "$.labs.sample.code: `1 2` is not a code"),
    ("labs.sample", {"system": LOINC, "code": "1" * 65}, "is not a code; expected at most 64 characters"),
    ("labs.sample", {"system": LOINC, "code": "1", "display": 5}, "$.labs.sample.display: `5` is not text"),
    ("labs.sample", {"system": LOINC, "code": "1", "version": "2"}, "`version` has no meaning here"),
    (
        "fracture.painful",
        {"unknown": "refuse"},
        "`refuse` is not a reason why a fact is unknown; expected one of `refused`, `not_assessed`, `absent`; did you",
    ),
    ("fracture.painful", {"unknown": None}, "`null` is not a reason"),
    ("fracture.painful", {"unknown": "contradicted"}, "`contradicted` is not a reason"),
    ("fracture.painful", {"unknown": "refused", "value": True}, "$.fracture.painful.value: `value` has no meaning"),
    ("fracture.painful", {"value": True}, "an object in braces is neither true nor false"),
    ("patient.sex", {"conflicting": []}, "$.patient.sex.conflicting: a conflict needs reports that differ"),
    ("patient.sex", {"conflicting": ["male"]}, "expected a list of two or more reports"),
    ("patient.sex", {"conflicting": "male"}, "expected a list of two or more reports"),
    ("patient.sex", {"conflicting": ["male", None]}, "$.patient.sex.conflicting[1]: `null` is not a value"),
    ("patient.sex", {"conflicting": ["male", {"unknown": "refused"}]}, "$.patient.sex.conflicting[1]: an object"),
    ("patient.sex", {"conflicting": ["male", "female"], "x": 1}, "$.patient.sex.x: `x` has no meaning here"),
    ("labs.inr", {"value": "1.1", "take": "2026"}, "$.labs.inr.take: `take` has no meaning here; expected one of"),
    ("labs.inr", {"value": "1.1", "taken": "yesterday"}, "$.labs.inr.taken: `yesterday` is not a time"),
    ("labs.inr", {"conflicting": ["1.1", None]}, "$.labs.inr.conflicting[1]: a report in a conflict has to be known"),
    (
        "labs.inr",
        {"conflicting": ["1", {"value": "1", "taken": {"conflicting": ["2026-11-20", "2026-11-19"]}}]},
        "$.labs.inr.conflicting[1]: a report in a conflict has to be known",
    ),
    ("labs.inr", {"conflicting": ["1", {"conflicting": ["1", "2"]}]}, "$.labs.inr.conflicting[1].conflicting"),
    (
        "patient.weight",
        {"value": "61 kg", "taken": "2026-11-22"},
        "$.patient.weight.taken: `patient.weight.taken` lies after `as_of`",
    ),
]


@pytest.mark.parametrize(("name", "said", "message"), REFUSED)
def test_refuses_an_impossible_fact(refused: Any, name: str, said: Any, message: str) -> None:
    """The message says where, what is wrong, what was expected and what was probably meant."""
    assert message in refused(**_nested(name, said))


def test_the_day_of_as_of_itself_is_not_after_it(read: Any) -> None:
    """A date that includes `as_of` may lie before it, so that it is no error."""
    assert read(fracture={"onset": "2026-11-21"}).value("fracture.onset") == _at("2026-11-21")
    assert read(patient={"weight": {"value": "61 kg", "taken": "2026-11-21T09:00-05:00"}}).value(
        "patient.weight.taken"
    ) == _at("2026-11-21T14:00Z")


def test_a_microsecond_after_as_of_is_refused(refused: Any) -> None:
    """The boundary of `not_after` is `as_of` itself."""
    said = {"weight": {"value": "61 kg", "taken": "2026-11-21T09:00:00.000001-05:00"}}
    assert "lies after `as_of`" in refused(patient=said)
