"""Everything that is wrong with a ruleset, collected so that an author sees it at once."""

from __future__ import annotations

from cds.errors import InputError, Place, RulesetError
from cds.ruleset.places import Path, Places

MOST_SHOWN = 50


class Problems:
    """Collect problems and raise them together, in the order of their places."""

    def __init__(self, places: Places | None = None) -> None:
        self._places = places
        self._found: dict[tuple[Place, str], InputError] = {}

    def __len__(self) -> int:
        return len(self._found)

    def add(
        self,
        path: Path,
        problem: str,
        *,
        expected: str | None = None,
        suggestion: str | None = None,
        at_key: bool = False,
    ) -> None:
        """Note a problem at a path into the document; `at_key` points at the key instead of the value."""
        place = Place()
        if self._places is not None:
            place = self._places.of_key(path) if at_key else self._places.of(path)
        self.add_at(place, problem, expected=expected, suggestion=suggestion)

    def add_at(
        self,
        place: Place,
        problem: str,
        *,
        expected: str | None = None,
        suggestion: str | None = None,
    ) -> None:
        """Note a problem at a place in a file; the same one again is not noted twice."""
        error = InputError(problem, place=place, expected=expected, suggestion=suggestion)
        self._found.setdefault((place, str(error)), error)

    def add_error(self, error: RulesetError) -> None:
        """Take over the problems of an error that another step raised."""
        for problem in error.problems:
            self._found.setdefault((problem.place, str(problem)), problem)

    def raise_if_any(self) -> None:
        """Raise what was found, at most 50 problems and how many more there are.

        Raises:
            RulesetError: if anything was noted, sorted by file, line, column and words.
        """
        if not self._found:
            return
        found = sorted(self._found.values(), key=_order)
        shown = found[:MOST_SHOWN]
        if len(found) > MOST_SHOWN:
            shown.append(InputError(f"{len(found) - MOST_SHOWN} more problems are not shown"))
        raise RulesetError(tuple(shown))


def _order(error: InputError) -> tuple[str, int, int, str]:
    place = error.place
    return (place.file or "", place.line or 0, place.column or 0, str(error))
