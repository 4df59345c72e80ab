"""Hypothesis strategies and settings for the tests of this folder."""

from __future__ import annotations

import os
from dataclasses import dataclass

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from strategies.chance import Chance, Drawn, drawn
from strategies.patients import Patients, parsed
from strategies.programs import compiled
from strategies.rulesets import SMALL, Size, ruleset
from strategies.vocabulary import Json

from cds.facts.model import Facts
from cds.ir.program import Program

EXPLORE = "CDS_EXPLORE"
"""Set in the environment, this looks at other examples in every run; without it every run looks at the same ones."""


@dataclass(frozen=True, slots=True)
class Case:
    """A ruleset and a patient, as documents and as the types that engines take; `chance` makes further choices."""

    chance: Chance
    ruleset: Json
    program: Program
    patients: Patients
    patient: Json
    facts: Facts


def examples(count: int) -> settings:
    """Give the settings of a property: so many examples, no deadline."""
    return settings(
        max_examples=count,
        deadline=None,
        derandomize=EXPLORE not in os.environ,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )


def cases(size: Size = SMALL, *, known: int | None = None, complete: int = 60) -> st.SearchStrategy[Case]:
    """Give rulesets with a patient each."""

    @st.composite
    def built(draw: st.DrawFn) -> Case:
        return case(Drawn(draw), size, known=known, complete=complete)

    return built()


def case(chance: Chance, size: Size = SMALL, *, known: int | None = None, complete: int = 60) -> Case:
    """Build a ruleset with a patient."""
    document = ruleset(chance, size)
    program = compiled(document)
    patients = Patients(program)
    patient = patients.document(chance, known=known, complete=complete)
    return Case(chance, document, program, patients, patient, parsed(program, patient))


__all__ = ["Case", "case", "cases", "drawn", "examples"]
