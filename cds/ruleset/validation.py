"""From plain data to the models of a ruleset, with every problem said in an author's words."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from cds.errors import nearest
from cds.ruleset import conditions
from cds.ruleset.expectations import PATTERN_WORDS, choices, expected, valid_keys
from cds.ruleset.location import Location, bare, locate, members
from cds.ruleset.model import RulesetDocument
from cds.ruleset.places import Places
from cds.ruleset.problems import Problems
from cds.ruleset.wording import listed, quoted

Document = TypeVar("Document", bound=BaseModel)


def validated(data: dict[str, Any], places: Places) -> RulesetDocument:
    """Give the document that merged data describes.

    Raises:
        RulesetError: with every key that is unknown or missing and every value of the wrong kind.
    """
    return validated_as(RulesetDocument, data, places)


def validated_as(model: type[Document], data: dict[str, Any], places: Places) -> Document:
    """Give the document that data describes, by any model; raises as `validated` does."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise_in_words(error, data, places, model)
        raise


class _Said(NamedTuple):
    problem: str
    expected: str | None = None
    suggestion: str | None = None


def raise_in_words(error: ValidationError, data: dict[str, Any], places: Places, model: type[BaseModel]) -> None:
    """Raise a validation error of a document as a ruleset's problems, one for each place and complaint."""
    problems = Problems(places)
    said_before = set()
    for found in error.errors(include_url=False):
        location = locate(found["loc"], data, model)
        if location is None:
            continue
        said = _say(location, found)
        path = location.path[:-1] if _is_missing(location, found) else location.path
        if (path, said) not in said_before:
            said_before.add((path, said))
            at_key = location.at_key or found["type"] == "extra_forbidden"
            problems.add(path, said.problem, expected=said.expected, suggestion=said.suggestion, at_key=at_key)
    problems.raise_if_any()


def _say(location: Location, found: Any) -> _Said:
    if _is_missing(location, found):
        return _missing(location, found)
    if len(members(bare(location.annotation))) > 1:
        return _wrong_kind(location, found)
    return _WORDS.get(found["type"], _wrong_kind)(location, found)


def _is_missing(location: Location, found: Any) -> bool:
    """Say whether the key itself is missing, not one that another form of the value would have."""
    return bool(found["type"] == "missing" and location.path[-1:] == found["loc"][-1:])


def _wrong_kind(location: Location, _found: Any) -> _Said:
    raw, wanted = location.raw, expected(location.annotation)
    if isinstance(raw, dict | list):
        shape = "a mapping" if isinstance(raw, dict) else "a list"
        return _Said(f"{shape} stands here", wanted, _misspelled_keyword(location))
    if isinstance(raw, str):
        if bare(location.annotation) in (bool, int):
            wanted = f"{wanted}, without quotes"
        return _Said(f"{quoted(raw)} is text", wanted)
    shown = str(raw).lower() if isinstance(raw, bool) else str(raw)
    kind = "true or false" if isinstance(raw, bool) else "a number"
    if bare(location.annotation) is str and isinstance(raw, int | Decimal):
        wanted = f'{wanted}; quotes make it text: `"{shown}"`'
    return _Said(f"{quoted(shown)} is {kind}", wanted)


def _misspelled_keyword(location: Location) -> str | None:
    if bare(location.annotation) is not conditions.Test:
        return None
    return nearest(str(location.path[-1]), conditions.KEYWORDS)


def _missing(location: Location, _found: Any) -> _Said:
    return _Said(f"{quoted(location.path[-1])} is missing", expected(location.annotation))


def _unknown_key(location: Location, _found: Any) -> _Said:
    key, owner = location.path[-1], location.owner
    keys = valid_keys(owner) if owner else ()
    if len(keys) == 1 and keys[0] in conditions.KEYWORDS:
        return _Said(
            f"{quoted(key)} cannot stand beside {quoted(keys[0])} in one condition",
            "one of them, or both as parts of an `all` or `any`",
        )
    return _Said(f"the key {quoted(key)} is not known here", listed(keys), nearest(str(key), keys))


def _wrong_word(location: Location, _found: Any) -> _Said:
    words = choices(location.annotation)
    return _Said(f"{quoted(location.raw)} is not known here", listed(words), nearest(str(location.raw), words))


def _wrong_form(location: Location, found: Any) -> _Said:
    what = "the name " if location.at_key else ""
    return _Said(f"{what}{quoted(location.raw)} is not written as it should be", PATTERN_WORDS[found["ctx"]["pattern"]])


def _too_short(_location: Location, found: Any) -> _Said:
    return _Said("the text is empty", f"at least {found['ctx']['min_length']} character")


def _too_long(location: Location, found: Any) -> _Said:
    said = f"the text is too long, with {len(location.raw):,} characters"
    return _Said(said, f"at most {found['ctx']['max_length']:,}")


def _too_few(location: Location, found: Any) -> _Said:
    has = f"has {len(location.raw)} of them" if location.raw else "is empty"
    return _Said(f"the list {has}", f"at least {found['ctx']['min_length']}")


def _too_many(location: Location, found: Any) -> _Said:
    return _Said(f"the list has {len(location.raw)} of them", f"at most {found['ctx']['max_length']}")


def _too_small(location: Location, found: Any) -> _Said:
    return _Said(f"{quoted(location.raw)} is too small", f"at least {found['ctx']['ge']}")


def _too_large(location: Location, found: Any) -> _Said:
    return _Said(f"{quoted(location.raw)} is too large", f"at most {found['ctx']['le']}")


def _by_validator(_location: Location, found: Any) -> _Said:
    return _Said(str(found["ctx"]["error"]))


_WORDS: dict[str, Callable[[Location, Any], _Said]] = {
    "missing": _missing,
    "extra_forbidden": _unknown_key,
    "literal_error": _wrong_word,
    "enum": _wrong_word,
    "string_pattern_mismatch": _wrong_form,
    "string_too_short": _too_short,
    "string_too_long": _too_long,
    "too_short": _too_few,
    "too_long": _too_many,
    "greater_than_equal": _too_small,
    "less_than_equal": _too_large,
    "value_error": _by_validator,
}
