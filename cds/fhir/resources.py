"""The few fields of FHIR R4 resources that are read, as plain models; everything else in a resource is passed over."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError


def _exact(raw: Any) -> Any:
    if isinstance(raw, bool) or not isinstance(raw, int | Decimal):
        raise PydanticCustomError("exact_number", "a number, read as a decimal")
    return raw


Exact = Annotated[Any, BeforeValidator(_exact)]
"""A number as JSON has it: whole, or an exact decimal; a binary float is refused."""
Listed = Field(default=(), strict=False)
"""A list in JSON, a tuple here."""


class Element(BaseModel):
    """A part of a resource."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True, alias_generator=to_camel)


class Coding(Element):
    """A code within its system."""

    system: str | None = None
    code: str | None = None
    display: str | None = None


class CodeableConcept(Element):
    """A concept by several codings and a text, all for the same thing."""

    coding: tuple[Coding, ...] = Listed
    text: str | None = None


class Reference(Element):
    """A reference to another resource."""

    reference: str | None = None
    display: str | None = None


class Period(Element):
    """Two ends of a time, both included."""

    start: str | None = None
    end: str | None = None


class Quantity(Element):
    """A number with its unit; `system` and `code` are the unit for machines, `unit` the words for it."""

    value: Exact | None = None
    comparator: str | None = None
    unit: str | None = None
    system: str | None = None
    code: str | None = None


class Resource(Element):
    """What every resource has; a modifier extension changes the meaning of what is read, in a way not known here."""

    resource_type: str
    id: str | None = None
    modifier_extension: tuple[Any, ...] = Listed


class Patient(Resource):
    """The person."""

    gender: str | None = None
    birth_date: str | None = None
    deceased_boolean: bool | None = None
    deceased_date_time: str | None = None


class Condition(Resource):
    """A problem or diagnosis."""

    clinical_status: CodeableConcept | None = None
    verification_status: CodeableConcept | None = None
    code: CodeableConcept | None = None
    subject: Reference | None = None
    onset_date_time: str | None = None
    onset_period: Period | None = None
    abatement_date_time: str | None = None
    abatement_age: Any = None
    abatement_period: Any = None
    abatement_range: Any = None
    abatement_string: str | None = None


class Measured(Element):
    """A value that was observed, in an observation or a component of one."""

    code: CodeableConcept | None = None
    value_quantity: Quantity | None = None
    value_integer: Exact | None = None
    value_boolean: bool | None = None


class Observation(Resource, Measured):
    """A measurement or finding."""

    status: str
    subject: Reference | None = None
    effective_date_time: str | None = None
    effective_period: Period | None = None
    effective_instant: str | None = None
    component: tuple[Measured, ...] = Listed


class Repeat(Element):
    """How often something is to be done; other ways of saying it are only noticed."""

    frequency: Exact | None = None
    frequency_max: Any = None
    period: Exact | None = None
    period_max: Any = None
    period_unit: str | None = None
    day_of_week: Any = None
    time_of_day: Any = None
    when: Any = None
    count: Any = None


class Timing(Element):
    """When something is to be done."""

    repeat: Repeat | None = None
    code: CodeableConcept | None = None


class Dosage(Element):
    """How a medication is to be taken."""

    timing: Timing | None = None
    as_needed_boolean: bool | None = None
    as_needed_codeable_concept: CodeableConcept | None = None
    route: CodeableConcept | None = None


class Ingredient(Element):
    """One ingredient of a medication."""

    item_codeable_concept: CodeableConcept | None = None
    item_reference: Reference | None = None


class Medication(Resource):
    """A product that is referred to."""

    code: CodeableConcept | None = None
    ingredient: tuple[Ingredient, ...] = Listed


class MedicationUse(Resource):
    """What a request for a medication and a statement on one have in common."""

    medication_codeable_concept: CodeableConcept | None = None
    medication_reference: Reference | None = None
    subject: Reference | None = None
    contained: tuple[dict[str, Any], ...] = Listed
    status: str


class MedicationRequest(MedicationUse):
    """An order or a plan to give a medication; with `doNotPerform`, an order not to."""

    intent: str
    do_not_perform: bool | None = None
    authored_on: str | None = None
    dosage_instruction: tuple[Dosage, ...] = Listed


class MedicationStatement(MedicationUse):
    """A report that a medication is, was or will be taken."""

    effective_date_time: str | None = None
    effective_period: Period | None = None
    date_asserted: str | None = None
    derived_from: tuple[Any, ...] = Listed
    dosage: tuple[Dosage, ...] = Listed


class Reaction(Element):
    """What happened when the substance was met."""

    manifestation: tuple[CodeableConcept, ...] = Listed
    substance: CodeableConcept | None = None


class AllergyIntolerance(Resource):
    """A risk of reaction to a substance."""

    clinical_status: CodeableConcept | None = None
    verification_status: CodeableConcept | None = None
    code: CodeableConcept | None = None
    patient: Reference | None = None
    reaction: tuple[Reaction, ...] = Listed


class Act(Resource):
    """What an order for something and the record of it have in common."""

    status: str
    code: CodeableConcept | None = None
    subject: Reference | None = None


class Procedure(Act):
    """Something that was, is or will be done to the patient."""

    performed_date_time: str | None = None
    performed_period: Period | None = None


class ServiceRequest(Act):
    """An order or a plan to do something to the patient; with `doNotPerform`, an order not to."""

    do_not_perform: bool | None = None


MODELS: dict[str, type[Resource]] = {
    model.__name__: model
    for model in (
        Patient,
        Condition,
        Observation,
        Medication,
        MedicationRequest,
        MedicationStatement,
        AllergyIntolerance,
        Procedure,
        ServiceRequest,
    )
}
"""The resource types that are read, by name."""
