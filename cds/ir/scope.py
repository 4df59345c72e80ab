"""What a name in a condition means: a fact of the patient, of a bound item, or a derived fact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cds.facts.dictionary import Declaration, Dictionary
from cds.ir.nodes import Derived, Ref


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that a condition may use where it stands."""

    dictionary: Dictionary
    derived: Mapping[str, str]
    """Derivation ids by patient-level name, and by `<list>/<name>` for those of items."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Lists by variable."""

    def binding(self, variable: str, list_name: str) -> Scope:
        """Give the same scope with one more variable."""
        return replace(self, variables={**self.variables, variable: list_name})

    def derivation(self, name: str) -> Derived | None:
        """Find the derived fact of that name."""
        variable, item_name = self._split(name)
        key = f"{self.variables[variable]}/{item_name}" if variable else name
        found = self.derived.get(key)
        return None if found is None else Derived(found, variable)

    def fact(self, name: str) -> tuple[Ref, Declaration] | None:
        """Find the declared fact of that name."""
        variable, item_name = self._split(name)
        declared = self.dictionary[self.variables[variable]].items if variable else self.dictionary
        found = declared.get(item_name)
        return None if found is None else (Ref(variable, item_name), found)

    def names(self) -> list[str]:
        """List every name that can be used here."""
        names = [*self.dictionary, *(name for name in self.derived if "/" not in name)]
        for variable, list_name in self.variables.items():
            names += [f"{variable}.{item_name}" for item_name in self.dictionary[list_name].items]
            own = f"{list_name}/"
            names += [f"{variable}.{name.removeprefix(own)}" for name in self.derived if name.startswith(own)]
        return names

    def _split(self, name: str) -> tuple[str | None, str]:
        first, _, rest = name.partition(".")
        return (first, rest) if first in self.variables else (None, name)
