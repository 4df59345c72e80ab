"""Two rulesets, compared by what they mean: order, layout and files do not count, nor do numbers of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from cds.ir.parameters_from_ruleset import parameters_named
from cds.ruleset.loader import LoadedRuleset
from cds.ruleset.model import RulesetDocument
from cds.verification.ruleset_diff.elements import Elements, elements_of
from cds.verification.ruleset_diff.facets import Element, Facet, Lines

SCHEMA = "cds-ruleset-diff/1"
What = Literal["added", "removed", "changed"]
_SHOWN_BY = {"adopt": ("parameters", "rules"), "set": ("parameters",)}
"""Where the effect of what a site decides is told; it is told by itself only if it has none there."""
_NOTHING = Facet(None, ())


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an element that changed; one side is empty where the part is only on the other."""

    name: str
    before: Lines
    after: Lines

    def line_changes(self) -> Iterator[tuple[str, str]]:
        """Give every line of both sides with ` `, `-` or `+`, as reviewers know them."""
        for tag, i, j, k, m in SequenceMatcher(None, self.before, self.after, autojunk=False).get_opcodes():
            if tag == "equal":
                yield from ((" ", line) for line in self.before[i:j])
            else:
                yield from (("-", line) for line in self.before[i:j])
                yield from (("+", line) for line in self.after[k:m])


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one element; `rules` are those of the new ruleset that it concerns by name."""

    section: str
    name: str
    what: What
    summary: str
    parts: tuple[Part, ...]
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class RulesetDiff:
    """All that changed, section by section."""

    before: LoadedRuleset
    after: LoadedRuleset
    changes: tuple[Change, ...]

    def document(self) -> dict[str, Any]:
        """Give the comparison as `cds-ruleset-diff/1`."""
        return {
            "schema": SCHEMA,
            "from": _identity(self.before),
            "to": _identity(self.after),
            "same_answers": self.before.digest == self.after.digest,
            "changes": [_document(change) for change in self.changes],
        }


def compare(before: LoadedRuleset, after: LoadedRuleset) -> RulesetDiff:
    """Give what changed from one ruleset to another, both of which compile.

    Rulesets with the same digest can differ in their lifecycle only; there is a change wherever digests differ.
    """
    first, second = elements_of(before), elements_of(after)
    uses = _uses(after.document)
    found = {section: list(_changes(section, first[section], second[section], uses)) for section in first}
    for section, shown_by in _SHOWN_BY.items():
        shown = {change.name for where in shown_by for change in found[where]}
        found[section] = [change for change in found[section] if change.name not in shown]
    return RulesetDiff(before, after, tuple(change for changes in found.values() for change in changes))


def _changes(
    section: str, before: Elements, after: Elements, uses: Mapping[tuple[str, str], list[str]]
) -> Iterator[Change]:
    for name in sorted(before.keys() | after.keys()):
        one, other = before.get(name), after.get(name)
        parts = tuple(_parts(one, other))
        if one is not None and other is not None and not parts:
            continue
        what: What = "added" if one is None else "removed" if other is None else "changed"
        summary = (other or one or Element("")).summary
        yield Change(section, name, what, summary, parts, tuple(uses.get((section, name), ())))


def _parts(before: Element | None, after: Element | None) -> Iterator[Part]:
    first, second = (element.facets if element else {} for element in (before, after))
    for name in [*second, *(name for name in first if name not in second)]:
        one, other = first.get(name, _NOTHING), second.get(name, _NOTHING)
        if one.form != other.form:
            yield Part(name, one.lines, other.lines)


def _uses(document: RulesetDocument) -> Mapping[tuple[str, str], list[str]]:
    """Give the rules that use a parameter, give an advice or belong to a phase of care, by its section and name."""
    uses: dict[tuple[str, str], list[str]] = defaultdict(list)
    for rule in sorted(document.rules, key=lambda rule: rule.id):
        used = [("parameters", parameter[1:]) for parameter in parameters_named(rule)]
        for key in (*used, ("advice", rule.then.advise), ("groups", rule.group or "")):
            uses[key].append(rule.id)
    return uses


def _identity(loaded: LoadedRuleset) -> dict[str, Any]:
    document = loaded.document
    return {
        "id": document.id,
        "version": document.version,
        "digest": loaded.digest,
        "status": document.lifecycle.status,
    }


def _document(change: Change) -> dict[str, Any]:
    return {
        "section": change.section,
        "name": change.name,
        "what": change.what,
        "summary": change.summary,
        "parts": [{"part": part.name, "before": list(part.before), "after": list(part.after)} for part in change.parts],
        "rules": list(change.rules),
    }
