"""A field mask: facts that a site does not want to store, taken out of a facts document before it is recorded.

A name is that of a fact (`patient.weight`, with its time; `labs.inr.taken`, the time alone), of a whole list
(`allergies`), or of a fact of each of its items (`medications.*.text`). What a mask means for the decision beside the
facts is in `masked_decision.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cds.errors import InputError, nearest
from cds.facts.calculated import given_inputs
from cds.facts.dictionary import Declaration, Dictionary, FactType
from cds.facts.schema import RESERVED
from cds.facts.tokens import quoted

EACH, TAKEN, VALUE, ITEMS, ID = "*", "taken", "value", "items", "id"
RECOGNISED_FROM = ("code", "text")
"""What an item may always say where a list recognises concepts, whether or not its dictionary lists it."""


@dataclass(frozen=True, slots=True)
class MaskedFacts:
    """A facts document without what a mask takes out, and the names that were there and were taken out."""

    document: Mapping[str, Any]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mask:
    """The names of facts that are not stored."""

    names: tuple[str, ...]

    def facts(self, document: Mapping[str, Any]) -> MaskedFacts:
        """Take the facts out of a normalised `cds-facts/1` document, which stays as it is and in normal form."""
        removed = []
        for name in self.names:
            without = _without(document, name.split("."))
            if without is not document:
                document = without
                removed.append(name)
        return MaskedFacts(document, tuple(removed))


def mask_of(names: Iterable[str], dictionary: Dictionary) -> Mask:
    """Check the names of a mask against a fact dictionary.

    Raises:
        InputError: a name is not that of a fact, or of one that is never stored, or that nothing could be decided
            without.
    """
    wanted = tuple(sorted(set(names)))
    maskable = item_facts(dictionary) | {name: declared for name, declared in dictionary.items() if name != "as_of"}
    for name in wanted:
        _check(name, maskable, dictionary)
    return Mask(wanted)


def item_facts(dictionary: Dictionary) -> dict[str, Declaration]:
    """Give the facts of all lists' items by the name that a mask has for them."""
    found = {}
    for name, declared in dictionary.items():
        if declared.type is not FactType.LIST:
            continue
        if any(fact.type is FactType.CONCEPT for fact in declared.items.values()):
            said = {f"{name}.{EACH}.{each}": Declaration(each, _TYPES[each], ask="") for each in RECOGNISED_FROM}
            found.update(said)
        found.update({f"{name}.{EACH}.{item}": fact for item, fact in declared.items.items()})
    return found


_TYPES = {"code": FactType.CODE, "text": FactType.TEXT}


def _check(name: str, maskable: Mapping[str, Declaration], dictionary: Dictionary) -> None:
    """Refuse a name that cannot be masked, and say what can be instead."""
    if name in RESERVED or name.rpartition(".")[2] == ID:
        raise InputError(f"{quoted(name)} cannot be masked: a record is about it", expected="the name of a fact")
    declared = maskable.get(name)
    if declared is None:
        raise _unknown(name, maskable)
    if declared.required:
        raise InputError(f"{quoted(name)} cannot be masked: nothing can be decided without it")
    if declared.type is FactType.CONCEPT:
        expected = ", ".join(f"`{name.rpartition('.')[0]}.{each}`" for each in RECOGNISED_FROM)
        raise InputError(f"{quoted(name)} is recognised, never stored", expected=expected)
    if declared.calculated is not None:
        expected = ", ".join(f"`{each}`" for each in given_inputs(declared, dictionary))
        raise InputError(f"{quoted(name)} is calculated, never stored", expected=expected)


def _unknown(name: str, maskable: Mapping[str, Declaration]) -> InputError:
    below = [each for each in maskable if each.startswith(f"{name}.")]
    if below:
        problem = f"{quoted(name)} is a group of facts"
        return InputError(problem, expected="the names of its facts", suggestion=below[0])
    group, _, last = name.rpartition(".")
    in_items = f"{group}.{EACH}.{last}"
    suggestion = in_items if in_items in maskable else nearest(name, maskable)
    return InputError(f"{quoted(name)} is not the name of a fact", suggestion=suggestion)


def _without(node: Mapping[str, Any], steps: list[str]) -> Mapping[str, Any]:
    """Give a document without what lies at the end of the steps, and without groups that are empty then.

    Where nothing lies there, the same document is given.
    """
    step, *further = steps
    if step == EACH:
        items = node.get(ITEMS, [])
        left = [_without(item, further) for item in items]
        is_same = all(new is old for new, old in zip(left, items, strict=True))
        return node if is_same else {**node, ITEMS: left}
    if step not in node:
        return node
    rest = {key: value for key, value in node.items() if key != step}
    if not further:
        return rest
    inner = node[step]
    left_inner = _without(inner, further) if isinstance(inner, Mapping) else inner
    if left_inner is inner:
        return node
    if further == [TAKEN] and left_inner.keys() == {VALUE}:
        return {**node, step: left_inner[VALUE]}
    return {**node, step: left_inner} if left_inner else rest
