"""`cds ask`: what to ask next."""

from __future__ import annotations

from rich.text import Text

from cds import actions
from cds.cli.decision_view import questions_table
from cds.cli.inputs import read_input, shown_name
from cds.cli.options import (
    AsOfOption,
    EndOption,
    EnginesOption,
    FactsArgument,
    JsonOption,
    KindOption,
    RulesetOption,
    StartOption,
    StatusOption,
    ZoneOption,
    beside,
)
from cds.cli.standing import standing_lines
from cds.cli.terminal import print_for_people, print_json


def ask(
    facts: FactsArgument,
    *,
    ruleset: RulesetOption = actions.DEFAULT_RULESET,
    as_of: AsOfOption = None,
    zone: ZoneOption = None,
    procedure_start: StartOption = None,
    procedure_kind: KindOption = None,
    procedure_status: StatusOption = None,
    procedure_end: EndOption = None,
    as_json: JsonOption = False,
    engine: EnginesOption = actions.DEFAULT_ENGINES,
) -> None:
    """List the facts whose answer could change what the decision lists, the most urgent first."""
    chosen = actions.load_ruleset(ruleset)
    said = beside(as_of, zone, start=procedure_start, kind=procedure_kind, status=procedure_status, end=procedure_end)
    patient = actions.read_patient(read_input(facts), chosen, beside=said, file=shown_name(facts))
    questions = actions.ask(chosen, patient.facts, engines=engine)
    if as_json:
        print_json(questions)
        return
    nothing = Text("Nothing to ask: no answer could change what the decision lists.")
    asked = questions_table(questions["ask"]) if questions["ask"] else nothing
    print_for_people(*standing_lines(questions["ruleset"]), asked)
