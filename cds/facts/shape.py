"""The shape of a facts document, worked out once a dictionary: groups by their dots, facts at the leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from cds.errors import InputError
from cds.facts.calculated import Calculations, calculations_in_order, given_inputs
from cds.facts.dictionary import Declaration, Dictionary, FactType

AS_OF = "as_of"
TAKEN = "taken"
_CODE = Declaration("code", FactType.CODE, ask="")
_TEXT = Declaration("text", FactType.TEXT, ask="")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One fact, with its time if it is measured, and the shape of its items if it is a list."""

    declared: Declaration
    taken: Declaration | None = None
    items: Shape | None = None
    calculated_from: tuple[str, ...] = ()
    """For a calculated fact, which cannot be given: the facts that have to be given instead."""


@dataclass(slots=True)
class Group:
    """The facts and groups below one name."""

    members: dict[str, Leaf | Group] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shape:
    """Everything that may be said of a patient, or of one item of a list.

    `concepts` are the facts that nobody writes: they are recognised from `code` and `text`. Nor are `calculated` ones,
    here in an order in which each comes after what it is calculated from.
    """

    root: Group
    names: tuple[str, ...]
    required: tuple[str, ...]
    concepts: tuple[str, ...]
    calculated: Calculations = ()
    of_allergies: bool = False
    """Whether an item is an allergy, whose text is read as one."""


def shape_of(dictionary: Dictionary) -> Shape:
    """Give the shape of the documents of a dictionary, which is worked out once and kept."""
    return _kept(_Same(dictionary))


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """A dictionary that equals only itself, since comparing its content would cost more than the work saved."""

    dictionary: Dictionary

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.dictionary is other.dictionary

    def __hash__(self) -> int:
        return id(self.dictionary)


@lru_cache(maxsize=64)
def _kept(same: _Same) -> Shape:
    return _shape(same.dictionary)


def _shape(dictionary: Mapping[str, Declaration], *, reserved: Iterable[str] = (AS_OF,)) -> Shape:
    times = {f"{name}.{TAKEN}" for name, declared in dictionary.items() if declared.taken}
    names = sorted(dictionary.keys() - times - set(reserved))
    root = Group()
    for name in names:
        _place(root, name, _leaf(name, dictionary))
    return Shape(
        root,
        tuple(names),
        required=tuple(name for name in names if dictionary[name].required),
        concepts=tuple(name for name in names if dictionary[name].type is FactType.CONCEPT),
        calculated=calculations_in_order(dictionary),
        of_allergies=any(declared.allergen for declared in dictionary.values()),
    )


def _leaf(name: str, dictionary: Mapping[str, Declaration]) -> Leaf:
    declared = dictionary[name]
    taken = dictionary[f"{name}.{TAKEN}"] if declared.taken else None
    if declared.calculated is not None:
        return Leaf(declared, calculated_from=given_inputs(declared, dictionary))
    return Leaf(declared, taken, _items(declared) if declared.type is FactType.LIST else None)


def _items(declared: Declaration) -> Shape:
    """Give the shape of a list's items; where a concept is recognised, `code` and `text` may always be said."""
    items = dict(declared.items)
    if any(fact.type is FactType.LIST for fact in items.values()):
        raise InputError(f"the list `{declared.name}` holds a list", expected="items without lists")
    if any(fact.type is FactType.CONCEPT for fact in items.values()):
        items = {"code": _CODE, "text": _TEXT} | items
    return _shape(items, reserved=("id",))


def _place(root: Group, name: str, leaf: Leaf) -> None:
    """Hang a fact below the groups of its name."""
    *groups, last = name.split(".")
    here = root
    for group in groups:
        below = here.members.setdefault(group, Group())
        if isinstance(below, Leaf):
            raise InputError(f"`{name}` lies below `{below.declared.name}`, which is a fact", expected="a group")
        here = below
    here.members[last] = leaf
