"""`cds ruleset diff`: what changed from one ruleset to another, in words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Annotated

import typer
from rich.padding import Padding
from rich.text import Text

from cds import actions
from cds.cli.completion import ruleset_names
from cds.cli.exits import FINDINGS, leave
from cds.cli.options import JsonOption
from cds.cli.terminal import print_for_people, print_json
from cds.ruleset.loader import LoadedRuleset
from cds.verification.ruleset_diff.compare import Change, Part, RulesetDiff
from cds.verification.ruleset_diff.elements import TITLES

_STYLES = {"added": "green", "removed": "red", "changed": "yellow", "+": "green", "-": "red", " ": "dim"}
_MOST_RULES = 8
_RulesetNamed = Annotated[
    str, typer.Argument(metavar="ID|FOLDER", autocompletion=ruleset_names, help="A ruleset, by id or folder.")
]


def diff(before: _RulesetNamed, after: _RulesetNamed, *, as_json: JsonOption = False) -> None:
    """Tell what changed from one ruleset to another. Status 1 if anything did."""
    compared = actions.ruleset_diff(before, after)
    if as_json:
        print_json(compared.document())
    else:
        print_for_people(*_shown(compared))
    if compared.changes:
        leave(FINDINGS)


def _shown(compared: RulesetDiff) -> Iterator[Text | Padding]:
    yield Text(f"from  {_identity(compared.before)}\nto    {_identity(compared.after)}\n")
    for section, changes in groupby(compared.changes, key=lambda change: change.section):
        yield Text(TITLES[section], style="bold")
        for change in changes:
            yield Padding(_heading(change), (0, 0, 0, 2))
            for part in change.parts:
                yield Padding(_part(part, signed=change.what == "changed"), (0, 0, 0, 4))
        yield Text()
    yield Text(_summary(compared))


def _identity(loaded: LoadedRuleset) -> str:
    document = loaded.document
    return f"{document.id} {document.version} ({document.lifecycle.status}), {loaded.digest}"


def _heading(change: Change) -> Text:
    heading = Text.assemble((change.what, _STYLES[change.what]), f" {change.name}")
    if change.summary:
        heading.append(f": {change.summary}", style="dim")
    if change.rules:
        more = f" and {len(change.rules) - _MOST_RULES} more" if len(change.rules) > _MOST_RULES else ""
        heading.append(f"\nused by {', '.join(change.rules[:_MOST_RULES])}{more}", style="dim")
    return heading


def _part(part: Part, *, signed: bool) -> Text:
    """Show a part with one line a side in one line, any other by its lines that went and came."""
    if len(part.before) == 1 == len(part.after):
        return Text.assemble(f"{part.name}: ", (part.before[0], "red"), " -> ", (part.after[0], "green"))
    lines = list(part.line_changes())
    apart = "\n  " if len(lines) > 1 else " "
    said = Text(f"{part.name}:")
    for sign, line in lines:
        said.append(f"{apart}{sign} {line}" if signed else f"{apart}{line}", style=_STYLES[sign])
    return said


def _summary(compared: RulesetDiff) -> str:
    if not compared.changes:
        return "No differences."
    counts = [
        (what, sum(change.what == what for change in compared.changes)) for what in ("added", "removed", "changed")
    ]
    said = ", ".join(f"{count} {what}" for what, count in counts if count)
    if compared.before.digest == compared.after.digest:
        return f"{said}. The digest is the same: no answer changes."
    return f"{said}. The digests differ: answers may change."
