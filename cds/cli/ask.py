"""`cds ask`: what to ask next."""

from __future__ import annotations

from rich.text import Text

from cds import actions
from cds.cli.decision_view import questions_table
from cds.cli.inputs import read_input, shown_name
from cds.cli.options import (
    AsOfOption,
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
    as_json: JsonOption = False,
    engine: EnginesOption = actions.DEFAULT_ENGINES,
) -> None:
    """List the facts whose answer could change what the decision lists, the most urgent first."""
    chosen = actions.load_ruleset(ruleset)
    said = beside(as_of, zone, procedure_start, procedure_kind, procedure_status)
    patient = actions.read_patient(read_input(facts), chosen, beside=said, file=shown_name(facts))
    questions = actions.ask(chosen, patient.facts, engines=engine)
    if as_json:
        print_json(questions)
    elif questions["ask"]:
        print_for_people(questions_table(questions["ask"]))
    else:
        print_for_people(Text("Nothing to ask: no answer could change what the decision lists."))
