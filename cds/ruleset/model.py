"""A whole ruleset as models: what may stand in the YAML files, and nothing else (language §2 to §13)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from cds.facts.dictionary import FactType, FormulaName
from cds.ruleset.conditions import Closed, Condition, ParameterName, Scalar
from cds.terminology.codes import System


def _calendar_day(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"`{text}` is not a day of the calendar") from None
    return text


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$")]
"""The name of a fact, parameter, group or advice."""
RuleId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*(\.[a-z0-9-]+)*$")]
Adoptable = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)*$")]
"""The name of a parameter or the id of a rule."""
Hyphenated = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
Version = Annotated[str, Field(pattern=r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$")]
Date = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), AfterValidator(_calendar_day)]
Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
Sentence = Annotated[str, Field(min_length=1, max_length=2000)]
ForEach = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]* in [a-z][a-z0-9_.]*$")]
StatementId = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]*-[0-9]+$")]
"""A statement of a source, such as `S0-41`."""
Confirmed = Literal["primary", "secondary", "unconfirmed"]
SeverityWord = Literal["critical", "high", "moderate", "info"]
Kind = Literal[
    "indication",
    "contraindication",
    "timing",
    "procedure_choice",
    "preparation",
    "hold",
    "restart",
    "aftercare",
    "red_flag",
    "follow_up",
]
DispositionCode = Literal[
    "emergency",
    "not_recommended",
    "defer",
    "needs_information",
    "conservative_first",
    "proceed_with_conditions",
    "proceed",
    "aftercare",
]
Natural = Annotated[int, Field(ge=0, le=3650)]


class Source(Closed):
    """A document that statements come from."""

    title: Sentence
    citation: Sentence
    publisher: Sentence | None = None
    date: Annotated[str, Field(pattern=r"^[0-9]{4}(-[0-9]{2}){0,2}$")] | None = None
    """Year, month or day of publication."""
    confirmed: Confirmed
    note: Sentence | None = None


class CodeBinding(Closed):
    """A code that stands for a fact or a substance, and how that was confirmed, or why it is not (language §4.10)."""

    system: System = Field(strict=False)
    code: Annotated[str, Field(min_length=1, max_length=64)]
    value: str | None = None
    """The value of an enum fact that the code stands for."""
    together_with: list[Annotated[str, Field(min_length=1, max_length=64)]] = Field(default=[])
    """Codes of the same system: for a fact the code counts only where one of them is recorded too."""
    confirmed: Sentence | None = None
    unconfirmed: Sentence | None = None

    @model_validator(mode="after")
    def _confirmed_or_not(self) -> CodeBinding:
        if (self.confirmed is None) == (self.unconfirmed is None):
            msg = "a code says how it was `confirmed`, or with `unconfirmed` why it is not"
            raise ValueError(msg)
        return self


class Calculated(Closed):
    """How a fact follows from others: a formula, and the fact for each of its inputs (language §4.9)."""

    formula: FormulaName = Field(strict=False)
    from_: dict[Name, Name] = Field(alias="from")


class Fact(Closed):
    """One entry of the fact dictionary (language §4)."""

    type: FactType = Field(strict=False)
    ask: Sentence | None = None
    values: list[str] = Field(default=[])
    unit: str | None = None
    minimum: Scalar | None = None
    maximum: Scalar | None = None
    molar_mass: Scalar | None = None
    """Grams per mole, for a quantity of mass that may be given as an amount of substance."""
    granularity: Literal["instant", "day"] = "instant"
    not_after: Literal["as_of"] | None = None
    taken: bool = False
    required: bool = False
    allergen: bool = False
    """For a concept: its item is an allergy, whose text names what is not tolerated."""
    calculated: Calculated | None = None
    codes: list[CodeBinding] = Field(default=[])
    items: dict[Name, Fact] = Field(default={})
    note: Sentence | None = None


class Substance(Closed):
    """One active ingredient (language §5)."""

    classes: list[Hyphenated] = Field(default=[])
    names: Annotated[list[str], Field(min_length=1)]
    brands: list[str] = Field(default=[])
    codes: list[CodeBinding] = Field(default=[])
    confirmed: Sentence | None = None


class Product(Closed):
    """A product by its code or its brand, and the substances in it."""

    substances: Annotated[list[Hyphenated], Field(min_length=1)]
    system: System | None = Field(default=None, strict=False)
    code: str | None = None
    display: str | None = None
    brand: str | None = None
    guess: bool = False
    confirmed: Sentence | None = None
    unconfirmed: Sentence | None = None

    @model_validator(mode="after")
    def _code_or_brand(self) -> Product:
        if (self.code is None) == (self.brand is None) or (self.code is None) != (self.system is None):
            msg = "a product has either `system` and `code`, or a `brand`"
            raise ValueError(msg)
        if (self.confirmed is None) == (self.unconfirmed is None):
            msg = "a product says how it was `confirmed`, or with `unconfirmed` why it is not"
            raise ValueError(msg)
        return self


class Common(Closed):
    """Common ingredients for which there is no rule, known by their names only (language §5.4)."""

    confirmed: Sentence
    substances: Annotated[list[Sentence], Field(min_length=1)]
    """The names of each, with commas between them; the first gives its id."""


class ProductFile(Closed):
    """A table of products in the ruleset's folder, as `cds terminology import` writes it (language §5.5)."""

    file: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*\.json$")]
    digest: Digest


class SubstanceClass(Closed):
    """A class of substances."""

    title: Sentence
    note: Sentence | None = None


class Ends(Closed):
    """A range of whole numbers."""

    from_: Natural = Field(alias="from")
    to: Natural

    @model_validator(mode="after")
    def _rising(self) -> Ends:
        if self.from_ > self.to:
            msg = f"the range from `{self.from_}` to `{self.to}` is empty"
            raise ValueError(msg)
        return self


class FullDays(Closed):
    """So many full calendar days without a dose."""

    full_days: Natural | Ends


class Hours(Closed):
    """So many hours from the last dose to the start."""

    hours: Natural | Ends


class Doses(Closed):
    """So many missed doses, at the frequency that the source assumes."""

    doses: Natural | Ends
    per_day: Annotated[int, Field(ge=1, le=24)]


class Bounds(Closed):
    """A range of numbers or quantities; conditions use the end that `strict` names."""

    from_: Decimal | int | str = Field(alias="from")
    to: Decimal | int | str
    strict: Literal["from", "to"]


HoldInterval = FullDays | Hours | Doses
ParameterValue = HoldInterval | Bounds | Scalar


class Resolve(Closed):
    """Which position is adopted, why, by whom and when; `adopt: none` keeps the question open."""

    adopt: str
    because: Sentence
    by: Sentence
    decided: Date


class ParameterPosition(Closed):
    """What one source says about a figure."""

    value: ParameterValue
    confirmed: Confirmed
    locator: Sentence | None = None
    statements: list[StatementId] = Field(default=[])
    note: Sentence | None = None


class Parameter(Closed):
    """A figure with one position per source, or site configuration that is not set (language §6)."""

    title: Sentence | None = None
    positions: dict[Hyphenated, ParameterPosition] = Field(default={})
    resolve: Resolve | None = None
    unset: Sentence | None = None

    @model_validator(mode="after")
    def _resolved_or_unset(self) -> Parameter:
        if (self.unset is None) != (bool(self.positions) and self.resolve is not None):
            msg = "a parameter has `positions` with `resolve`, or `unset` with its reason"
            raise ValueError(msg)
        return self


class Group(Closed):
    """A phase of care; outside it the group's rules are FALSE."""

    title: Sentence
    applies_when: Condition


class SourceReference(Closed):
    """Where in a source a statement stands, and how strong it is there."""

    id: Hyphenated
    locator: Sentence | None = None
    strength: Literal["must", "should", "may", "statement"] | None = None
    standing: Literal["absolute", "relative"] | None = None
    """What the source calls a contraindication."""
    statements: list[StatementId] = Field(default=[])


class Derivation(Closed):
    """A derived boolean fact."""

    fact: Name
    title: Sentence
    for_each: ForEach | None = None
    when: Condition
    sources: list[SourceReference | Hyphenated] = Field(default=[])


class Advice(Closed):
    """A kind of advice (language §9)."""

    title: Sentence
    opposes: list[Name] = Field(default=[])
    hold: Literal["dated", "prescriber", "unidentified", "continue"] | None = None


class Skip(Closed):
    """Say nothing when the rule cannot be decided, for this reason."""

    skip: Sentence


class AdvisedDate(Closed):
    """A date that the advice tells: so long before or after a time (language §8.12)."""

    before: Name | None = None
    after: Name | None = None
    by: Sentence
    """A duration, or a parameter with a duration, a range of them, or a hold interval."""

    @model_validator(mode="after")
    def _one_side(self) -> AdvisedDate:
        if (self.before is None) == (self.after is None):
            msg = "a date lies `before` or `after` a time"
            raise ValueError(msg)
        return self


class Then(Closed):
    """What a rule advises."""

    advise: Name
    severity: SeverityWord
    text: Sentence | None = None
    interval: ParameterName | None = None
    dates: dict[Name, AdvisedDate] = Field(default={})
    shows: list[ParameterName] = Field(default=[])
    restart: Sentence | None = None


class RulePosition(Closed):
    """What one source says about when a rule applies."""

    when: Condition
    confirmed: Confirmed
    locator: Sentence | None = None
    statements: list[StatementId] = Field(default=[])
    note: Sentence | None = None


class Rule(Closed):
    """A rule (language §8)."""

    id: RuleId
    kind: Kind
    title: Sentence
    group: Name | None = None
    for_each: ForEach | None = None
    when: Condition | None = None
    positions: dict[Hyphenated, RulePosition] = Field(default={})
    resolve: Resolve | None = None
    then: Then
    on_unknown: Literal["ask", "assume_applies"] | Skip
    overrides: list[RuleId] = Field(default=[])
    because: Sentence | None = None
    finding: Name | None = None
    judges: Literal["data_quality"] | None = None
    sources: Annotated[list[SourceReference | Hyphenated], Field(min_length=1)]
    note: Sentence | None = None

    @model_validator(mode="after")
    def _when_or_positions(self) -> Rule:
        if (self.when is None) == (not self.positions) or bool(self.positions) != (self.resolve is not None):
            msg = "a rule has either `when`, or `positions` with `resolve`"
            raise ValueError(msg)
        if bool(self.overrides) != (self.because is not None):
            msg = "`overrides` and `because` go together"
            raise ValueError(msg)
        return self


class HoldStates(Closed):
    """Some hold has one of these states."""

    any_state: Annotated[list[str], Field(min_length=1)]


class Undecided(Closed):
    """Some listed rule of this severity or worse cannot be decided."""

    at_least: SeverityWord


class DispositionRow(Closed):
    """A row of the disposition table; any of its tests proposes the code (language §11)."""

    code: DispositionCode
    text: Sentence
    when: Condition | None = None
    hold: HoldStates | None = None
    cannot_decide: Undecided | None = None
    if_unknown: DispositionCode | None = None


class SignOff(Closed):
    """A recorded clinical sign-off of exactly this content."""

    by: Sentence
    role: Sentence
    decided: Date
    digest: Digest


class Lifecycle(Closed):
    """Where a ruleset stands in its life (language §13)."""

    status: Literal["draft", "active", "retired"]
    effective_from: Date | None = None
    effective_until: Date | None = None
    review_by: Date | None = None
    sign_off: SignOff | None = None


class Extends(Closed):
    """The ruleset that an overlay builds on, by id and digest."""

    id: Hyphenated
    digest: Digest


class SetValue(Closed):
    """A site's value for a parameter that its base leaves unset."""

    value: ParameterValue
    because: Sentence
    by: Sentence
    decided: Date


class SwitchOff(Closed):
    """A rule that a site switches off."""

    rule: RuleId
    because: Sentence
    by: Sentence
    decided: Date


class Settings(Closed):
    """Site settings."""

    reminder_window: Annotated[str, Field(pattern=r"^[0-9]+ (h|d)$")]


class RulesetDocument(Closed):
    """All files of one ruleset, read as one document."""

    schema_: Literal["cds-ruleset/1"] = Field(alias="schema")
    id: Hyphenated
    version: Version
    title: Sentence
    lifecycle: Lifecycle
    extends: Extends | None = None
    adopt: dict[Adoptable, Resolve] = Field(default={})
    set: dict[Name, SetValue] = Field(default={})
    switch_off: list[SwitchOff] = Field(default=[])
    settings: Settings | None = None
    sources: dict[Hyphenated, Source] = Field(default={})
    facts: dict[Name, Fact] = Field(default={})
    substances: dict[Hyphenated, Substance] = Field(default={})
    products: list[Product] = Field(default=[])
    common: list[Common] = Field(default=[])
    terminology: list[ProductFile] = Field(default=[])
    classes: dict[Hyphenated, SubstanceClass] = Field(default={})
    parameters: dict[Name, Parameter] = Field(default={})
    groups: dict[Name, Group] = Field(default={})
    derive: list[Derivation] = Field(default=[])
    advice: dict[Name, Advice] = Field(default={})
    rules: list[Rule] = Field(default=[])
    dispositions: list[DispositionRow] = Field(default=[])
