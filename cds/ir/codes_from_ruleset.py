"""Code bindings of facts and substances: what fits together, and which of them are guesses (language §4.10)."""

from __future__ import annotations

from collections.abc import Sequence

from cds.errors import nearest
from cds.facts.dictionary import FactCode, FactType
from cds.ruleset.model import CodeBinding, Fact
from cds.ruleset.places import Path
from cds.ruleset.problems import Problems
from cds.terminology.codes import Code


def confirmed_codes(bindings: Sequence[CodeBinding]) -> tuple[Code, ...]:
    """Give the codes that are confirmed, in order."""
    return tuple(sorted(Code(binding.system, binding.code) for binding in bindings if binding.confirmed is not None))


def guessed_codes(bindings: Sequence[CodeBinding]) -> tuple[Code, ...]:
    """Give the codes that are not confirmed, in order: what is recognised by one of them has to be confirmed first."""
    return tuple(sorted(Code(binding.system, binding.code) for binding in bindings if binding.confirmed is None))


def codes_of_fact(bindings: Sequence[CodeBinding]) -> tuple[FactCode, ...]:
    """Give the codes of a fact with what each stands for, in order."""
    codes = [
        FactCode(
            Code(binding.system, binding.code),
            binding.value,
            confirmed=binding.confirmed is not None,
            together_with=tuple(sorted(Code(binding.system, code) for code in binding.together_with)),
        )
        for binding in bindings
    ]
    return tuple(sorted(codes, key=lambda each: (each.code, each.value or "", each.together_with)))


def check_codes_of_fact(fact: Fact, path: Path, problems: Problems) -> None:
    """Note every code of a fact that does not say what it stands for, or says more than its fact can be."""
    for number, binding in enumerate(fact.codes):
        place = (*path, "codes", number)
        if fact.type is FactType.ENUM and binding.value is None:
            problems.add(place, "a code of an `enum` needs `value`, what it stands for", expected=_listed(fact.values))
        elif fact.type is FactType.ENUM and binding.value not in fact.values:
            suggestion = nearest(str(binding.value), fact.values)
            said = f"`{binding.value}` is not a value of the fact"
            problems.add((*place, "value"), said, expected=_listed(fact.values), suggestion=suggestion)
        elif fact.type is not FactType.ENUM:
            refuse_value(binding, place, f"a code of the type `{fact.type}`", problems)


def refuse_company(binding: CodeBinding, path: Path, problems: Problems) -> None:
    """Note a code of a substance that is said to count only beside another."""
    if binding.together_with:
        problems.add((*path, "together_with"), "`together_with` goes with codes of facts, not of substances")


def refuse_value(binding: CodeBinding, path: Path, what: str, problems: Problems) -> None:
    """Note a `value` where a code stands for the whole thing that it belongs to."""
    if binding.value is not None:
        problems.add((*path, "value"), f"`value` does not go with {what}", expected="`value` with codes of an `enum`")


def _listed(values: Sequence[str]) -> str:
    return f"one of {', '.join(values)}"
