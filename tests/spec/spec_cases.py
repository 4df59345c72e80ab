"""The conformance cases: YAML files read into cases, each with its whole ruleset fragment and facts document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

SPEC = Path(__file__).parent
FRAGMENTS = SPEC / "fragments"
AS_OF = "2026-11-21T09:00:00-05:00"
ZONE = "America/New_York"
CASE_KEYS = frozenset({"name", "section", "ruleset", "files", "compared", "facts", "document", "expect"})
SUITE_KEYS = frozenset({"about", "use", "ruleset", "given", "cases"})
ENVELOPE = {"schema": "cds-facts/1", "subject": "case", "as_of": AS_OF, "zone": ZONE}
"""What the runner fills in; a case may give each of them among its facts."""


@dataclass(frozen=True)
class Case:
    """One case: what is loaded, what is said of the patient, and what has to come of it."""

    path: str
    """Folder and file, without suffix: `operators/number`."""
    name: str
    section: str
    fragment: Mapping[str, Any]
    """Sections of a ruleset, still to be completed by the runner."""
    files: Mapping[str, str] | None
    """Ruleset files as they stand, by name, beside the fragment."""
    compared: Mapping[str, Any] | None
    """For an expected `digest`: the sections that another ruleset has instead."""
    document: Mapping[str, Any] | str
    """The facts document, or its JSON text."""
    expect: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Give a readable id for the test."""
        return f"{self.path}-{re.sub(r'[^0-9A-Za-z]+', '_', self.name).strip('_')}"


@cache
def all_cases() -> tuple[Case, ...]:
    """Read every case below this folder."""
    files = sorted(path for path in SPEC.rglob("*.yaml") if FRAGMENTS not in path.parents)
    return tuple(case for path in files for case in _cases(path))


def _cases(path: Path) -> Iterator[Case]:
    suite = read_strictly(path)
    name = path.relative_to(SPEC).with_suffix("").as_posix()
    _check_keys(suite, SUITE_KEYS, name)
    fragments = [read_strictly(FRAGMENTS / f"{used}.yaml") for used in suite.get("use", [])]
    shared = merged(*fragments, suite.get("ruleset", {}))
    for raw in suite["cases"]:
        _check_keys(raw, CASE_KEYS, f"{name}: {raw.get('name')}")
        facts = _nested({**ENVELOPE, **suite.get("given", {}), **raw.get("facts", {})})
        yield Case(
            path=name,
            name=raw["name"],
            section=raw["section"],
            fragment=merged(shared, raw.get("ruleset", {})),
            files=raw.get("files"),
            compared=raw.get("compared"),
            document=raw.get("document", facts),
            expect=raw["expect"],
        )


def merged(*fragments: Mapping[str, Any]) -> dict[str, Any]:
    """Join fragments: a section that is a mapping by its names, the later one winning; any other is replaced."""
    whole: dict[str, Any] = {}
    for fragment in fragments:
        for section, content in fragment.items():
            if isinstance(content, dict) and isinstance(whole.get(section), dict):
                whole[section] = {**whole[section], **content}
            else:
                whole[section] = content
    return deepcopy(whole)


def _nested(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Turn `labs.inr: ...` into the groups of a facts document."""
    document: dict[str, Any] = {}
    for name, value in facts.items():
        *groups, last = name.split(".")
        inner = document
        for group in groups:
            inner = inner.setdefault(group, {})
        inner[last] = value
    return document


def _check_keys(found: Mapping[str, Any], allowed: frozenset[str], where: str) -> None:
    unknown = found.keys() - allowed
    if unknown:
        raise ValueError(f"{where}: unknown keys {sorted(unknown)}")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML 1.2 scalars, exact decimals, and no key twice: what a case says is what it means."""

    yaml_implicit_resolvers: Mapping[str, Any] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002  # PyYAML's signature
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if len(set(keys)) != len(keys):
            raise ValueError(f"a key stands twice{node.start_mark}")
        return super().construct_mapping(node, deep=deep)


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^null$"), list("n"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]*)$"), list("-0123456789"))
_Loader.add_implicit_resolver("!decimal", re.compile(r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$"), list("-0123456789"))
_Loader.add_constructor("!decimal", lambda loader, node: Decimal(loader.construct_scalar(node)))


def read_strictly(path: Path) -> dict[str, Any]:
    """Read one YAML file of cases."""
    found = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  # a safe loader's subclass
    assert isinstance(found, dict)
    return found
