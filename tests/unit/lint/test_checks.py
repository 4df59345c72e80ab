"""Each check of `cds ruleset lint` finds its slip, and says nothing where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import (
    MEDICATIONS,
    RESOLVED,
    loaded_from,
    overlaid_from,
    written,
)

from cds.errors import InputError
from cds.ir.from_ruleset import compile_ruleset
from cds.ruleset.loader import load_ruleset
from cds.verification.lint import Finding, findings_in
from cds.verification.lint.findings import all_checks

IDEAL = """
facts:
  ideal:
    type: quantity
    unit: kg
    calculated: {formula: ideal_body_weight, from: {height: height, sex: patient.sex}}
"""
SHIPPED = Path(__file__).parents[3] / "rulesets" / "vertebral-augmentation"
FACTS = """
facts:
  labs.inr: {type: number, minimum: "0", maximum: "20"}
  patient.ready: {type: boolean}
  patient.sex: {type: enum, values: [female, male, other]}
  procedure.status: {type: enum, values: [booked, done], required: true}
groups:
  before: {applies_when: {procedure.status: {is: booked}}}
"""
RESOLVE = (
    f'resolve: {{adopt: handout, because: "{RESOLVED["because"]}", by: "{RESOLVED["by"]}", decided: "2026-11-01"}}'
)


def findings(*fragments: str, as_of: str | None = None) -> tuple[Finding, ...]:
    """Give all findings in a ruleset made of fragments."""
    loaded = loaded_from(*fragments)
    return findings_in(loaded, compile_ruleset(loaded), as_of=as_of)


def paths(check: str, *fragments: str, as_of: str | None = None) -> list[str | None]:
    """Give the paths at which one check finds something."""
    return sorted(found.place.path for found in findings(*fragments, as_of=as_of) if found.check == check)


def rule(condition: str, more: str = "") -> str:
    """Write a ruleset with one rule."""
    return f"rules: {{rule: {{when: {condition}{more}}}}}"


READY = rule("{patient.ready: {is: true}}")
SHOWN = f"parameters: {{stay: {{positions: {{handout: {{value: short, confirmed: primary}}}}, {RESOLVE}}}}}"


@pytest.mark.parametrize(
    ("check", "fragments", "expected"),
    [
        (
            "unused-parameters",
            ["parameters: {used: {unset: none}, idle: {unset: none}}", rule('{labs.inr: {more_than: "$used"}}')],
            ["parameters.idle"],
        ),
        (
            "unused-parameters",
            [
                "parameters: {used: {unset: none}}",
                "groups: {late: {applies_when: {procedure.status: {is: done}}}}",
                'derive: {high: {when: {labs.inr: {more_than: "$used"}}}}',
                READY,
            ],
            [],
        ),
        ("unused-parameters", ["parameters: {asked: {unset: none}}", rule("{$asked: {set: true}}")], []),
        (
            "unused-sources",
            [
                f'parameters: {{p: {{positions: {{handout: {{value: "1", confirmed: primary}}}}, {RESOLVE}}}}}',
                'derive: {high: {when: {labs.inr: {more_than: "1"}}, sources: [society]}}',
                READY,
            ],
            ["sources.hearsay"],
        ),
        (
            "unused-facts",
            [
                "facts: {patient.note: {type: text}, patient.kept: {type: boolean, note: For the report}}",
                rule("{patient.ready: {is: true}}", ", group: before"),
            ],
            ["facts[labs.inr]", "facts[patient.sex]"],
        ),
        (
            "unused-facts",
            ["facts: {labs.inr: {taken: true}}", rule("{labs.inr.taken: {at_most: 7 d, before: as_of}}")],
            ["facts[patient.ready]", "facts[patient.sex]"],
        ),
        (
            "unused-facts",
            [
                "facts: {height: {type: quantity, unit: cm}}",
                IDEAL,
                rule("{labs.inr: {at_least: 1}}"),
            ],
            ["facts.ideal", "facts[patient.ready]"],
        ),
        (
            "unused-facts",
            [
                "facts: {visits: {type: list, items: {open: {type: boolean}, idle: {type: boolean}}}}",
                rule('{exists: {each: "visit in visits", where: {visit.open: {is: true}}}}'),
            ],
            ["facts.visits.items.idle", "facts[labs.inr]", "facts[patient.ready]", "facts[patient.sex]"],
        ),
        (
            "unused-classes",
            [MEDICATIONS, "rules: {rule: {for_each: med in medications, when: {med.substance: {in_class: nsaid}}}}"],
            ["classes.anticoagulant", "classes.antiplatelet"],
        ),
        (
            "unused-classes",
            [MEDICATIONS, "classes: {spare: {title: Spare, note: kept for the rules of sites}}", READY],
            ["classes.anticoagulant", "classes.antiplatelet", "classes.nsaid"],
        ),
        (
            "unconfirmed-codes",
            [
                MEDICATIONS,
                "facts: {labs.inr: {codes: [{system: loinc, code: 1-8, unconfirmed: from memory}]}}",
                "products: [{system: rxnorm, code: '7', substances: [ibuprofen], unconfirmed: from memory}]",
                "substances: {ibuprofen: {codes: [{system: atc, code: M01, confirmed: read}]}}",
            ],
            ["facts[labs.inr].codes[0]", "products[0]"],
        ),
        ("unused-groups", [READY], ["groups.before"]),
        ("unused-groups", [rule("{patient.ready: {is: true}}", ", group: before")], []),
        ("unused-advice", [READY], ["advice.continue", "advice.hold", "advice.identify", "advice.refer"]),
        ("unconfirmed-only", [rule("{patient.ready: {is: true}}", ", sources: [hearsay]")], ["rules[rule].sources"]),
        ("unconfirmed-only", [rule("{patient.ready: {is: true}}", ", sources: [hearsay, {id: society}]")], []),
        ("missing-texts", [READY], ["rules[rule].then"]),
        ("missing-texts", [rule("{patient.ready: {is: true}}", ", text: Go.")], []),
        (
            "ask-prompts",
            ['facts: {labs.inr: {ask: "Tell the INR."}}', rule('{labs.inr: {more_than: "1"}}')],
            ["facts[labs.inr].ask"],
        ),
        (
            "ask-prompts",
            [MEDICATIONS, "facts: {medications: {items: {status: {ask: Status}}}}", READY],
            ["facts.medications.items.status.ask"],
        ),
        ("missing-locators", [READY], ["rules[rule].sources[0]"]),
        (
            "missing-locators",
            [rule("{patient.ready: {is: true}}", ', sources: [{id: handout}, {id: society, locator: "p. 1"}]')],
            ["rules[rule].sources[0]"],
        ),
        (
            "missing-locators",
            [
                (
                    f'parameters: {{p: {{positions: {{handout: {{value: "1", confirmed: primary}}, '
                    f'hearsay: {{value: "2", confirmed: unconfirmed}}}}, {RESOLVE}}}}}'
                ),
                rule("{patient.ready: {is: true}}", ', sources: [{id: handout, locator: "p. 1"}]'),
            ],
            ["parameters.p.positions.handout"],
        ),
        (
            "overlapping-names",
            [MEDICATIONS, "substances: {warfarin: {brands: [ADVIL, Coumadin]}}", READY],
            ["substances.warfarin.brands[0]"],
        ),
        (
            "overlapping-names",
            [MEDICATIONS, "products: [{brand: Advil, substances: [ibuprofen, aspirin], confirmed: read}]", READY],
            ["products[0].brand"],
        ),
        ("same-rule-twice", [READY, "rules: {again: {when: {patient.ready: {is: true}}}}"], ["rules[again]"]),
        ("same-rule-twice", [READY, "rules: {other: {when: {patient.ready: {is: true}}, kind: timing}}"], []),
        ("same-rule-twice", [READY, "rules: {other: {when: {patient.ready: {is: false}}}}"], []),
        (
            "same-rule-twice",
            [READY, SHOWN, "rules: {other: {when: {patient.ready: {is: true}}, shows: [$stay]}}"],
            [],
        ),
    ],
)
def test_a_check_finds_its_slip(check: str, fragments: list[str], expected: list[str]) -> None:
    """A check finds exactly the places where its slip is."""
    assert paths(check, FACTS, *fragments) == expected


@pytest.mark.parametrize(
    ("condition", "more"),
    [
        ("{procedure.status: {is: done}}", ", group: before"),
        ("{all: [{patient.ready: {is: true}}, {patient.ready: {is: false}}]}", ""),
        ("{all: [{patient.sex: {is: male}}, {not: {patient.sex: {in: [male, other]}}}]}", ""),
        ("{all: [{patient.sex: {is_not: male}}, {patient.sex: {is_not: female}}, {patient.sex: {is_not: other}}]}", ""),
        ('{all: [{labs.inr: {more_than: "2"}}, {labs.inr: {at_most: "2"}}]}', ""),
        ('{labs.inr: {more_than: "20"}}', ""),
        ('{labs.inr: {less_than: "0"}}', ""),
        (
            (
                "{all: [{any: [{patient.ready: {is: true}}, {patient.sex: {is: male}}]}, {patient.ready: {is: false}},"
                " {patient.sex: {is: other}}]}"
            ),
            "",
        ),
    ],
)
def test_what_nobody_can_make_true_is_found(condition: str, more: str) -> None:
    """A condition that contradicts itself, its group or the dictionary is found."""
    assert paths("never-true", FACTS, rule(condition, more)) == ["rules[rule]"]


@pytest.mark.parametrize(
    ("condition", "more"),
    [
        ("{procedure.status: {is: booked}}", ", group: before"),
        ("{all: [{patient.ready: {is: true}}, {patient.sex: {is: male}}]}", ""),
        ('{all: [{labs.inr: {at_least: "2"}}, {labs.inr: {at_most: "2"}}]}', ""),
        ('{all: [{labs.inr: {more_than: "2"}}, {labs.inr: {less_than: "2.1"}}]}', ""),
        ('{labs.inr: {at_least: "20"}}', ""),
        ('{not: {labs.inr: {more_than: "20"}}}', ""),
        ("{all: [{patient.ready: {known: true}}, {patient.ready: {is: true}}]}", ", judges: data_quality"),
    ],
)
def test_what_somebody_can_make_true_is_not(condition: str, more: str) -> None:
    """A condition that some patient meets is not reported."""
    assert paths("never-true", FACTS, rule(condition, more)) == []


def test_substances_lists_and_rows_are_tried_too() -> None:
    """Contradictory substances and disposition rows are found; what is in lists is not tried, and not reported."""
    both = "{all: [{med.substance: {is: ibuprofen}}, {med.substance: {in_class: anticoagulant}}]}"
    per_item = f"rules: {{rule: {{for_each: med in medications, when: {both}}}}}"
    assert paths("never-true", MEDICATIONS, per_item) == ["rules[rule]"]
    one = "rules: {rule: {for_each: med in medications, when: {med.substance: {in_class: nsaid}}}}"
    assert paths("never-true", MEDICATIONS, one) == []
    row = (
        "dispositions: [{code: defer, when: {all: [{patient.ready: {is: true}}, {patient.ready: {is: false}}]}, "
        "text: Wait}, {code: proceed, text: Go}]"
    )
    assert paths("never-true", FACTS, row, READY) == ["dispositions[0].when"]
    quantified = '{exists: {each: "med in medications", where: {med.substance: {is: warfarin}}}}'
    assert paths("never-true", MEDICATIONS, rule(quantified)) == []
    result = "rules: {other: {when: {all: [{rule: {applies: rule}}, {patient.ready: {is: true}}]}}}"
    assert paths("never-true", FACTS, READY, result) == []


def test_what_is_not_adopted_here_may_be_elsewhere() -> None:
    """A rule for a policy that another site may adopt is reported only if no policy could make it true."""
    policy = f"parameters: {{policy: {{positions: {{handout: {{value: a, confirmed: primary}}}}, {RESOLVE}}}}}"
    more = policy.replace("{handout:", "{society: {value: b, confirmed: primary}, handout:")
    assert paths("never-true", FACTS, more, rule("{all: [{$policy: {is: b}}, {patient.ready: {is: true}}]}")) == []
    assert (
        paths("never-true", FACTS, more, rule("{not: {any: [{$policy: {is: a}}, {patient.ready: {is: true}}]}}")) == []
    )
    contradiction = "{all: [{$policy: {is: b}}, {patient.sex: {is: male}}, {patient.sex: {is: female}}]}"
    assert paths("never-true", FACTS, more, rule(contradiction)) == ["rules[rule]"]
    inside = '{exists: {each: "med in medications", where: {$policy: {is: b}}}}'
    assert paths("never-true", FACTS, MEDICATIONS, more, rule(inside)) == []


def test_a_condition_on_many_facts_is_tried_within_bounds() -> None:
    """With more facts than can be tried together, the contradiction in a few of them is still found."""
    names = [f"patient.f{number}" for number in range(40)]
    facts = "facts: {" + ", ".join(f"{name}: {{type: boolean}}" for name in names) + "}"
    parts = ", ".join(f"{{{name}: {{is: true}}}}" for name in names)
    contradiction = f"{{all: [{{{names[0]}: {{is: false}}}}, {parts}]}}"
    assert paths("never-true", facts, rule(f"{{all: [{parts}]}}")) == []
    assert paths("never-true", facts, rule(contradiction)) == ["rules[rule]"]


def test_a_review_that_is_missing_or_overdue_is_found() -> None:
    """A ruleset without a day of review is found; one with it only when the day that is given has passed it."""
    review = 'lifecycle: {status: draft, review_by: "2027-01-01"}'
    assert paths("review-date", FACTS, READY) == ["lifecycle"]
    assert paths("review-date", FACTS, READY, review) == []
    assert paths("review-date", FACTS, READY, review, as_of="2027-01-01") == []
    assert paths("review-date", FACTS, READY, review, as_of="2027-01-02") == ["lifecycle.review_by"]
    with pytest.raises(InputError, match="`2027-02-30`"):
        findings(FACTS, READY, as_of="2027-02-30")


def test_findings_are_placed_and_in_order() -> None:
    """Findings name the file from the ruleset's folder on, and come in the order of their places."""
    found = findings(FACTS, READY)
    assert {finding.place.file for finding in found} == {"ruleset.yaml"}
    places = [(finding.place.line, finding.place.column) for finding in found]
    assert places == sorted(places)


def test_findings_in_what_an_overlay_extends_are_placed_there() -> None:
    """A finding in the base of an overlay names the base's own file."""
    loaded = overlaid_from("advice: {more: {title: More}}", FACTS, READY)
    found = findings_in(loaded, compile_ruleset(loaded))
    files = {finding.place.path: str(finding.place.file) for finding in found}
    assert files["advice.more"] == "site.yaml"
    assert files["advice.refer"].endswith("/base/ruleset.yaml")


def test_source_attributes_are_asked_for_and_match_the_facts(tmp_path: Path) -> None:
    """A ruleset without the file is found, and one whose file does not name the sex that its facts have."""

    def said() -> list[str]:
        loaded = load_ruleset(tmp_path / "base")
        found = findings_in(loaded, compile_ruleset(loaded))
        return [finding.message for finding in found if finding.check == "source-attributes"]

    written(tmp_path / "base", FACTS, READY)
    (asked,) = said()
    assert "no source attributes" in asked
    shipped = (SHIPPED / "attributes.yaml").read_text(encoding="utf-8")
    companion = tmp_path / "base" / "attributes.yaml"
    companion.write_text(shipped, encoding="utf-8")
    assert any("names the fact `patient.age`, which there is not" in message for message in said())
    assert not any("patient.sex" in message for message in said())
    companion.write_text(shipped.replace("used: true, facts: [patient.sex]", "used: false"), encoding="utf-8")
    assert "the source attribute `sex` does not name the fact `patient.sex`" in said()
    companion.write_text(shipped.replace("intended_use:", "intended:"), encoding="utf-8")
    assert all("cannot be read" in message for message in said())


def test_every_check_has_a_case_here() -> None:
    """No check is without a test: each one's name stands in this file."""
    with open(__file__, encoding="utf-8") as file:  # noqa: PTH123  # this very file
        text = file.read()
    assert [name for name, _ in all_checks() if f'"{name}"' not in text] == []
