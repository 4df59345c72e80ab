"""Every explanation agrees with the verdict that it explains, down to its last leaf."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import given
from strategies.given import Case, cases, examples
from strategies.rulesets import Size

from cds.backends.reference import Reference
from cds.canonical import canonical_bytes
from cds.engine import decide
from cds.ir.kleene import FALSE, TRUE, UNKNOWN, Truth, negation
from cds.outcome.explanation_document import bindings_of, explanation_document

TRUTH = {"true": TRUE, "unknown": UNKNOWN, "false": FALSE}


def explanations(made: Case) -> Iterator[Any]:
    """Give the explanation of every rule for every binding."""
    verdicts = Reference().evaluate(made.program, made.facts)
    decision = decide(made.program, made.facts, engines=["reference"], list_all=True).document
    for rule in made.program.rules.values():
        bindings = bindings_of(rule, made.facts)
        document = explanation_document(made.program, made.facts, verdicts, decision, rule=rule.id, bindings=bindings)
        assert canonical_bytes(document)
        for binding, found in zip(bindings, document["explanations"], strict=True):
            for world in made.program.worlds:
                shown = found["worlds"][world.number if len(found["worlds"]) > 1 else 0]
                expected = verdicts.get((rule.id, binding, world.number), FALSE)
                yield expected, shown


@examples(120)
@given(cases(Size(rules=5)))
def test_an_explanation_has_the_truth_of_the_verdict(made: Case) -> None:
    """Its verdict, its condition tree and the engine say the same; what is UNKNOWN names what is missing."""
    for expected, shown in explanations(made):
        assert TRUTH[shown["verdict"]] is expected
        assert TRUTH[shown["condition"]["truth"]] is expected
        assert shown["because"]
        assert bool(shown["missing"]) == (expected is UNKNOWN)


@examples(80)
@given(cases(Size(rules=5)))
def test_every_node_of_a_condition_tree_follows_from_its_parts(made: Case) -> None:
    """All and any are the least and the greatest of their parts, not is the negation, in every tree."""
    for _, shown in explanations(made):
        for node in nodes_of(shown["condition"]):
            parts = [TRUTH[part["truth"]] for part in node.get("parts", [])]
            assert node["form"] not in JOINS or TRUTH[node["truth"]] is JOINS[node["form"]](parts), node


def negated(parts: list[Truth]) -> Truth:
    """Negate the one part."""
    (part,) = parts
    return negation(part)


JOINS = {"all": min, "any": max, "not": negated}


def nodes_of(node: Any) -> Iterator[Any]:
    """Give a node and all below it."""
    yield node
    for part in node.get("parts", []):
        yield from nodes_of(part)
