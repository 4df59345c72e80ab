"""What may stand at a place of a ruleset, in words."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from cds.ruleset.conditions import KEYWORDS, OPERATORS, All, Test
from cds.ruleset.location import bare, is_model, keys_of, members
from cds.ruleset.wording import listed

PATTERN_WORDS = {
    r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$": "lower-case words joined by `_`, groups by `.`, such as `labs.platelets`",
    r"^[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)*$": "the name of a parameter or the id of a rule",
    r"^[a-z][a-z0-9-]*(\.[a-z0-9-]+)*$": "lower-case words joined by `-` and `.`, such as `hold.recent-stent`",
    r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$": "lower-case words joined by `-`, such as `vertebral-augmentation`",
    r"^[a-z][a-z0-9_]* in [a-z][a-z0-9_.]*$": "a variable and a list, such as `med in medications`",
    r"^\$[a-z][a-z0-9_]*$": "a parameter, such as `$clopidogrel_hold`",
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$": 'a date in quotes, such as `"2026-11-21"`',
    r"^sha256:[0-9a-f]{64}$": "`sha256:` and 64 digits and letters from a to f",
    r"^[0-9]{4}(-[0-9]{2}){0,2}$": 'a year, a month or a day in quotes, such as `"2019"`',
    r"^[0-9a-f]{64}$": "64 digits and letters from a to f, in quotes",
    r"^[A-Z][A-Z0-9]*-[0-9]+$": "a statement, such as `S0-41`",
    r"^[A-Z][A-Z0-9]*$": "the prefix of statements, such as `S0`",
    r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$": "the path of a file below the folder of documents",
    r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*\.json$": "the path of a `.json` file below this folder",
    r"^[0-9]+ (h|d)$": "whole hours or days, such as `48 h` or `3 d`",
    r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$": "`MAJOR.MINOR.PATCH`, such as `1.0.0`",
}
"""What each pattern of the models asks for."""

_TYPE_WORDS = {str: "text", bool: "`true` or `false`", int: "a whole number", Decimal: "a number"}
_SCALAR = {bool, int, Decimal, str}


def expected(annotation: Any) -> str:
    """Say what an annotation of the models lets stand."""
    plain = bare(annotation)
    branches = members(plain)
    if len(branches) > 1:
        return _one_of(branches)
    if plain is not annotation and (pattern := _pattern(annotation)):
        return PATTERN_WORDS[pattern]
    if is_model(plain):
        return f"a mapping with {_needed(plain)}"
    if words := choices(plain):
        return f"one of {listed(words)}" if len(words) > 1 else listed(words)
    if get_origin(plain) is dict:
        return "a mapping from names to what they stand for"
    if get_origin(plain) is list:
        return "a list"
    return _TYPE_WORDS.get(plain, "something else")


def choices(annotation: Any) -> tuple[str, ...]:
    """Give the words that an annotation allows, if it allows certain words only."""
    plain = bare(annotation)
    if get_origin(plain) is Literal:
        return tuple(str(word) for word in get_args(plain))
    if isinstance(plain, type) and issubclass(plain, Enum):
        return tuple(str(member.value) for member in plain)
    return ()


def valid_keys(model: type[BaseModel]) -> tuple[str, ...]:
    """Give the keys that a model lets stand, as authors write them."""
    return tuple(keys_of(model))


def _one_of(branches: tuple[Any, ...]) -> str:
    if any(bare(branch) is All for branch in branches):
        return f"a condition: a fact with a test, such as `{{fact: {{is: true}}}}`, or {listed(KEYWORDS)}"
    said = [_form(branch) for branch in branches if is_model(bare(branch))]
    single = [branch for branch in branches if not is_model(bare(branch))]
    if {bare(branch) for branch in single} >= _SCALAR:
        said.append("one number, text, `true` or `false`")
    else:
        said.extend(expected(branch) for branch in single)
    return ", or ".join(said)


def _needed(model: type[BaseModel]) -> str:
    if model is Test:
        return f"one of {listed(OPERATORS)}"
    required = [field.alias or name for name, field in model.model_fields.items() if field.is_required()]
    return listed(required or valid_keys(model), last="and" if required else "or")


def _form(branch: Any) -> str:
    model = bare(branch)
    required = [field.alias or name for name, field in model.model_fields.items() if field.is_required()]
    return f"`{{{', '.join(f'{name}: ...' for name in required)}}}`"


def _pattern(annotation: Any) -> str | None:
    for constraint in get_args(annotation)[1:]:
        for part in getattr(constraint, "metadata", [constraint]):
            if isinstance(found := getattr(part, "pattern", None), str):
                return found
    return None
