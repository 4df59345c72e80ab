"""Where a validation error stands: from pydantic's location, with its names of union branches, to a path."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from types import NoneType, UnionType
from typing import Annotated, Any, TypeGuard, Union, get_args, get_origin

from pydantic import BaseModel, RootModel, Tag

from cds.ruleset.places import Path

_KEY_MARK = ("[key]",)


@dataclass(frozen=True, slots=True)
class Location:
    """A path into the document, what may stand there, what does, and the model around it."""

    path: Path
    annotation: Any
    """None where nothing may stand."""
    raw: Any
    owner: type[BaseModel] | None = None
    at_key: bool = False

    def inside(self, part: str | int, annotation: Any, owner: type[BaseModel] | None = None) -> Location:
        """Give the location of a key or an element in this one."""
        raw = None
        if (isinstance(self.raw, dict) and part in self.raw) or (
            isinstance(self.raw, list) and isinstance(part, int) and part < len(self.raw)
        ):
            raw = self.raw[part]  # type: ignore[index]  # a list is only asked for positions
        return Location((*self.path, part), annotation, raw, owner or self.owner)


def locate(loc: tuple[str | int, ...], data: Any, model: type[BaseModel]) -> Location | None:
    """Give the location of an error, or None if the error is of a union branch that the author did not mean."""
    return _follow(Location((), model, data), loc)


def members(annotation: Any) -> tuple[Any, ...]:
    """Give the alternatives of a union, without None; of anything else itself."""
    if get_origin(annotation) in (Union, UnionType):
        return tuple(member for member in get_args(annotation) if member is not NoneType)
    return (annotation,)


def bare(annotation: Any) -> Any:
    """Give an annotation without its constraints."""
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def is_model(annotation: Any) -> TypeGuard[type[BaseModel]]:
    """Tell whether an annotation is a model."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def keys_of(model: type[BaseModel]) -> dict[str, Any]:
    """Give the keys of a model as authors write them, each with what may stand there."""
    return {
        field.alias or name: Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
        for name, field in model.model_fields.items()
    }


def _follow(here: Location, parts: tuple[str | int, ...]) -> Location | None:
    outer = bare(here.annotation)
    branches = members(outer)
    if len(branches) > 1:
        return _into_union(here, branches, parts) if parts else here
    constrained = here.annotation if branches[0] is outer else branches[0]
    annotation = bare(constrained)
    if is_model(annotation) and issubclass(annotation, RootModel):
        return _follow(replace(here, annotation=annotation.model_fields["root"].annotation), parts)
    if len(members(annotation)) > 1:
        return _follow(replace(here, annotation=annotation), parts)
    if not parts:
        return replace(here, annotation=constrained)
    part, rest = parts[0], parts[1:]
    if is_model(annotation):
        return _follow(here.inside(part, keys_of(annotation).get(str(part)), annotation), rest)
    if get_origin(annotation) is dict and rest == _KEY_MARK:
        return Location((*here.path, part), get_args(annotation)[0], part, here.owner, at_key=True)
    if get_origin(annotation) in (dict, list):
        return _follow(here.inside(part, get_args(annotation)[-1]), rest)
    return replace(here, annotation=constrained)


def _into_union(here: Location, branches: tuple[Any, ...], parts: tuple[str | int, ...]) -> Location | None:
    label, rest = str(parts[0]), parts[1:]
    tagged = {tag: branch for branch in branches if (tag := _tag(branch)) is not None}
    if tagged:
        return _follow(replace(here, annotation=bare(tagged[label])), rest)
    meant = _meant(branches, here.raw)
    if meant is None:
        return here
    named = re.findall(r"\w+", label)[-1]
    is_its_label = named == meant.__name__ if is_model(meant) else named not in {_name(branch) for branch in branches}
    return _follow(replace(here, annotation=meant), rest) if is_its_label else None


def _meant(branches: tuple[Any, ...], raw: Any) -> Any:
    """Give the branch that an author meant: the one whose keys were used, or the only one for a single value."""
    models = [branch for branch in branches if is_model(branch)]
    if isinstance(raw, dict):
        used = {model: len(keys_of(model).keys() & raw.keys()) for model in models}
        best = max(models, key=lambda model: used[model], default=None)
        return best if best is not None and (used[best] or len(models) == 1) else None
    single = [branch for branch in branches if not is_model(branch)]
    return single[0] if len(single) == 1 and not isinstance(raw, list) else None


def _name(branch: Any) -> str | None:
    return branch.__name__ if is_model(branch) else None


def _tag(branch: Any) -> str | None:
    if get_origin(branch) is not Annotated:
        return None
    return next((part.tag for part in get_args(branch)[1:] if isinstance(part, Tag)), None)
