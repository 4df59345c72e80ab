"""Valid facts documents for a program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strategies.chance import Chance
from strategies.making import ABSENT, Making, Material, put
from strategies.moments import now, text
from strategies.thresholds import thresholds_of
from strategies.vocabulary import Json

from cds.facts.dictionary import Declaration, FactType
from cds.facts.model import Facts
from cds.facts.schema import parse_facts
from cds.ir.program import Program
from cds.terminology.codes import Code, System


def parsed(program: Program, document: Mapping[str, Any]) -> Facts:
    """Parse a facts document by a program's dictionary."""
    return parse_facts(document, program.dictionary, program.concepts)


class Patients:
    """Make patients for one program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.material = Material(
            facts=said_by_name(program.dictionary),
            items={
                name: said_by_name(declared.items)
                for name, declared in program.dictionary.items()
                if declared.type is FactType.LIST
            },
            thresholds=thresholds_of(program),
            inputs=frozenset(
                fact
                for declared in program.dictionary.values()
                if declared.calculated is not None
                for _, fact in declared.calculated.inputs
            ),
            texts=_texts(program),
            codes=_codes(program),
        )

    def document(self, chance: Chance, *, known: int | None = None, complete: int = 60) -> Json:
        """Build a facts document; of a hundred facts and lists, so many are known and complete."""
        zone, as_of = now(chance)
        percent = chance.one_of((100, 90, 70, 40, 10)) if known is None else known
        making = Making(self.material, chance, zone, as_of, known=percent, complete=complete)
        document: Json = {"schema": "cds-facts/1", "subject": "generated", "as_of": text(chance, as_of, zone)}
        document["zone"] = zone.name
        for declared in self.material.facts:
            value = making.fact(None, declared)
            if value is not ABSENT:
                put(document, declared.name, value)
        for name, facts in self.material.items.items():
            value = making.list(name, facts)
            if value is not ABSENT:
                put(document, name, value)
        return document


def said_by_name(dictionary: Mapping[str, Declaration]) -> tuple[Declaration, ...]:
    """Give what a document says by name: no lists, nothing calculated, no `as_of`, no times said with their facts."""
    times = {f"{name}.taken" for name, declared in dictionary.items() if declared.taken}
    return tuple(
        declared
        for name, declared in sorted(dictionary.items())
        if name not in times and name != "as_of" and declared.type is not FactType.LIST and declared.calculated is None
    )


def _texts(program: Program) -> tuple[str, ...]:
    """Give texts of medications: names, brands, several at once, odd spelling, and what nobody can identify."""
    names = [
        name for substance in program.concepts.substances.values() for name in (*substance.names, *substance.brands)
    ]
    brands = [product.brand for product in program.concepts.products if product.brand is not None]
    found = [*names, *names, *brands, *brands]
    found += [f"{names[0].upper()} 200 mg tablet", f"{names[-1]}  and {names[0]}", f"no {names[0]}"] if names else []
    return (*found, "mystery pill", "Ünbekannt 5 mg")


def _codes(program: Program) -> tuple[Code, ...]:
    found = [code for substance in program.concepts.substances.values() for code in substance.codes]
    found += [product.code for product in program.concepts.products if product.code is not None]
    return (*found, Code(System.LOCAL, "test-nobody-knows"))
