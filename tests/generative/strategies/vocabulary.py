"""What generated rulesets talk about: facts of every type, lists, substances, and figures that bounds are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from strategies.chance import Chance

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Domain:
    """What a number or a quantity is measured in, and figures for bounds on it, from small to large."""

    unit: str | None
    figures: tuple[str, ...]
    minimum: str | None = None
    maximum: str | None = None


PAIN = Domain(None, ("0", "3", "4", "7.5", "10"), "0", "10")
RATIO = Domain(None, ("0.9", "1.5", "1.8", "3"), "0", "20")
AGE = Domain("a", ("17 a", "18 a", "65 a", "80 a"), "0", "140")
WEIGHT = Domain("kg", ("45.5 kg", "60000 g", "61 kg", "100 kg"), "1", "400")
TEMPERATURE = Domain("Cel", ("36.5 Cel", "38 Cel", "101 [degF]", "40 Cel"), "30", "45")
MASS_CONCENTRATION = Domain("mg/dL", ("0.6 mg/dL", "12 mg/L", "1.5 mg/dL", "0.02 g/L"), "0.1", "100")
CLEARANCE = Domain("mL/min", ("15 mL/min", "30 mL/min", "0.05 L/min", "95 mL/min"))
COUNT = Domain("10*9/L", ("20 10*9/L", "50 10*9/L", "100 10*9/L", "150 10*9/L"), "0", "3000")
FREQUENCY = Domain("/d", ("1/d", "2/d", "3/d", "4/d"), "0", "24")
DOSE = Domain("mg", ("75 mg", "81 mg", "0.1 g", "325 mg"), "0", "10000")
ELAPSED = Domain("h", ("30 min", "6 h", "24 h", "72 h", "169 h"))
NO_TIME = {"h": "0 h", "d": "0 d"}
"""Bounds on a time of nothing at all, for the operators that can hold then."""
DAYS = Domain("d", ("1 d", "3 d", "1 wk", "28 d", "6 wk"))


@dataclass(frozen=True, slots=True)
class Known:
    """A fact that a condition can use: its name as the patient or the item has it, its type, and what fits it."""

    name: str
    type: str
    values: tuple[str, ...] = ()
    domain: Domain | None = None
    by_day: bool = False
    calculated: bool = False
    """Whether it follows from `_OF_CLEARANCE`."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The sections of a ruleset document that say what there is, and the same for building conditions."""

    sections: Json
    patient: tuple[Known, ...]
    required: tuple[Known, ...]
    lists: Mapping[str, tuple[Known, ...]]
    substances: tuple[str, ...]
    classes: tuple[str, ...]


@dataclass(slots=True)
class _Facts:
    declared: Json = field(default_factory=dict)
    known: list[Known] = field(default_factory=list)

    def add(self, known: Known, **more: Any) -> None:
        entry: Json = {"type": known.type, **more}
        if not known.calculated:
            entry["ask"] = f"What is known about {known.name}?"
        if known.values:
            entry["values"] = list(known.values)
        if known.domain is not None:
            limits = {"unit": known.domain.unit, "minimum": known.domain.minimum, "maximum": known.domain.maximum}
            entry |= {key: value for key, value in limits.items() if value is not None}
        if known.by_day:
            entry["granularity"] = "day"
        self.declared[known.name] = entry
        self.known.append(known)
        if entry.get("taken"):
            self.known.append(Known(f"{known.name}.taken", "time"))


STATUS = Known("procedure.status", "enum", ("booked", "done", "proposed"))
START = Known("procedure.start", "time")
AS_OF = Known("as_of", "time")
MEDICATIONS = "medications"

_OPTIONAL: tuple[tuple[Known, Json], ...] = (
    (Known("neuro.deficit", "boolean"), {}),
    (Known("consent", "boolean"), {}),
    (Known("history.stent", "boolean"), {}),
    (Known("fracture.cause", "enum", ("fall", "other", "tumour")), {}),
    (Known("care.outcome", "enum", ("failed", "ongoing")), {}),
    (Known("pain.score", "number", domain=PAIN), {}),
    (Known("labs.inr", "number", domain=RATIO), {"taken": True}),
    (Known("patient.age", "quantity", domain=AGE), {}),
    (Known("patient.weight", "quantity", domain=WEIGHT), {"taken": True}),
    (Known("postop.temperature", "quantity", domain=TEMPERATURE), {"taken": True}),
    (Known("labs.creatinine", "quantity", domain=MASS_CONCENTRATION), {"taken": True}),
    (Known("labs.platelets", "quantity", domain=COUNT), {}),
    (Known("fracture.onset", "time", by_day=True), {"not_after": "as_of"}),
    (Known("history.stent_date", "time", by_day=True), {}),
    (Known("neuro.noticed", "time"), {"not_after": "as_of"}),
    (Known("postop.assessed_at", "time"), {}),
)
_CALCULATED = Known("renal.clearance", "quantity", domain=CLEARANCE, calculated=True)
_OF_CLEARANCE: Mapping[str, str] = {
    "age": "patient.age",
    "sex": "patient.sex",
    "weight": "patient.weight",
    "creatinine": "labs.creatinine",
}
_SEX = Known("patient.sex", "enum", ("female", "male"))
"""Without `other`, which is known and yet stands for either: the answer to a question about it would correct it."""
_OF_MEDICATIONS: tuple[tuple[Known, Json], ...] = (
    (Known("status", "enum", ("active", "completed", "entered_in_error", "on_hold", "stopped")), {}),
    (Known("last_dose", "time"), {"not_after": "as_of"}),
    (Known("last_dose_reported_at", "time"), {"not_after": "as_of"}),
    (Known("frequency", "quantity", domain=FREQUENCY), {}),
    (Known("as_needed", "boolean"), {}),
    (Known("dose", "quantity", domain=DOSE), {}),
    (Known("level", "number", domain=RATIO), {"taken": True}),
    (Known("started", "time", by_day=True), {}),
)
_OTHER_LISTS: Mapping[str, tuple[tuple[Known, Json], ...]] = {
    "intake": (
        (Known("kind", "enum", ("clear", "fatty", "light")), {}),
        (Known("at", "time"), {"not_after": "as_of"}),
        (Known("amount", "quantity", domain=DOSE), {}),
    ),
    "fracture.levels": (
        (Known("painful", "boolean"), {}),
        (Known("onset", "time", by_day=True), {}),
        (Known("height_loss", "number", domain=PAIN), {}),
    ),
}

_CLASSES = ("anticoagulant", "antiplatelet", "nsaid")
_SUBSTANCES: Mapping[str, tuple[str, ...]] = {
    "aspirin": ("antiplatelet", "nsaid"),
    "apixaban": ("anticoagulant",),
    "clopidogrel": ("antiplatelet",),
    "dipyridamole": ("antiplatelet",),
    "ibuprofen": ("nsaid",),
    "metformin": (),
    "warfarin": ("anticoagulant",),
}
_BRANDS = {"aspirin": "Bayerin", "ibuprofen": "Advil", "warfarin": "Coumadin", "clopidogrel": "Plavix"}
_ADDED = "entered for a test"


def vocabulary(chance: Chance, *, all_of_items: bool = False) -> Vocabulary:
    """Choose what a ruleset talks about; with `all_of_items` its medications have every fact that holds look at."""
    facts = _Facts()
    facts.add(STATUS, required=True)
    required = [STATUS]
    if chance.maybe(50):
        phase = Known("phase.after", "boolean")
        facts.add(phase, required=True)
        required.append(phase)
    facts.add(START)
    facts.known.append(AS_OF)
    chosen_facts = chance.some(_OPTIONAL, 2, 9)
    if chance.maybe(35):
        needed = [each for each in _OPTIONAL if each[0].name in _OF_CLEARANCE.values() and each not in chosen_facts]
        calculated = {"formula": "cockcroft_gault", "from": dict(_OF_CLEARANCE)}
        chosen_facts += [*needed, (_SEX, {}), (_CALCULATED, {"calculated": calculated})]
    for known, more in chosen_facts:
        facts.add(known, **more)
    lists: dict[str, tuple[Known, ...]] = {}
    if all_of_items or chance.maybe(90):
        chosen = _OF_MEDICATIONS if all_of_items else chance.some(_OF_MEDICATIONS, 2, len(_OF_MEDICATIONS))
        lists[MEDICATIONS] = _list(facts, MEDICATIONS, chosen, has_concept=True)
    for name, items in _OTHER_LISTS.items():
        if chance.maybe(30):
            lists[name] = _list(facts, name, chance.some(items, 2, len(items)), has_concept=False)
    substances = tuple(sorted(chance.some(tuple(_SUBSTANCES), 2, len(_SUBSTANCES))))
    return Vocabulary(
        sections={"facts": facts.declared, **_medication_sections(chance, substances)},
        patient=tuple(facts.known),
        required=tuple(required),
        lists=lists,
        substances=substances,
        classes=_CLASSES,
    )


def _list(facts: _Facts, name: str, items: Sequence[tuple[Known, Json]], *, has_concept: bool) -> tuple[Known, ...]:
    inner = _Facts()
    if has_concept:
        inner.add(Known("substance", "concept"))
    for known, more in items:
        inner.add(known, **more)
    facts.declared[name] = {"type": "list", "ask": f"Is {name} complete?", "items": inner.declared}
    return tuple(inner.known)


def local_code(name: str) -> Json:
    """Give a code of a code system that exists in tests only."""
    return {"system": "local", "code": f"test-{name}"}


def _medication_sections(chance: Chance, substances: tuple[str, ...]) -> Json:
    """Declare substances, and products of one or two of them, by code or by brand, some of them a guess."""
    products: list[Json] = []
    for number in range(chance.whole(0, 4)):
        product: Json = {"substances": sorted(chance.some(substances, 1, 2)), "confirmed": _ADDED}
        by_brand = chance.maybe(60)
        product |= {"brand": f"Brandex{'abcd'[number]}"} if by_brand else local_code(f"product-{number}")
        if chance.maybe(25):
            product["guess"] = True
        products.append(product)
    return {
        "classes": {name: {"title": f"Class {name}"} for name in _CLASSES},
        "substances": {
            name: {
                "classes": list(_SUBSTANCES[name]),
                "names": [name],
                "brands": [_BRANDS[name]] if name in _BRANDS else [],
                "codes": [local_code(name) | {"confirmed": _ADDED}],
            }
            for name in substances
        },
        "products": products,
    }
