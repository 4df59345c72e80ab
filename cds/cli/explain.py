"""`cds explain`: why, why not, what is missing, what would change it."""

from __future__ import annotations

from typing import Annotated

import typer

from cds import actions
from cds.cli.explanation_view import explanation_view
from cds.cli.inputs import read_input, shown_name
from cds.cli.options import (
    AsOfOption,
    EndOption,
    EnginesOption,
    FactsArgument,
    JsonOption,
    KindOption,
    RuleOption,
    RulesetOption,
    StartOption,
    StatusOption,
    ZoneOption,
    beside,
)
from cds.cli.terminal import print_for_people, print_json


def explain(
    facts: FactsArgument,
    *,
    rule: RuleOption,
    binding: Annotated[
        str | None, typer.Option("--binding", metavar="B", help="One binding only, for example medications/m1.")
    ] = None,
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
    """Say why a rule applies or not, what is missing, and what would change it."""
    chosen = actions.load_ruleset(ruleset)
    said = beside(as_of, zone, start=procedure_start, kind=procedure_kind, status=procedure_status, end=procedure_end)
    patient = actions.read_patient(read_input(facts), chosen, beside=said, file=shown_name(facts))
    explained = actions.explain(chosen, patient.facts, rule=rule, binding=binding, engines=engine)
    if as_json:
        print_json(explained)
    else:
        print_for_people(*explanation_view(explained))
