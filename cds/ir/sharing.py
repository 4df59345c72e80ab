"""Equal parts of conditions as one object, so that what is found out about one of them is known wherever it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cds.ir.nodes import AllOf, AnyOf, Condition, Not, Quantified, facts_of


@dataclass(frozen=True, slots=True)
class Sharing:
    """The leaves met so far; equal ones on items of different lists are not the same."""

    _known: dict[tuple[object, ...], Condition] = field(default_factory=dict)

    def shared(self, condition: Condition, lists: Mapping[str, str]) -> Condition:
        """Give the same condition, of leaves that were met before; `lists` are those of its variables."""
        match condition:
            case AllOf(parts) | AnyOf(parts):
                return type(condition)(tuple([self.shared(part, lists) for part in parts]))
            case Not(part):
                return Not(self.shared(part, lists))
            case Quantified(list=name, variable=variable, part=part):
                return replace(condition, part=self.shared(part, {**lists, variable: name}))
            case leaf:
                variables = (fact.variable for fact in facts_of(leaf))
                key = (leaf, *(lists[variable] for variable in variables if variable is not None))
                return self._known.setdefault(key, leaf)
