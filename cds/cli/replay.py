"""`cds replay`: decide every record of a log again, and compare."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cds import actions
from cds.cli.completion import ruleset_names
from cds.cli.exits import DIFFERENT, leave
from cds.cli.log_options import FromOption, KeysOption, LogArgument, ProcessesOption
from cds.cli.options import EnginesOption, JsonOption
from cds.cli.progress import with_progress
from cds.cli.terminal import print_for_people, print_json
from cds.replay.differences import NOTHING, Difference
from cds.replay.replay import Replayed, Status
from cds.replay.tally import CANNOT_BE_COMPARED, MOST_NAMED, PROVED, Tally

MOST_SHOWN = 20
"""Differences of one record that people are shown; `--json` gives all that are kept."""
_LONGEST = 60
IN_WORDS = {
    Status.IDENTICAL: "the same bytes",
    Status.OTHER_WORDS: "the same decision, put into words by another version",
    Status.OTHER_TIME_ZONE_DATA: "the same but for the version of the time-zone data",
    Status.OTHER_RULESET: "the same but for the identity of the ruleset",
    Status.DIFFERENT: "another decision comes out",
    Status.NEEDS_OTHER_BUILD: "made for other semantics than this build decides",
    Status.FAILED: "cannot be decided again",
    Status.EQUAL_AS_STORED: "masked; equal as far as stored",
    Status.MASKED: "not comparable: masked",
    Status.KEY_DESTROYED: "the patient's key was destroyed",
    Status.REMOVED: "the body was removed by retention",
    Status.UNREADABLE: "the body cannot be opened: no key, or altered",
    Status.OTHER_KIND: "no decision: nothing to decide again",
}
_SILENT = frozenset({Status.OTHER_KIND}) | PROVED | CANNOT_BE_COMPARED


def replay(
    log: LogArgument,
    *,
    ruleset: Annotated[
        str | None,
        typer.Option(
            "--ruleset", metavar="ID|FOLDER", autocompletion=ruleset_names, help="Decide by this one, not by their own."
        ),
    ] = None,
    engine: EnginesOption = actions.DEFAULT_ENGINES,
    keys: KeysOption = None,
    processes: ProcessesOption = None,
    position: Annotated[
        Path | None, typer.Option("--position", metavar="FILE", help="Go on from here, and keep it up to date.")
    ] = None,
    start: FromOption = 0,
    as_json: JsonOption = False,
) -> None:
    """Decide every record again under its own ruleset and compare byte for byte. Status 5 unless all are identical.

    What a site chose not to keep (destroyed keys, removed bodies, masked facts) is counted as such, and never as
    identical. What differs is shown field by field, with values, of the first hundred records: that is patient data.
    """
    with actions.replay_log(
        log, ruleset=ruleset, engines=engine, keys=keys, processes=processes, position=position, start=start
    ) as running:
        found: list[dict[str, Any]] | None = [] if as_json else None
        shown: Counter[Status] = Counter()
        for one in with_progress(running.done, running.total):
            if one.status in _SILENT:
                continue
            shown[one.status] += 1
            if shown[one.status] > MOST_NAMED:
                continue
            if found is None:
                print_for_people(*_differing(one))
            else:
                found.append(one.document())
        if found is None:
            print_for_people(*_summary(running.tally))
        else:
            print_json({**running.tally.document(), "records": found})
        if not running.tally.is_proved:
            leave(DIFFERENT)


def _differing(one: Replayed) -> Iterator[Text | Padding]:
    heading = Text.assemble(f"record {one.seq}: ", (IN_WORDS[one.status], "red"))
    yield heading if one.problem is None else heading.append(f": {one.problem}", style="")
    for difference in one.differences[:MOST_SHOWN]:
        yield Padding(_line(difference), (0, 0, 0, 2))
    if len(one.differences) > MOST_SHOWN:
        yield Padding(Text("and more, which --json gives", style="dim"), (0, 0, 0, 2))


def _line(difference: Difference) -> Text:
    return Text.assemble(
        f"{difference.path}: ", (_short(difference.before), "red"), " -> ", (_short(difference.after), "green")
    )


def _short(value: Any) -> str:
    said = "nothing" if value is NOTHING else json.dumps(value, ensure_ascii=False)
    return said if len(said) <= _LONGEST else f"{said[: _LONGEST - 3]}..."


def _summary(tally: Tally) -> Iterator[Table | Text]:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(justify="right")
    table.add_column()
    table.add_column(style="dim")
    for status in Status:
        if status in tally.counts:
            table.add_row(f"{tally.counts[status]:,}", status.value.replace("_", " "), IN_WORDS[status])
    yield table
    decisions = sum(count for status, count in tally.counts.items() if status is not Status.OTHER_KIND)
    same = sum(tally.counts.get(status, 0) for status in PROVED)
    kept = sum(tally.counts.get(status, 0) for status in CANNOT_BE_COMPARED)
    apart = f"; {kept:,} cannot be compared" if kept else ""
    others = "None of the others differs." if kept else "None differs."
    if not decisions:
        yield Text("\nThere was no decision to decide again: nothing is proved.", style="yellow")
    elif tally.is_proved:
        yield Text(f"\n{same:,} of {decisions:,} decisions came out the same{apart}. {others}", style="green")
    else:
        yield Text(f"\n{same:,} of {decisions:,} decisions came out the same{apart}. NOT PROVED.", style="bold red")
