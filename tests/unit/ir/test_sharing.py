"""Equal leaves of a program are one object (`cds.ir.sharing`)."""

from __future__ import annotations

from collections.abc import Iterator

from builders import program_of

from cds.ir.nodes import AllOf, AnyOf, Condition, Derived, Not, Quantified, Within, facts_of
from cds.ir.program import Program

FACTS = """
facts:
  labs.inr: {type: number}
  levels: {type: list, items: {height: {type: quantity, unit: mm}}}
  doses: {type: list, items: {height: {type: quantity, unit: mg}}}
parameters:
  limit:
    positions: {handout: {value: 2, confirmed: primary}, society: {value: 3, confirmed: primary}}
    resolve: {adopt: none, because: "x", by: "y", decided: "2026-11-01"}
rules:
  alone: {when: {labs.inr: {at_least: 2}}}
  negated: {when: {not: {labs.inr: {at_least: 2}}}}
  open: {when: {any: [{labs.inr: {at_least: $limit}}, {labs.inr: {at_least: 5}}]}}
  level: {for_each: x in levels, when: {x.height: {at_least: "0 mm"}}}
  dose: {for_each: x in doses, when: {x.height: {at_least: "0 mg"}}}
  of-level: {when: {exists: {each: x in levels, where: {x.height: {at_least: "0 mm"}}}}}
"""


def leaves(condition: Condition) -> Iterator[Condition]:
    """Give the leaves of a condition."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part) | Quantified(part=part):
            yield from leaves(part)
        case _:
            yield condition


def leaves_of(program: Program, rule: str, world: int = 0) -> list[Condition]:
    """Give the leaves of a rule."""
    return list(leaves(program.worlds[world].conditions[rule]))


def test_equal_leaves_are_one_wherever_they_stand() -> None:
    """In other rules, below other nodes and in other worlds."""
    program = program_of(FACTS)
    [alone] = leaves_of(program, "alone")
    assert leaves_of(program, "negated") == [alone]
    assert leaves_of(program, "negated")[0] is alone
    assert alone in leaves_of(program, "open")
    assert next(leaf for leaf in leaves_of(program, "open") if leaf == alone) is alone
    assert alone not in leaves_of(program, "open", world=1)
    assert leaves_of(program, "alone", world=1)[0] is alone


def test_leaves_on_items_of_different_lists_are_apart() -> None:
    """Though they look alike: their facts may have other units and other questions."""
    program = program_of(FACTS)
    [level], [dose], [of_level] = (leaves_of(program, rule) for rule in ("level", "dose", "of-level"))
    assert level == dose
    assert level is not dose
    assert of_level is level


def test_only_leaves_on_facts_look_at_facts() -> None:
    """The verdict of a derivation, and whatever is put together, looks at none."""
    [leaf] = leaves_of(program_of(FACTS), "alone")
    assert isinstance(leaf, Within)
    assert facts_of(leaf) == (leaf.fact,)
    assert facts_of(Not(leaf)) == facts_of(Derived("derive:x", None)) == ()
