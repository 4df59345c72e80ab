"""All cases of a ruleset, from the files in its folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cds.errors import InputError, nearest
from cds.ruleset.companions import Companion, companion_files, read_companions
from cds.ruleset.loader import LoadedRuleset
from cds.ruleset.places import Path as PathInDocument
from cds.ruleset.places import Places
from cds.ruleset.problems import Problems
from cds.ruleset.wording import listed, quoted
from cds.verification.cases.model import SCHEMA, CaseFile, WrittenCase


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One case of one rule, with the base that it starts from and where it stands."""

    rule: str
    area: str
    written: WrittenCase
    base: Mapping[str, Any]
    places: Places
    path: PathInDocument

    @property
    def title(self) -> str:
        """Give the sentence that says what the case is about."""
        return self.written.case

    @property
    def file(self) -> Path:
        """Give the file that the case stands in."""
        return Path(self.places.root.file)

    @property
    def line(self) -> int:
        """Give the line at which the case begins."""
        return self.places.of_key(self.path).line or 0


def read_cases(loaded: LoadedRuleset, *, rule: str | None = None, area: str | None = None) -> tuple[Case, ...]:
    """Read the cases that stand beside a ruleset's rules, or those of one rule or one area.

    Raises:
        InputError: there is no such rule, or no file of cases for that area.
        RulesetError: with every problem of the files that are read.
    """
    rules = {each.id for each in loaded.document.rules}
    if rule is not None and rule not in rules:
        raise InputError(f"there is no rule {quoted(rule)}", suggestion=nearest(rule, rules))
    files = _files(loaded, area)
    problems = Problems()
    for file in files:
        _check_names(file, rules, problems)
    problems.raise_if_any()
    return tuple(case for file in files for case in _cases(file) if rule in {None, case.rule})


def _files(loaded: LoadedRuleset, area: str | None) -> tuple[Companion[CaseFile], ...]:
    if loaded.folder is None:
        return ()
    found = read_companions(loaded.folder, SCHEMA, CaseFile, named=area)
    if area is not None and not found:
        areas = sorted(path.stem for path in companion_files(loaded.folder, SCHEMA))
        raise InputError(
            f"there is no file of cases for the area {quoted(area)}",
            expected=f"one of {listed(areas)}" if areas else f"files that begin with `schema: {SCHEMA}`",
            suggestion=nearest(area, areas),
        )
    return found


def _cases(file: Companion[CaseFile]) -> Iterator[Case]:
    document = file.document
    for rule, written in document.rules.items():
        for number, each in enumerate(written):
            yield Case(rule, file.path.stem, each, document.base, file.places, ("rules", rule, number))


def _check_names(file: Companion[CaseFile], rules: set[str], problems: Problems) -> None:
    for rule, written in file.document.rules.items():
        if rule not in rules:
            place = file.places.of_key(("rules", rule))
            problems.add_at(place, f"there is no rule {quoted(rule)}", suggestion=nearest(rule, rules))
        titles: set[str] = set()
        for number, each in enumerate(written):
            if each.case in titles:
                place = file.places.of(("rules", rule, number, "case"))
                problems.add_at(place, f"{quoted(each.case)} stands twice", expected="one title a case")
            titles.add(each.case)
