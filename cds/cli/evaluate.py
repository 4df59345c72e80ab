"""`cds evaluate`: decide for one patient, or for one on each line."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from cds import actions
from cds.cli import jsonl
from cds.cli.decision_view import decision_view
from cds.cli.exits import SOME_FAILED, leave
from cds.cli.inputs import STANDARD_INPUT, read_input, shown_name
from cds.cli.notes_view import note_lines
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
from cds.cli.record_options import (
    ActorOption,
    PurposeOption,
    Recording,
    RecordingOption,
    RecordKeysOption,
    RecordOption,
)
from cds.cli.terminal import print_bytes, print_for_people, remark
from cds.errors import InputError


def evaluate(
    facts: Annotated[
        str | None,
        typer.Argument(metavar="FACTS", help="A facts file or a FHIR R4 Bundle; `-` reads standard input."),
    ] = None,
    *,
    ruleset: RulesetOption = actions.DEFAULT_RULESET,
    as_of: AsOfOption = None,
    zone: ZoneOption = None,
    procedure_start: StartOption = None,
    procedure_kind: KindOption = None,
    procedure_status: StatusOption = None,
    procedure_end: EndOption = None,
    as_json: JsonOption = False,
    list_all: Annotated[bool, typer.Option("--all", help="List the rules that do not apply, too.")] = False,
    engine: EnginesOption = actions.DEFAULT_ENGINES,
    by_line: Annotated[
        bool, typer.Option("--jsonl", help="One document a line in, one decision a line out, in order.")
    ] = False,
    record: RecordOption = None,
    keys: RecordKeysOption = None,
    recording: RecordingOption = None,
    actor: ActorOption = None,
    purpose: PurposeOption = None,
) -> None:
    """Decide for one patient: a facts file, a FHIR R4 Bundle, or `-`.

    With --jsonl, one document a line in gives one decision a line out. A line that cannot be decided gives an error
    object on its line, the rest goes on, and the status is 3.
    """
    said = beside(as_of, zone, start=procedure_start, kind=procedure_kind, status=procedure_status, end=procedure_end)
    if facts is None and not by_line:
        raise InputError("no facts were named", expected="a file, or `-` for standard input")
    text = b"" if facts is None or by_line else read_input(facts)
    by = actions.load_ruleset(ruleset)
    with Recording(record, keys, recording, actor, purpose).opened() as recorder:
        if facts is None or by_line:
            if not jsonl.run(facts or STANDARD_INPUT, jsonl.Deciding(by, said, engine, list_all, recorder)):
                leave(SOME_FAILED)
            return
        read = partial(actions.read_patient, text, by, beside=said, file=shown_name(facts))
        if recorder is None:
            patient = read()
            decision = actions.evaluate(by, patient.facts, engines=engine, list_all=list_all)
        else:
            patient, decision = actions.decide_recorded(recorder, by, read, engines=engine, list_all=list_all)
    if as_json:
        for line in note_lines(patient.notes):
            remark(line)
        print_bytes(decision.to_bytes())
    else:
        print_for_people(*decision_view(decision.document, by, patient.notes))
