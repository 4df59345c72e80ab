"""`cds holds`: which medicine has its last dose when, for one patient as a sheet, for many as a worklist."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated

import orjson
import typer

from cds import actions
from cds.actions.acknowledging import MOST_BYTES, acknowledged_in, read_memory
from cds.actions.procedure_lists import COLUMNS, read_procedures, with_procedures
from cds.cli.exits import SOME_FAILED, leave
from cds.cli.inputs import read_input, shown_name
from cds.cli.options import (
    AsOfOption,
    EndOption,
    EnginesOption,
    JsonOption,
    KindOption,
    RulesetOption,
    StartOption,
    StatusOption,
    ZoneOption,
    beside,
)
from cds.cli.patient_files import patients_in, progress
from cds.cli.record_options import (
    ActorOption,
    PurposeOption,
    Recording,
    RecordingOption,
    RecordKeysOption,
    RecordOption,
)
from cds.cli.sheet_files import write_file, write_sheets
from cds.cli.sheet_view import sheet_view
from cds.cli.terminal import print_for_people, remark
from cds.cli.worklist_view import hidden_lines, worklist_view
from cds.errors import InputError, Place
from cds.facts.durations import Duration, parse_duration
from cds.holds.filters import SHOWN_STATES, Filters, check_filters
from cds.holds.model import TIERS
from cds.holds.to_csv import csv_rows
from cds.holds.worklist import Gathered, Showing, gather

_AT_ONCE = 200
"""How many parts of a view are laid out at a time: a long list is never in memory as laid-out lines."""


def holds(
    facts: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FACTS",
            help="Facts files, FHIR R4 Bundles, files with one of them a line, or folders of these; `-` reads "
            "standard input.",
        ),
    ] = None,
    *,
    ruleset: RulesetOption = actions.DEFAULT_RULESET,
    as_of: AsOfOption = None,
    zone: ZoneOption = None,
    procedure_start: StartOption = None,
    procedure_kind: KindOption = None,
    procedure_status: StatusOption = None,
    procedure_end: EndOption = None,
    procedures: Annotated[
        str | None,
        typer.Option(
            "--procedures",
            metavar="FILE",
            help=f"A CSV file with the procedure of each patient: {', '.join(COLUMNS)}.",
        ),
    ] = None,
    engine: EnginesOption = actions.DEFAULT_ENGINES,
    state: Annotated[
        list[str] | None,
        typer.Option("--state", metavar="WORD", help=f"Only these: {', '.join(SHOWN_STATES)}; repeatable."),
    ] = None,
    tier: Annotated[
        list[str] | None, typer.Option("--tier", metavar="WORD", help=f"Only these: {', '.join(TIERS)}; repeatable.")
    ] = None,
    of_class: Annotated[
        list[str] | None, typer.Option("--class", metavar="NAME", help="Only substances of this class; repeatable.")
    ] = None,
    unit: Annotated[
        list[str] | None, typer.Option("--unit", metavar="NAME", help="Only patients of this unit; repeatable.")
    ] = None,
    first_day: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="Only procedures on this day or later.")
    ] = None,
    last_day: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="Only procedures on this day or earlier.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="FILE", help="An earlier --json output: tell what changed.")
    ] = None,
    acknowledged: Annotated[
        Path | None, typer.Option("--acknowledged", metavar="FILE", help="What was taken note of (cds acknowledge).")
    ] = None,
    due_within: Annotated[
        str | None,
        typer.Option(
            "--due-within", metavar="TIME", help="Only reminders: what is open or due within, for example, 48h."
        ),
    ] = None,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a table for a spreadsheet, a row a medication.")] = False,
    ics: Annotated[
        Path | None, typer.Option("--ics", metavar="FILE", help="Write the deadlines as a calendar.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="DIR", help="Write a printable sheet per patient.")
    ] = None,
    pdf: Annotated[
        Path | None, typer.Option("--pdf", metavar="DIR", help="Write a printable sheet per patient.")
    ] = None,
    record: RecordOption = None,
    keys: RecordKeysOption = None,
    recording: RecordingOption = None,
    actor: ActorOption = None,
    purpose: PurposeOption = None,
) -> None:
    """Say which medicine has its last dose when: for one patient a sheet, for many a list, the most urgent first.

    A patient that cannot be decided is named in the list, the others are decided, and the status is 3. A filter leaves
    out only what is known not to match. With --ics, --html or --pdf files are written instead of the list.
    """
    if as_json and as_csv:
        raise InputError("two formats were asked for", expected="`--json` or `--csv`")
    if not facts:
        raise InputError("no facts were named", expected="files, folders, or `-` for standard input")
    said = beside(as_of, zone, start=procedure_start, kind=procedure_kind, status=procedure_status, end=procedure_end)
    by = actions.load_ruleset(ruleset)
    states, tiers, classes, units = (tuple(dict.fromkeys(words or ())) for words in (state, tier, of_class, unit))
    filters = Filters(states, tiers, classes, units, first_day, last_day)
    check_filters(filters, by.program.concepts.classes)
    before = None if since is None else read_input(since, most=MOST_BYTES)
    showing = Showing(
        filters,
        earlier=None if before is None else read_memory(before, file=shown_name(str(since))),
        acknowledged={} if acknowledged is None else acknowledged_in(acknowledged),
        within=None if due_within is None else (due_within, _duration(due_within)),
    )
    listed = None if procedures is None else read_procedures(_text(procedures), file=shown_name(procedures))
    recorded = Recording(record, keys, recording, actor, purpose)
    with recorded.opened() as recorder, progress(facts) as advance:
        given = _anything(patients_in(facts, advance))
        if listed is not None:
            given = with_procedures(given, listed)
        decided = actions.hold_sheets(by, given, beside=said, engines=engine, recorder=recorder)
        worklist = gather(decided, notice=actions.notice_of(by), showing=showing)
    _write_sheets(worklist, html=html, pdf=pdf)
    if ics is not None:
        _write_calendar(worklist, ics, before)
    _print(worklist, by, as_json=as_json, as_csv=as_csv, is_in_files=any((ics, html, pdf)))
    if worklist.failed:
        leave(SOME_FAILED)


def _text(name: str) -> str:
    try:
        return read_input(name).decode()
    except UnicodeDecodeError:
        raise InputError("this is not UTF-8", place=Place(shown_name(name)), expected="a CSV file in UTF-8") from None


def _anything(given: Iterable[actions.Given]) -> Iterator[actions.Given]:
    """Pass patients on.

    Raises:
        InputError: there was none that could be read: the first reason.
    """
    reason, is_any = None, False
    for one in given:
        if isinstance(one.text, InputError):
            reason = reason or one.text
        else:
            is_any = True
        yield one
    if reason is not None and not is_any:
        raise reason


def _write_sheets(worklist: Gathered, *, html: Path | None, pdf: Path | None) -> None:
    """Write what was asked for; what a format needs is loaded only here."""
    if html is not None:
        from cds.holds.to_html import sheet_html  # noqa: PLC0415  # loaded when it is asked for

        write_sheets(worklist.sheets(), html, ".html", sheet_html)
    if pdf is not None:
        from cds.holds.to_pdf import sheet_pdf  # noqa: PLC0415  # loaded when it is asked for

        write_sheets(worklist.sheets(), pdf, ".pdf", sheet_pdf)


def _write_calendar(worklist: Gathered, path: Path, before: bytes | None) -> None:
    """Write the calendar; where lines are hidden it withdraws nothing, since they may still stand."""
    from cds.holds.to_ics import worklist_ics  # noqa: PLC0415  # loaded when it is asked for

    is_whole = not worklist.counts["hidden_medications"]
    earlier = orjson.loads(before).get("patients", ()) if before is not None and is_whole else ()
    write_file(path, worklist_ics(worklist.sheets(), earlier=earlier))
    remark(str(path))
    if before is not None and not is_whole:
        remark("not all of the list is shown: the calendar withdraws no event of the earlier list")


def _print(worklist: Gathered, ruleset: actions.Ruleset, *, as_json: bool, as_csv: bool, is_in_files: bool) -> None:
    """Print the list, whole only if that is asked for; what it leaves out or could not be decided is told anyway."""
    if as_json:
        sys.stdout.buffer.writelines(worklist.parts())
        sys.stdout.buffer.write(b"\n")
    elif as_csv:
        sys.stdout.buffer.writelines(row.encode() for row in csv_rows(worklist))
    elif not is_in_files:
        is_one = len(worklist.patients) == 1 and not worklist.failed and not worklist.counts["hidden_patients"]
        parts = (sheet_view if is_one else worklist_view)(worklist, ruleset)
        while some := [*islice(parts, _AT_ONCE)]:
            print_for_people(*some)
        return
    for line in hidden_lines(worklist):
        remark(line)
    for failure in worklist.failed:
        remark(f"not decided: {failure['input']}: {failure['problem']}")


def _duration(text: str) -> Duration:
    """Read a time such as `48h`; a number and a unit may stand together.

    Raises:
        InputError: it is no duration.
    """
    try:
        return parse_duration(re.sub(r"^([0-9.]+)([a-z]+)$", r"\1 \2", text))
    except InputError as error:
        expected = "a number and a unit of time, for example `48h` or `2d`"
        raise InputError(error.problem, expected=expected, suggestion=error.suggestion) from None
