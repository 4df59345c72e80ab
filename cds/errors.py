"""The errors of cds: the user's fault, the data's fault, our fault.

Every message is a sentence for a person, with user input in backticks, and never holds a patient's value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Place:
    """Say where an input is wrong: a file, a line and column from 1, and a path inside the document."""

    file: str | None = None
    line: int | None = None
    column: int | None = None
    path: str | None = None

    def __str__(self) -> str:
        """Render as `file:line:column: path`, leaving out what is not known."""
        spot = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        return ": ".join(part for part in (spot, self.path) if part)


class CdsError(Exception):
    """Anything that cds refuses; the command line and the service map each kind to a status in one table."""


class InputError(CdsError):
    """What the user gave is wrong: a command, a facts document, a ruleset."""

    def __init__(
        self,
        problem: str,
        *,
        place: Place | None = None,
        expected: str | None = None,
        suggestion: str | None = None,
    ) -> None:
        self.problem = problem
        self.place = place or Place()
        self.expected = expected
        self.suggestion = suggestion
        super().__init__(str(self))

    def __str__(self) -> str:
        """Render where, what, what was expected and the nearest valid name, in that order."""
        where = str(self.place)
        said = f"{where}: {self.problem}" if where else self.problem
        if self.expected:
            said += f"; expected {self.expected}"
        if self.suggestion:
            said += f"; did you mean `{self.suggestion}`?"
        return said


class FactsError(InputError):
    """A facts document cannot be read as `cds-facts/1` under the ruleset's fact dictionary."""


class RulesetError(InputError):
    """A ruleset cannot be loaded; carries every problem found, in the order of their places."""

    def __init__(self, problems: tuple[InputError, ...]) -> None:
        self.problems = problems
        first = problems[0]
        super().__init__(first.problem, place=first.place, expected=first.expected, suggestion=first.suggestion)

    def __str__(self) -> str:
        """Render one problem a line."""
        return "\n".join(str(problem) for problem in self.problems)


class OtherBuild(InputError):
    """What was made for another version of something than this build has; `needs` names it, such as `semantics 2`."""

    def __init__(self, what: str, needed: object, here: object) -> None:
        self.needs = f"{what} {needed}"
        super().__init__(f"cannot be decided by this build: needs {self.needs}", expected=f"{what} {here}")


class NotInEffect(InputError):
    """The ruleset does not decide for this `as_of` (its effective dates, or it is retired)."""


class EngineDisagreement(CdsError):
    """Two engines answered differently: no advice leaves."""

    def __init__(self, rule: str, binding: str, answers: dict[str, str]) -> None:
        self.rule = rule
        self.binding = binding
        self.answers = answers
        said = ", ".join(f"{engine} says {answer}" for engine, answer in sorted(answers.items()))
        super().__init__(f"the engines disagree on rule `{rule}` for `{binding}`: {said}; no advice is given")


class EngineFailure(CdsError):
    """An engine could not answer: no advice leaves."""


class NotRecorded(CdsError):
    """A record could not be made durable: what it was to hold does not leave."""


class NotReadable(CdsError):
    """A recorded body cannot be opened; `no_key` is set where its key is gone, and nothing needs to be wrong then."""

    def __init__(self, problem: str, *, no_key: bool = False) -> None:
        self.no_key = no_key
        super().__init__(problem)


class KeyFailure(CdsError):
    """The keys of subjects cannot be read, made durable or erased."""


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Find the valid name nearest to what was written, or None if none is near."""
    found = get_close_matches(name, sorted(names), n=1)
    return found[0] if found else None
