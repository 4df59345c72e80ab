"""The digest of a ruleset: what it covers and what it does not (language §1.2, §14)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from enum import Enum
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, RootModel

from cds.ruleset.catalogue import shipped_rulesets
from cds.ruleset.conditions import All
from cds.ruleset.conditions import Test as LeafTest
from cds.ruleset.digest import canonical_form, order_key, ruleset_digest
from cds.ruleset.files import read_folder
from cds.ruleset.loader import load_ruleset
from cds.ruleset.model import Parameter, RulesetDocument

Write = Callable[..., Path]
SHIPPED = sorted(folder for folder in shipped_rulesets().iterdir() if folder.is_dir())
ORDERED = {"dispositions", "between"}
TRACEABILITY = {"statements"}
SPREADABLE = {
    "sources",
    "facts",
    "substances",
    "products",
    "classes",
    "parameters",
    "groups",
    "derive",
    "advice",
    "rules",
}


def test_digest_is_what_it_was(write: Write) -> None:
    """The digest of known content never changes by itself: every recorded decision and sign-off names one."""
    assert load_ruleset(write()).digest == "sha256:51ea874be45036ca730c33c44d1c53b9a43c88509c7f213f883ca8ed1a4f1d43"


def as_json(value: Any) -> str:
    """Write data as JSON, which is YAML too, with exact numbers."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {as_json(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(as_json(inner) for inner in value) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value)


def shuffled(value: Any, random: Random, *, key: str = "") -> Any:
    """Give data in another order: of the keys of mappings, and of the lists whose order means nothing."""
    if isinstance(value, dict):
        return {k: shuffled(value[k], random, key=k) for k in random.sample(list(value), len(value))}
    if isinstance(value, list):
        elements = value if key in ORDERED else random.sample(value, len(value))
        return [shuffled(element, random) for element in elements]
    return value


def spread(data: dict[str, Any], seed: int) -> dict[str, str]:
    """Spread a document over a few files in any way, sections too."""
    random = Random(seed)  # noqa: S311  # hypothesis chooses the seed
    names = ["a.yaml", "b/c.yaml", "z.yaml"]
    files: dict[str, dict[str, Any]] = {name: {"schema": data["schema"]} for name in names}
    for section, content in data.items():
        if section not in SPREADABLE:
            files[random.choice(names)][section] = content
        elif isinstance(content, dict):
            for name, inner in content.items():
                files[random.choice(names)].setdefault(section, {})[name] = inner
        else:
            for inner in content:
                files[random.choice(names)].setdefault(section, []).append(inner)
    return {name: as_json(shuffled(content, random)) for name, content in files.items()}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_order_and_files_do_not_count(seed: int, write: Write, small: str) -> None:
    """Spreading a ruleset over files and shuffling keys and lists changes nothing."""
    folder = write(small, name="written")
    data, _ = read_folder(folder)
    assert load_ruleset(write(spread(data, seed), name="spread")).digest == load_ruleset(folder).digest


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_order_and_files_do_not_count_in_shipped_rulesets(seed: int, folder: Path, write: Write) -> None:
    """What holds for a small ruleset holds for those that are used."""
    data, _ = read_folder(folder)
    search = [folder.parent]
    spread_out = load_ruleset(write(spread(data, seed), name="spread"), search=search)
    assert spread_out.digest == load_ruleset(folder, search=search).digest


def changes(part: Any) -> Iterator[Any]:
    """Give a part of a document with one thing in it changed, in every way; nothing is validated."""
    if isinstance(part, RootModel):
        yield from (type(part).model_construct(root=root) for root in changes(part.root))
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields.keys() - TRACEABILITY:
            for changed in changes(getattr(part, name)):
                yield part.model_copy(update={name: changed})
    elif isinstance(part, dict):
        for key, value in part.items():
            rest = {other: inner for other, inner in part.items() if other != key}
            yield rest
            yield {**rest, f"{key}x": value}
            yield from ({**part, key: changed} for changed in changes(value))
    elif isinstance(part, list):
        for index, value in enumerate(part):
            yield part[:index] + part[index + 1 :]
            yield from ([*part[:index], changed, *part[index + 1 :]] for changed in changes(value))
    elif part is not None:
        yield changed_scalar(part)


def changed_scalar(value: Any) -> Any:
    """Give another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, Enum):
        return next(other for other in type(value) if other is not value)
    return value + 1 if isinstance(value, int | Decimal) else f"{value}x"


def test_every_change_changes_the_digest(write: Write) -> None:
    """No value, name, element or key can be changed or left out without a new digest; the lifecycle can."""
    document = load_ruleset(write()).document
    seen = {ruleset_digest(document)}
    for name in RulesetDocument.model_fields:
        if name == "lifecycle":
            continue
        for changed in changes(getattr(document, name)):
            digest = ruleset_digest(document.model_copy(update={name: changed}))
            assert digest not in seen, (name, changed)
            seen.add(digest)
    assert len(seen) > 150


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_every_change_changes_the_digest_of_shipped_rulesets(folder: Path) -> None:
    """A change anywhere in a shipped ruleset changes its digest; every 200th possible change is tried."""
    document = load_ruleset(folder, search=[folder.parent]).document
    digest = ruleset_digest(document)
    tried = 0
    for name in RulesetDocument.model_fields:
        if name != "lifecycle":
            for number, changed in enumerate(changes(getattr(document, name))):
                if number % 200 == 0:
                    tried += 1
                    assert ruleset_digest(document.model_copy(update={name: changed})) != digest, (name, changed)
    assert tried > 20


def test_lifecycle_does_not_count(write: Write, small: str) -> None:
    """A sign-off names a digest, so that the digest cannot depend on it."""
    retired = small.replace(
        "{status: draft}", '{status: retired, effective_from: "2026-01-01", effective_until: "2026-02-01"}'
    )
    assert load_ruleset(write(retired, name="retired")).digest == load_ruleset(write()).digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: A small ruleset", "title: 'A small ruleset' # said otherwise"),
        ("sources: [handout]", "sources: [{id: handout}]"),
        ("  nsaid_hold:\n", "  nsaid_hold:\n\n    # a comment\n"),
        ("{more_than: $highest_inr}", "{'more_than': \"$highest_inr\"}"),
        ("taken: true", "taken: true, required: false, granularity: instant, codes: []"),
        ("then: {advise: check, severity: moderate}", "then:\n      severity: moderate\n      advise: check"),
        ('minimum: "0"', "minimum: '0'"),
    ],
)
def test_ways_of_writing_do_not_count(old: str, new: str, small: str, write: Write) -> None:
    """Comments, layout, quotes, defaults that are written out and the short form of a source do not count."""
    assert old in small
    assert load_ruleset(write(small.replace(old, new), name="new")).digest == load_ruleset(write()).digest


def digest_with(value: str, small: str, write: Write) -> str:
    """Give the digest of the small ruleset with a value in a position."""
    text = small.replace("{value: {full_days: 1}, confirmed: secondary}", f"{{value: {value}, confirmed: secondary}}")
    assert text != small
    return load_ruleset(write(text, name="value")).digest


def test_numbers_are_what_they_are_worth(small: str, write: Write) -> None:
    """5 and 5.0 are one number, 1.5 and 1.50 too; the text "1.5" is not a number."""
    digests = [digest_with(value, small, write) for value in ("5", "5.0", "1.5", "1.50", '"1.5"', '"5"', "-1.5")]
    assert digests[0] == digests[1]
    assert digests[2] == digests[3]
    assert len({digests[0], *digests[2:]}) == 5


def test_order_that_means_something_counts(small: str, write: Write) -> None:
    """The rows of the dispositions and the ends of `between` have an order."""
    rows = small.index("dispositions:\n") + len("dispositions:\n")
    first, second = small[rows:].splitlines(keepends=True)
    other = load_ruleset(write(small[:rows] + second + first, name="other"))
    assert other.digest != load_ruleset(write()).digest
    up, down = (LeafTest.model_validate({"between": ends}) for ends in ([1, 2], [2, 1]))
    assert canonical_form(up) != canonical_form(down)


def test_parts_can_be_ordered_by_what_they_mean() -> None:
    """Two conditions that differ in order only have one key to sort by."""
    one, other = ({"a": {"is": Decimal("1.0")}}, {"b": {"in": ["x", "y"]}})
    first = All.model_validate({"all": [one, other]})
    second = All.model_validate({"all": [{"b": {"in": ["y", "x"]}}, {"a": {"is": 1}}]})
    assert order_key(first) == order_key(second)
    assert order_key(first) != order_key(Parameter.model_validate({"unset": "x"}))
