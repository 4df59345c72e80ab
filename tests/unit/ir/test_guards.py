"""The index of steps by substance: it leaves out only what is FALSE anyway."""

from __future__ import annotations

from builders import MEDICATIONS, listed, patient, program_of

from cds.backends.reference import At, Reference, truth_of
from cds.facts.model import Facts
from cds.ir.guards import guard, index_of
from cds.ir.kleene import FALSE
from cds.ir.program import Program

EACH = "for_each: med in medications"
RULES = """
facts: {levels: {type: list, items: {healed: {type: boolean}}}}
derive: {med.is_nsaid: {for_each: med in medications, when: {med.substance: {in_class: nsaid}}}}
rules:
  one: {for_each: med in medications, when: {med.substance: {is: warfarin}}}
  several: {for_each: med in medications, when: {med.substance: {in: [warfarin, aspirin]}}}
  class: {for_each: med in medications, when: {all: [{med.substance: {in_class: nsaid}}, {med.status: {is: active}}]}}
  both:
    for_each: med in medications
    when: {all: [{med.substance: {in_class: nsaid}}, {all: [{med.substance: {in_class: antiplatelet}}]}]}
  either: {for_each: med in medications, when: {any: [{med.substance: {is: warfarin}}, {med.status: {is: active}}]}}
  one-or-class:
    for_each: med in medications
    when: {any: [{med.substance: {is: warfarin}}, {med.substance: {in_class: nsaid}}]}
  negated: {for_each: med in medications, when: {not: {med.substance: {is: warfarin}}}}
  status: {for_each: med in medications, when: {med.status: {is: active}}}
  derived: {for_each: med in medications, when: {med.is_nsaid: {is: true}}}
  other: {for_each: level in levels, when: {level.healed: {is: true}}}
  patient: {when: {procedure.status: {is: booked}}}
"""


def concerned(program: Program, facts: Facts) -> dict[str, set[str]]:
    """Give the ids of the steps that are looked at, by binding."""
    return {
        item.binding: {
            step.id
            for layer in index_of(program).layers
            for step in (layer.by_list["medications"].concerning(item) if "medications" in layer.by_list else ())
        }
        for item in facts.list("medications").items
    }


def test_a_known_substance_is_looked_at_by_the_rules_that_admit_it() -> None:
    """Conjunctions narrow, disjunctions of such tests admit what any of them does, anything else every substance."""
    program = program_of(MEDICATIONS, RULES)
    facts = patient(program, medications=listed({"text": "warfarin"}, {"text": "aspirin"}, {"text": "ibuprofen"}))
    open_to_all = {"either", "negated", "status", "derived"}
    nsaid = {"derive:medications/is_nsaid", "class", "one-or-class"}
    assert concerned(program, facts) == {
        "medications/m1": {"one", "several", "one-or-class", *open_to_all},
        "medications/m2": {"several", "both", *nsaid, *open_to_all},
        "medications/m3": {*nsaid, *open_to_all},
    }


def test_what_could_be_anything_is_looked_at_by_all() -> None:
    """A medication that cannot be identified may be of any substance."""
    program = program_of(MEDICATIONS, RULES)
    facts = patient(program, medications=listed({"text": "the small white ones"}))
    [found] = concerned(program, facts).values()
    assert found == {step.id for step in program.steps if step.list == "medications"}


def test_positions_of_a_rule_admit_what_any_of_them_admits() -> None:
    """The index is one for all worlds."""
    rule = """
    rules:
      rule:
        for_each: med in medications
        positions:
          handout: {when: {med.substance: {is: warfarin}}, confirmed: primary}
          society: {when: {med.substance: {is: SECOND}}, confirmed: primary}
        resolve: {adopt: none, because: "x", by: "y", decided: "2026-11-01"}
    """
    aspirin = program_of(MEDICATIONS, rule.replace("SECOND", "aspirin"))
    medicines = listed({"text": "warfarin"}, {"text": "aspirin"}, {"text": "ibuprofen"})
    found = concerned(aspirin, patient(aspirin, medications=medicines))
    assert [binding for binding, steps in found.items() if steps] == ["medications/m1", "medications/m2"]

    anything = program_of(MEDICATIONS, rule.replace("med.substance: {is: SECOND}", "med.status: {is: active}"))
    assert all(concerned(anything, patient(anything, medications=medicines)).values())


def test_a_list_without_a_concept_has_no_index() -> None:
    """Every step is looked at for every item."""
    program = program_of(MEDICATIONS, RULES)
    facts = patient(program, levels={"reconciled": True, "items": [{"id": "l1", "healed": True}]})
    assert Reference().evaluate(program, facts)["other", "levels/l1", 0]


def test_the_index_is_built_once_for_a_program() -> None:
    """It is a function of the program alone."""
    program = program_of(MEDICATIONS, RULES)
    assert index_of(program) is index_of(program)


def test_a_condition_on_another_item_narrows_nothing() -> None:
    """Only the rule's own variable, and only its concept."""
    program = program_of(MEDICATIONS, RULES)
    condition = program.worlds[0].conditions["one"]
    assert guard(condition, "med", "substance") == {"warfarin"}
    assert guard(condition, "other", "substance") is None
    assert guard(condition, "med", "agent") is None


def test_what_the_index_leaves_out_is_false() -> None:
    """Walking every condition gives the same answers."""
    program = program_of(MEDICATIONS, RULES)
    substances = ("warfarin", "aspirin", "ibuprofen", "naproxen", "unheard of")
    items = [{"text": text, "status": status} for text in substances for status in ("active", "stopped")]
    facts = patient(program, medications=listed(*items))
    verdicts = Reference().evaluate(program, facts)
    at = At(program, facts, program.worlds[0], verdicts)
    for step in program.steps:
        if step.list == "medications":
            for item in facts.list("medications").items:
                walked = truth_of(program.worlds[0].conditions[step.id], at.bound(step, item))
                assert walked is verdicts.get((step.id, item.binding, 0), FALSE)
