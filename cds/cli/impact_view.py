"""An impact analysis for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cds.cli.words import plain

_RESULTS = {
    "unchanged": "the same would have been said",
    "changed": "something else would have been said",
    "facts_not_read": "the new ruleset does not read these facts",
    "failed": "could not be decided",
    "masked": "facts were masked: not decided",
    "key_destroyed": "the patient's key was destroyed",
    "removed": "the body was removed by retention",
    "unreadable": "the body cannot be opened: no key, or altered",
    "other_kind": "no decision",
}
_PSEUDONYM = 12
_MOST_RULES = 30
_BEST = ("changed", "unchanged")


def impact_view(document: Mapping[str, Any]) -> Iterator[Text | Table | Padding]:
    """Show a `cds-impact/1`: the records, the kinds of change with examples, the rules, and the outcomes."""
    to, records = document["to"], document["records"]
    yield Text(f"to  {to['id']} {to['version']} ({to['status']}), {to['digest']}\n")
    yield _heading("Records")
    yield _records(records)
    if document["problems"]:
        yield _heading("Could not be decided")
        yield _problems(document["problems"])
    if document["changes"]:
        yield _heading("Changes")
        for change in document["changes"]:
            yield from _kind(change)
        yield _heading("By rule")
        yield from _rules(document["rules"])
    if document["dispositions"]:
        yield _heading("Outcomes")
        yield _dispositions(document["dispositions"])
    yield _summary(records)


def _records(records: Mapping[str, int]) -> Table:
    table = _table()
    for result, count in records.items():
        table.add_row(f"{count:,}", plain(result), Text(_RESULTS[result], style="dim"))
    return table


def _problems(problems: Sequence[Mapping[str, Any]]) -> Table:
    table = _table()
    for found in problems:
        table.add_row(f"{found['records']:,}", f"first {found['first']}", found["problem"])
    return table


def _kind(change: Mapping[str, Any]) -> Iterator[Text | Padding]:
    title = Text.assemble((plain(change["kind"]), "bold"), f": {change['changes']:,} in {change['records']:,} records")
    yield Padding(title, (0, 0, 0, 2))
    yield Padding(Text(change["meaning"], style="dim"), (0, 0, 0, 2))
    for example in change["sample"]:
        yield Padding(_example(example), (0, 0, 0, 4))
    yield Text()


def _example(example: Mapping[str, Any]) -> Text:
    who = f"patient {example['subject'][:_PSEUDONYM]}" if example["subject"] else "nobody named"
    said = Text(f"record {example['seq']}, {who}")
    if example["rule"] is not None:
        said.append(f", {example['rule']}")
    if example["before"] != example["after"]:
        said.append(f": {_word(example['before'])} -> {_word(example['after'])}")
    return said


def _word(word: str | None) -> str:
    return "not listed" if word is None else plain(word)


def _rules(rules: Sequence[Mapping[str, Any]]) -> Iterator[Table | Padding]:
    ordered = sorted(rules, key=lambda found: (-sum(found["changes"].values()), found["rule"]))
    table = _table()
    for found in ordered[:_MOST_RULES]:
        said = ", ".join(f"{plain(kind)} {count:,}" for kind, count in found["changes"].items())
        table.add_row(f"{sum(found['changes'].values()):,}", found["rule"], Text(said, style="dim"))
    yield table
    if len(ordered) > _MOST_RULES:
        yield Padding(Text(f"and {len(ordered) - _MOST_RULES} more rules, which --json gives\n", style="dim"), (0, 2))


def _dispositions(dispositions: Sequence[Mapping[str, Any]]) -> Table:
    table = _table()
    for found in dispositions:
        table.add_row(f"{found['records']:,}", f"{plain(found['before'])} -> {plain(found['after'])}", "")
    return table


def _table() -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(justify="right", min_width=6)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    return table


def _heading(title: str) -> Text:
    return Text(title, style="bold underline")


def _summary(records: Mapping[str, int]) -> Text:
    changed, unchanged = (records.get(result, 0) for result in _BEST)
    rest = sum(count for result, count in records.items() if result not in {*_BEST, "other_kind"})
    if rest and not changed + unchanged:
        return Text(
            f"NOTHING COULD BE COMPARED: {rest:,} decisions, and whom it would affect is not known.", style="bold"
        )
    said = f"{changed:,} of {changed + unchanged:,} decisions would have been different"
    return Text(f"{said}; {rest:,} could not be compared." if rest else f"{said}.")
