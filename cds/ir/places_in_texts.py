"""The places in braces that texts for people hold: each is filled, or the ruleset is refused (language §8.10)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cds.errors import nearest
from cds.ruleset.model import Rule, RulesetDocument
from cds.ruleset.places import Path
from cds.ruleset.problems import Problems

OF_EVERY_RULE = frozenset({"medication", "substance", "procedure"})
OF_DATED_HOLDS = frozenset({"interval", "last_permitted_dose", "no_dose_from", "last_dose", "earliest_procedure"})
OF_DISPOSITIONS = frozenset({"ruleset", "version"})
_IN_BRACES = re.compile(r"\{([^{}]*)\}")


def check_places(document: RulesetDocument, problems: Problems) -> None:
    """Refuse every place that nothing would fill, and every date that takes the name of a place."""
    for number, rule in enumerate(document.rules):
        path = ("rules", number)
        for name in sorted(rule.then.dates.keys() & (OF_EVERY_RULE | OF_DATED_HOLDS)):
            taken = f"`{{{name}}}` stands for something else in a text"
            problems.add((*path, "then", "dates", name), taken, expected="another name for the date", at_key=True)
        for text_path, text, filled in _texts(rule, path):
            _check_text(text, filled, text_path, problems)
    for number, row in enumerate(document.dispositions):
        _check_text(row.text, OF_DISPOSITIONS, ("dispositions", number, "text"), problems)


def _texts(rule: Rule, path: Path) -> Iterator[tuple[Path, str, frozenset[str]]]:
    """Give the texts that a decision shows, each with the places that are filled in it."""
    filled = OF_EVERY_RULE | rule.then.dates.keys()
    if rule.then.interval is not None:
        filled |= OF_DATED_HOLDS
    yield (*path, "title"), rule.title, frozenset()
    yield (*path, "then", "text"), rule.then.text or "", filled
    yield (*path, "then", "restart"), rule.then.restart or "", frozenset()


def _check_text(text: str, filled: frozenset[str], path: Path, problems: Problems) -> None:
    for word in _IN_BRACES.findall(text):
        if word not in filled:
            problems.add(
                path,
                f"nothing fills the place `{{{word}}}`",
                expected=f"one of {', '.join(f'`{{{name}}}`' for name in sorted(filled))}" if filled else "no braces",
                suggestion=(near := nearest(word, filled)) and f"{{{near}}}",
            )
