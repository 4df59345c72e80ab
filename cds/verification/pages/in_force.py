"""What is left of a condition where its tests on parameters are decided by what is adopted (language §7.12)."""

from __future__ import annotations

from collections.abc import Mapping

from cds.ir.adopted_from_ruleset import Adoptions
from cds.ir.parameters_from_ruleset import OPEN
from cds.ruleset import conditions as written
from cds.ruleset.model import Parameter
from cds.ruleset.problems import Problems


def in_force(condition: written.Condition, parameters: Mapping[str, Parameter]) -> written.Condition | bool:
    """Give a condition without the tests that what is adopted has decided; true or false if nothing else is left."""
    match condition:
        case written.All(all=parts):
            return _all([in_force(part, parameters) for part in parts])
        case written.Any_(any=parts):
            return _any([in_force(part, parameters) for part in parts])
        case written.Not(not_=part):
            inner = in_force(part, parameters)
            return not inner if isinstance(inner, bool) else written.Not.model_construct(not_=inner)
        case written.Adopted(parameter=name, test=test):
            holds = _holds(name, test, parameters)
            return condition if holds is None else holds
        case _:
            return condition


def _all(parts: list[written.Condition | bool]) -> written.Condition | bool:
    if any(part is False for part in parts):
        return False
    left = [part for part in parts if not isinstance(part, bool)]
    inner = [each for part in left for each in (part.all if isinstance(part, written.All) else [part])]
    if len(inner) == 1:
        return inner[0]
    return written.All.model_construct(all=inner) if inner else True


def _any(parts: list[written.Condition | bool]) -> written.Condition | bool:
    if any(part is True for part in parts):
        return True
    left = [part for part in parts if not isinstance(part, bool)]
    inner = [each for part in left for each in (part.any if isinstance(part, written.Any_) else [part])]
    if len(inner) == 1:
        return inner[0]
    return written.Any_.model_construct(any=inner) if inner else False


def _holds(name: str, test: written.AdoptedTest, parameters: Mapping[str, Parameter]) -> bool | None:
    """Tell whether a test holds; None where the site has yet to set the parameter, or no position is adopted."""
    resolve = parameters[name].resolve
    if resolve is not None and resolve.adopt == OPEN:
        return None
    adopted = {} if resolve is None else {name: resolve.adopt}
    leaf = Adoptions(parameters, adopted, frozenset({name})).test(name, test, (), Problems())
    return None if leaf is None else leaf.holds
