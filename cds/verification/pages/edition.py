"""What pages are made from: one ruleset with its areas, cases and history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cds.ir.program import Program, Severity
from cds.ruleset.loader import LoadedRuleset
from cds.ruleset.model import Rule
from cds.verification.cases.reading import Case
from cds.verification.pages.history import Release

_STANDING = {
    "draft": "DRAFT: no clinician has signed this ruleset.",
    "active": "Active.",
    "retired": "RETIRED: this ruleset is no longer in effect.",
}


@dataclass(frozen=True, slots=True)
class Edition:
    """A ruleset, and what is told about it besides."""

    loaded: LoadedRuleset
    program: Program
    areas: Mapping[str, str]
    """By rule."""
    cases: Mapping[str, Sequence[Case]]
    """By rule."""
    history: tuple[Release, ...]

    @property
    def rules(self) -> Mapping[str, Rule]:
        """Give the rules as their authors wrote them, by id."""
        return {rule.id: rule for rule in self.loaded.document.rules}

    def in_area(self, area: str) -> list[Rule]:
        """Give the rules of an area, the most urgent first."""
        found = [rule for rule in self.loaded.document.rules if self.areas[rule.id] == area]
        return sorted(found, key=lambda rule: (Severity[rule.then.severity.upper()], rule.id))

    @property
    def area_names(self) -> list[str]:
        """Give the areas in order."""
        return sorted(set(self.areas.values()))

    @property
    def standing(self) -> str:
        """Say where the ruleset stands in its life, and who signed it."""
        lifecycle = self.loaded.document.lifecycle
        said = _STANDING[lifecycle.status]
        if lifecycle.sign_off is not None:
            said += f" Signed by {lifecycle.sign_off.by}, {lifecycle.sign_off.role}, {lifecycle.sign_off.decided}."
        return said


def area_title(area: str) -> str:
    """Give an area as a heading; its anchor is the area itself."""
    return area.replace("-", " ").capitalize().replace("nsaid", "NSAID")


def plain(word: str) -> str:
    """Give a word of the language as people read it."""
    return word.replace("_", " ")
