"""The ruleset as a case changes it: other positions adopted, values set, as a site's overlay would (language §15.4)."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

from cds.ir.from_ruleset import compile_ruleset
from cds.ir.program import Program
from cds.ruleset.digest import order_key
from cds.ruleset.loader import LoadedRuleset
from cds.ruleset.model import ParameterValue
from cds.ruleset.overlay import overlaid
from cds.ruleset.places import Places, Spot
from cds.ruleset.validation import validated
from cds.verification.cases.reading import Case

_DECIDED = {"because": "A case tries it.", "by": "case", "decided": "2026-01-01"}


def change_of(case: Case) -> bytes:
    """Give what a case changes of the ruleset: equal for equal changes, empty for none."""
    written = case.written
    return order_key([written.adopting, written.setting]) if written.adopting or written.setting else b""


class Changes:
    """Give the program that a case is decided by; the last change is kept, so that cases are best run by change."""

    def __init__(self, loaded: LoadedRuleset, program: Program) -> None:
        self._loaded = loaded
        self._unchanged = program
        self._last: tuple[bytes, Program] | None = None
        self._compared: tuple[Program, Program] | None = None

    def program_for(self, case: Case) -> Program:
        """Give the program under the adoptions and settings of a case.

        Raises:
            RulesetError: the ruleset does not allow the change, at the case's place.
        """
        change = change_of(case)
        if not change:
            return self._unchanged
        if self._last is None or self._last[0] != change:
            self._last = change, compile_ruleset(self._overlaid(case, change))
        return self._last[1]

    def with_same_conditions(self, program: Program) -> Program:
        """Give the unchanged program in place of a changed one whose conditions, in every world, are the same."""
        if self._compared is None or self._compared[0] is not program:
            same = _conditions_of(program) == _conditions_of(self._unchanged)
            self._compared = program, self._unchanged if same else program
        return self._compared[1]

    def _overlaid(self, case: Case, change: bytes) -> LoadedRuleset:
        document, written = self._loaded.document, case.written
        data: dict[str, Any] = {
            "schema": document.schema_,
            "id": document.id,
            "version": document.version,
            "title": document.title,
            "lifecycle": {"status": "draft"},
            "extends": {"id": document.id, "digest": self._loaded.digest},
            "adopt": {name: {"adopt": source, **_DECIDED} for name, source in written.adopting.items()},
            "set": {name: {"value": _written(value), **_DECIDED} for name, value in written.setting.items()},
        }
        places = Places(_spot_of(case))
        merged, merged_places = overlaid((document, self._loaded.places), (validated(data, places), places))
        # Not the digest of what is merged, which takes long to make: one of its own, of the ruleset and the change.
        digest = f"sha256:{sha256(self._loaded.digest.encode() + change).hexdigest()}"
        return replace(self._loaded, document=merged, places=merged_places, digest=digest)


def _conditions_of(program: Program) -> Any:
    return [(world.conditions, world.group_conditions) for world in program.worlds]


def _written(value: ParameterValue) -> Any:
    return value.model_dump(by_alias=True) if hasattr(value, "model_dump") else value


def _spot_of(case: Case) -> Spot:
    """Let the places of the change be those of the case."""
    spot = case.places.root
    for part in case.path:
        spot = spot.children[part]
    names = (("adopt", "adopting"), ("set", "setting"))
    inside: dict[str | int, Spot] = {of: spot.children[key] for of, key in names if key in spot.children}
    return replace(spot, children=inside)
