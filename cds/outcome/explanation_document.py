"""`cds-explanation/1`: why one rule says what it says for one patient, and what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from cds.backends.reference import At
from cds.facts.model import Facts, Item
from cds.ir.kleene import FALSE, Truth
from cds.ir.program import Program, Rule, World
from cds.ir.verdicts import PATIENT, REST, Verdicts
from cds.outcome.document import truth_word
from cds.outcome.explanation import explanation, explanation_of_rest
from cds.outcome.reasons import list_trace, reasons
from cds.records.decision import DecisionDocument, Recommendation
from cds.trace import explanation_text as words
from cds.trace.model import LeafTrace, Question, Trace
from cds.trace.sentences import prompt_text

SCHEMA = "cds-explanation/1"
_HEADING = ("subject", "as_of", "zone", "ruleset", "facts_digest", "semantics", "engines", "renderer")


def explanation_document(
    program: Program,
    facts: Facts,
    verdicts: Verdicts,
    decision: DecisionDocument,
    *,
    rule: str,
    bindings: Sequence[str],
) -> dict[str, Any]:
    """Explain one rule for some of its bindings; `decision` lists all rules of the same program, facts and verdicts."""
    explained = program.rules[rule]
    heading = cast("Mapping[str, Any]", decision)
    builder = _Builder(program, facts, verdicts, explained)
    outcomes = {found["binding"]: found for found in decision["recommendations"] if found["rule"] == rule}
    return {
        "schema": SCHEMA,
        **{key: heading[key] for key in _HEADING},
        "rule": rule,
        "kind": explained.kind,
        "severity": explained.severity.word,
        "title": explained.title,
        "explanations": [builder.explained(binding, outcomes.get(binding)) for binding in bindings],
    }


def bindings_of(rule: Rule, facts: Facts) -> list[str]:
    """Give every binding of a rule, also the one for what an open list leaves out (language §8.2)."""
    if rule.list is None:
        return [PATIENT]
    fact_list = facts.list(rule.list)
    rest = [] if fact_list.complete else [f"{rule.list}/{REST}"]
    return [*(item.binding for item in fact_list.items), *rest]


@dataclass(frozen=True)
class _Builder:
    program: Program
    facts: Facts
    verdicts: Verdicts
    rule: Rule

    def explained(self, binding: str, outcome: Recommendation | None) -> dict[str, Any]:
        item = self._item(binding)
        worlds = [self._world(world, binding, item) for world in self.program.worlds]
        if all({**world, "sources": {}} == {**worlds[0], "sources": {}} for world in worlds):
            worlds = [{**worlds[0], "sources": {}}]
        return {
            "binding": binding,
            "label": None if item is None else item.label,
            "outcome": outcome,
            "text": [] if outcome is None else self._outcome_sentences(outcome),
            "worlds": worlds,
        }

    def _item(self, binding: str) -> Item | None:
        items = self.facts.list(self.rule.list).items if self.rule.list is not None else ()
        return next((item for item in items if item.binding == binding), None)

    def _outcome_sentences(self, outcome: Recommendation) -> list[str]:
        overrider = self.program.rules.get(outcome["overridden_by"] or "")
        return words.outcome_sentences(
            outcome["status"],
            assumed=outcome["assumed"],
            overridden_by=outcome["overridden_by"],
            because=None if overrider is None else overrider.because or overrider.title,
        )

    def _world(self, world: World, binding: str, item: Item | None) -> dict[str, Any]:
        at = At(self.program, self.facts, world, self.verdicts).bound(self.rule, item)
        verdict = at.verdict(self.rule.id, binding)
        if binding.endswith(f"/{REST}"):
            return self._rest_of_list(at, world, verdict)
        condition = world.conditions[self.rule.id]
        whole = explanation(condition, at)
        leaves = reasons(condition, at)
        return _document(world, verdict, leaves, whole)

    def _rest_of_list(self, at: At, world: World, verdict: Truth) -> dict[str, Any]:
        """Explain what is said on what an open list leaves out: the rule's group, and the list."""
        whole, name = explanation_of_rest(self.rule, at), str(self.rule.list)
        if verdict is FALSE:
            return _document(world, verdict, reasons(world.group_conditions[str(self.rule.group)], at), whole)
        built = _document(world, verdict, (list_trace(name, at),), whole)
        built["text"]["why"].append(words.rest_of_list_sentence(name))
        return built


def _document(world: World, verdict: Truth, leaves: Sequence[LeafTrace], whole: Trace) -> dict[str, Any]:
    changes = _changes(whole)
    missing = list({question.fact: question for leaf in leaves for question in leaf.questions}.values())
    return {
        "sources": dict(world.choices),
        "verdict": truth_word(verdict),
        "because": [_leaf(leaf) for leaf in leaves],
        "missing": [_question(question) for question in missing],
        "would_change": [
            {**_leaf(leaf), "to": {truth_word(truth): truth_word(whole) for truth, whole in changed.items()}}
            for leaf, changed in changes
        ],
        "condition": _tree(whole),
        "text": {
            "why": [words.verdict_sentence(verdict), *(words.leaf_sentence(leaf) for leaf in leaves)],
            "missing": [prompt_text(question) for question in missing],
            "would_change": [words.change_sentence(leaf, changed) for leaf, changed in changes],
        },
    }


def _changes(whole: Trace) -> list[tuple[LeafTrace, Mapping[Truth, Truth]]]:
    """Give each leaf of which another answer alone changes the verdict, once, with what would come of it."""
    settling = {node.about: (leaf, node.changes) for node, leaf in _leaves(whole) if node.settles}
    return list(settling.values())


def _leaves(node: Trace) -> Iterator[tuple[Trace, LeafTrace]]:
    if node.leaf is not None:
        yield node, node.leaf
    for part in node.parts:
        yield from _leaves(part)


def _tree(node: Trace) -> dict[str, Any]:
    built: dict[str, Any] = {"form": node.form, "text": node.text, "truth": truth_word(node.truth)}
    if node.binding is not None:
        built["binding"] = node.binding
    if node.leaf is not None:
        built |= {"value": node.leaf.value, "settles": node.settles}
    if node.parts:
        built["parts"] = [_tree(part) for part in node.parts]
    return built


def _leaf(leaf: LeafTrace) -> dict[str, Any]:
    return {"leaf": leaf.leaf, "value": leaf.value, "truth": truth_word(leaf.truth)}


def _question(question: Question) -> dict[str, Any]:
    return {
        "fact": question.fact,
        "prompt": prompt_text(question),
        "reason": question.reason.value if question.reason else "not_precise_enough",
    }
