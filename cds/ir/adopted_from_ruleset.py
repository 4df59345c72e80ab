"""Tests on what is adopted for a parameter: decided by the world alone (language §7.12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cds.errors import nearest
from cds.facts.tokens import quoted
from cds.ir.nodes import Adopted
from cds.ir.parameters_from_ruleset import value_text
from cds.ir.text import word
from cds.ruleset import conditions as written
from cds.ruleset.model import Parameter, ParameterPosition, ParameterValue
from cds.ruleset.places import Path
from cds.ruleset.problems import Problems


@dataclass(frozen=True, slots=True)
class Adoptions:
    """The parameters of a ruleset, and what holds for each in one world."""

    parameters: Mapping[str, Parameter]
    sources: Mapping[str, str]
    """By name, the source whose position holds; a parameter that the site has not set is not in it."""
    set_by_site: frozenset[str] = frozenset()
    """Those whose only position is the value that a site has set: what else it could have said is not known."""

    def test(self, name: str, test: written.AdoptedTest, path: Path, problems: Problems) -> Adopted | None:
        """Compile a test; where it is refused, a problem is noted."""
        parameter = self.parameters.get(name)
        if parameter is None:
            suggestion = nearest(name, self.parameters)
            problems.add(
                path, f"there is no parameter `{name}`", suggestion=suggestion and f"${suggestion}", at_key=True
            )
            return None
        if test.set is not None:
            holds = (name in self.sources) is test.set
            return Adopted(name, "is set" if test.set else "is not set", self._said(name), holds=holds)
        words = [test.is_] if test.is_ is not None else list(test.in_ or ())
        if not self._are_words_of(name, words, (*path, "is" if test.in_ is None else "in"), problems):
            return None
        shown = sorted(word(said) for said in words)
        return Adopted(
            parameter=name,
            test=f"is {shown[0]}" if len(shown) == 1 else f"in [{', '.join(shown)}]",
            said=self._said(name),
            holds=self._position(name).value in words if name in self.sources else None,
        )

    def _are_words_of(self, name: str, words: list[bool | str], path: Path, problems: Problems) -> bool:
        """Check that each word is one that a position has; what a site may say where nothing is set is not known."""
        positions = self.parameters[name].positions.values()
        if not all(_is_word(position.value) for position in positions):
            problems.add(
                path, f"the parameter `{name}` is not a word", expected="`set`, which goes with every parameter"
            )
            return False
        known = [position.value for position in positions if isinstance(position.value, bool | str)]
        if name in self.set_by_site or not known:
            return True
        for said in words:
            if said not in known:
                shown = [word(value) for value in known]
                problems.add(
                    path,
                    f"no position on `{name}` is {quoted(word(said))}",
                    expected=f"one of {', '.join(sorted(set(shown)))}",
                    suggestion=nearest(word(said), shown),
                )
        return all(said in known for said in words)

    def _said(self, name: str) -> str:
        """Give what is adopted with its source, as data."""
        if name not in self.sources:
            return "not configured"
        return f"{value_text(self._position(name).value)} ({self.sources[name]})"

    def _position(self, name: str) -> ParameterPosition:
        return self.parameters[name].positions[self.sources[name]]


def _is_word(value: ParameterValue) -> bool:
    """Tell a boolean or a word from a number, a quantity or a duration, all of which begin with a figure or a sign."""
    return isinstance(value, bool) or (isinstance(value, str) and value[:1].isalpha())
