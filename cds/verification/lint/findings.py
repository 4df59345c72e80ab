"""All checks, run over one ruleset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from cds.errors import Place
from cds.facts.instants import format_day, parse_day
from cds.ir.program import Program
from cds.ruleset.loader import LoadedRuleset
from cds.verification.lint import checks
from cds.verification.lint.material import Check, Material


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check says about one place; files are named from the ruleset's folder on."""

    check: str
    place: Place
    message: str


def findings_in(loaded: LoadedRuleset, program: Program, *, as_of: str | None = None) -> tuple[Finding, ...]:
    """Run every check over a ruleset; `as_of` is the day to judge its dates by, such as `2026-11-21`.

    Raises:
        InputError: `as_of` is not a day.
    """
    day = None if as_of is None else format_day(parse_day(as_of))
    material = Material(loaded.document, program, day, loaded.folder)
    found = (
        Finding(name, _place(loaded, path), message)
        for name, check in all_checks()
        for path, message in check(material)
    )
    return tuple(sorted(found, key=_order))


def all_checks() -> Iterator[tuple[str, Check]]:
    """Give every check by its name, which is that of its file."""
    for module in iter_modules(checks.__path__):
        yield module.name.replace("_", "-"), import_module(f"{checks.__name__}.{module.name}").check


def _place(loaded: LoadedRuleset, path: tuple[str | int, ...]) -> Place:
    place = loaded.places.of(path)
    file = Path(place.file) if place.file else None
    if file is None or loaded.folder is None or not file.is_relative_to(loaded.folder):
        return place
    return Place(file.relative_to(loaded.folder).as_posix(), place.line, place.column, place.path)


def _order(finding: Finding) -> tuple[str, int, int, str, str]:
    place = finding.place
    return (place.file or "", place.line or 0, place.column or 0, finding.check, finding.message)
