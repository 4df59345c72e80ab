"""The companion `cds-history/1`: which version of a ruleset brought, and changed, which rule (language §18)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from cds.errors import InputError, nearest
from cds.ruleset.companions import Companion, read_companions
from cds.ruleset.conditions import Closed
from cds.ruleset.loader import LoadedRuleset
from cds.ruleset.model import Date, RuleId, Sentence, Version
from cds.ruleset.places import Path
from cds.ruleset.problems import Problems
from cds.ruleset.wording import quoted

SCHEMA = "cds-history/1"


class Change(Closed):
    """What a version changed in some rules, or in all that it has."""

    rules: Annotated[list[RuleId], Field(min_length=1)] | Literal["all"]
    what: Sentence


class Release(Closed):
    """One version of the ruleset."""

    version: Version
    date: Date
    adds: list[RuleId] = Field(default=[])
    """The rules that are new in it; the first version has all rules that no other adds."""
    changes: list[Change] = Field(default=[])


class HistoryFile(Closed):
    """The versions of a ruleset, the newest first."""

    schema_: Literal["cds-history/1"] = Field(alias="schema")
    history: Annotated[list[Release], Field(min_length=1)]


def history_of(loaded: LoadedRuleset) -> tuple[Release, ...]:
    """Read the history of a ruleset, the newest version first.

    Raises:
        InputError: there is none, or there are several.
        RulesetError: its newest version is not that of the ruleset, or it names a rule that there is not.
    """
    found = read_companions(loaded.folder, SCHEMA, HistoryFile) if loaded.folder else ()
    if len(found) != 1:
        raise InputError(
            f"the ruleset {quoted(loaded.document.id)} has {len(found) or 'no'} histories"
            if found
            else "there is no history",
            expected=f"one file that begins with `schema: {SCHEMA}`, such as `history.yaml`",
        )
    _check(found[0], loaded)
    return tuple(found[0].document.history)


def changes_of(rule: str, history: tuple[Release, ...]) -> Iterator[tuple[Release, str]]:
    """Give what became of a rule, the newest first; the last one is the version that brought it."""
    brought_by = next((release for release in history if rule in release.adds), history[-1])
    for release in history[: history.index(brought_by) + 1]:
        for change in release.changes:
            if change.rules == "all" or rule in change.rules:
                yield release, change.what
    yield brought_by, "The rule is new."


def _check(file: Companion[HistoryFile], loaded: LoadedRuleset) -> None:
    problems = Problems(file.places)
    rules = {rule.id for rule in loaded.document.rules}
    newest, version = file.document.history[0].version, loaded.document.version
    if newest != version:
        said = f"the newest version of the history is {newest}, and the ruleset is {version}"
        problems.add(("history", 0, "version"), said, expected="the newest version first")
    for path, rule in _rules_named(file.document):
        if rule not in rules:
            problems.add(path, f"there is no rule {quoted(rule)}", suggestion=nearest(rule, rules))
    problems.raise_if_any()


def _rules_named(document: HistoryFile) -> Iterator[tuple[Path, str]]:
    for number, release in enumerate(document.history):
        path: Path = ("history", number)
        yield from (((*path, "adds", at), rule) for at, rule in enumerate(release.adds))
        for of, change in enumerate(release.changes):
            named = change.rules if isinstance(change.rules, list) else ()
            yield from (((*path, "changes", of, "rules", at), rule) for at, rule in enumerate(named))
