"""The condition grammar of `cds-ruleset/1` as models (language §7.1)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, RootModel, Tag, model_validator

Scalar = bool | int | Decimal | str
"""A literal as YAML gives it; text that starts with `$` names a parameter."""

OPERATORS = (
    "is",
    "is_not",
    "in",
    "in_class",
    "at_least",
    "more_than",
    "at_most",
    "less_than",
    "between",
    "inside",
    "known",
)
_ATTRIBUTES = {name: {"is": "is_", "in": "in_"}.get(name, name) for name in OPERATORS}
"""Where a test has the value of each operator."""

ParameterName = Annotated[str, Field(pattern=r"^\$[a-z][a-z0-9_]*$")]


class Closed(BaseModel):
    """A mapping with these keys and no others; immutable, and strict about types."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


class Test(Closed):
    """One operator with its value, and for times what it is measured to."""

    is_: Scalar | None = Field(default=None, alias="is")
    is_not: Scalar | None = None
    in_: Annotated[list[Scalar], Field(min_length=1)] | None = Field(default=None, alias="in")
    in_class: str | None = None
    at_least: Scalar | None = None
    more_than: Scalar | None = None
    at_most: Scalar | None = None
    less_than: Scalar | None = None
    between: Annotated[list[Scalar], Field(min_length=2, max_length=2)] | None = None
    inside: ParameterName | None = None
    known: bool | None = None
    before: str | None = None
    after: str | None = None

    @property
    def operator(self) -> str:
        """Give the one operator of this test, as the language spells it."""
        return next(name for name in OPERATORS if self._given(name) is not None)

    @property
    def value(self) -> Any:
        """Give the operator's value."""
        return self._given(self.operator)

    def _given(self, operator: str) -> Any:
        return getattr(self, _ATTRIBUTES[operator])

    @model_validator(mode="after")
    def _one_operator(self) -> Test:
        given = [name for name in OPERATORS if self._given(name) is not None]
        if len(given) != 1:
            found = ", ".join(f"`{name}`" for name in given) or "none"
            msg = f"a test has exactly one operator, found {found}; operators are {', '.join(OPERATORS)}"
            raise ValueError(msg)
        if self.before is not None and self.after is not None:
            msg = "a time is measured `before` or `after` another, not both"
            raise ValueError(msg)
        return self


class All(Closed):
    """TRUE if all parts are."""

    all: Annotated[list[Condition], Field(min_length=1)]


class Any_(Closed):  # noqa: N801  # `Any` is taken by typing
    """TRUE if any part is."""

    any: Annotated[list[Condition], Field(min_length=1)]


class Not(Closed):
    """The negation of its part."""

    not_: Condition = Field(alias="not")


class Quantifier(Closed):
    """`each: 'x in list'`, the condition on x, and whether the rule's own item is left out."""

    each: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]* in [a-z][a-z0-9_.]*$")]
    where: Condition
    other: bool = False


class Exists(Closed):
    """TRUE if some item of the list fulfils the condition."""

    exists: Quantifier


class Every(Closed):
    """TRUE if every item of the list fulfils the condition."""

    every: Quantifier


class AppliesRule(Closed):
    """Name the rule whose verdict is meant."""

    applies: str


class RuleApplies(Closed):
    """The verdict of another rule."""

    rule: AppliesRule


class AnyApplies(Closed):
    """Name the kind, or the advice, of which any rule is meant to apply."""

    any_applies: str


class KindApplies(Closed):
    """Any rule of a kind applies."""

    kind: AnyApplies


class AdviceApplies(Closed):
    """Any rule that gives an advice applies."""

    advice: AnyApplies


class AdoptedTest(Closed):
    """What is asked of a parameter itself: which word is adopted, or whether it has a value at all (language §7.12)."""

    is_: bool | str | None = Field(default=None, alias="is")
    in_: Annotated[list[bool | str], Field(min_length=1)] | None = Field(default=None, alias="in")
    set: bool | None = None

    @model_validator(mode="after")
    def _one_test(self) -> AdoptedTest:
        if sum(given is not None for given in (self.is_, self.in_, self.set)) != 1:
            msg = "a test on a parameter is one of `is`, `in` and `set`"
            raise ValueError(msg)
        return self


class Adopted(RootModel[dict[ParameterName, AdoptedTest]]):
    """A parameter and the test on what is adopted for it."""

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="after")
    def _one_parameter(self) -> Adopted:
        if len(self.root) != 1:
            msg = f"a test names exactly one parameter, found {len(self.root)}; join several with `all` or `any`"
            raise ValueError(msg)
        return self

    @property
    def parameter(self) -> str:
        """Give the name of the parameter, without its `$`."""
        return next(iter(self.root))[1:]

    @property
    def test(self) -> AdoptedTest:
        """Give the test on it."""
        return next(iter(self.root.values()))


FactPath = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$")]
"""A fact of the patient, or of an item through its variable."""


class Leaf(RootModel[dict[FactPath, Test]]):
    """A fact and the test on it."""

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="after")
    def _one_fact(self) -> Leaf:
        if len(self.root) != 1:
            msg = f"a leaf names exactly one fact, found {len(self.root)}; join several with `all` or `any`"
            raise ValueError(msg)
        return self

    @property
    def fact(self) -> str:
        """Give the name of the fact."""
        return next(iter(self.root))

    @property
    def test(self) -> Test:
        """Give the test on it."""
        return next(iter(self.root.values()))


_Keyword = Literal["all", "any", "not", "exists", "every", "rule", "kind", "advice"]
KEYWORDS: tuple[_Keyword, ...] = ("all", "any", "not", "exists", "every", "rule", "kind", "advice")
"""The keys that make a mapping a condition of that form; any other key is a fact, or with `$` a parameter."""


def _form(value: Any) -> _Keyword | Literal["adopted", "leaf"] | None:
    if isinstance(value, RootModel):
        value = dict(value.root)
    elif isinstance(value, BaseModel):
        value = {next(iter(value.model_fields_set)).rstrip("_"): 0}
    if not isinstance(value, dict):
        return None
    for keyword in KEYWORDS:
        if keyword in value:
            return keyword
    return "adopted" if any(str(key).startswith("$") for key in value) else "leaf"


Condition = Annotated[
    Annotated[All, Tag("all")]
    | Annotated[Any_, Tag("any")]
    | Annotated[Not, Tag("not")]
    | Annotated[Exists, Tag("exists")]
    | Annotated[Every, Tag("every")]
    | Annotated[RuleApplies, Tag("rule")]
    | Annotated[KindApplies, Tag("kind")]
    | Annotated[AdviceApplies, Tag("advice")]
    | Annotated[Adopted, Tag("adopted")]
    | Annotated[Leaf, Tag("leaf")],
    Discriminator(_form),
]

FORMS: tuple[type[BaseModel], ...] = (
    All,
    Any_,
    Not,
    Exists,
    Every,
    RuleApplies,
    KindApplies,
    AdviceApplies,
    Adopted,
    Leaf,
)
"""The forms that a condition can have."""

for _model in (All, Any_, Not, Quantifier, Exists, Every):
    _model.model_rebuild()
