"""From a fragment of a ruleset to a loaded and compiled one: defaults are filled in, the real loader reads files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from spec_cases import Case, merged

from cds.ir.from_ruleset import compile_ruleset
from cds.ir.program import Program
from cds.ruleset.catalogue import load_catalogue
from cds.ruleset.loader import LoadedRuleset, load_ruleset

BASE: Mapping[str, Any] = {
    "schema": "cds-ruleset/1",
    "id": "case",
    "version": "1.0.0",
    "title": "A ruleset under test",
    "lifecycle": {"status": "draft"},
    "sources": {
        "source-a": {"title": "Source A", "citation": "An example", "confirmed": "primary"},
        "source-b": {"title": "Source B", "citation": "An example", "confirmed": "secondary"},
        "source-c": {"title": "Source C", "citation": "An example", "confirmed": "unconfirmed"},
    },
    "advice": {
        "note": {"title": "Note this"},
        "hold": {"title": "Stop before the procedure", "opposes": ["continue"], "hold": "dated"},
        "continue": {"title": "Do not stop", "hold": "continue"},
        "refer_to_prescriber": {"title": "Ask the prescriber", "hold": "prescriber"},
        "identify": {"title": "Identify the medication by hand", "hold": "unidentified"},
    },
    "dispositions": [{"code": "proceed", "text": "No barrier found."}],
}
OVERLAY_LACKS = ("sources", "advice", "dispositions")
"""What an overlay takes from its base."""
NEVER_ASKED = frozenset({"code", "text"})


class Rulesets:
    """Load and compile fragments, each distinct one once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._programs: dict[str, Program] = {}

    def program(self, case: Case) -> Program:
        """Compile the ruleset of a case.

        Raises:
            RulesetError: it is refused.
        """
        files = {**self.files_of(case.fragment), **(case.files or {})}
        key = sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()
        if key not in self._programs:
            self._programs[key] = compile_ruleset(self._load(files, key))
        return self._programs[key]

    def compiled(self, fragment: Mapping[str, Any]) -> Program:
        """Compile a fragment."""
        files = self.files_of(fragment)
        return compile_ruleset(self._load(files, sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()))

    def digest(self, fragment: Mapping[str, Any]) -> str:
        """Give the digest of a fragment's ruleset."""
        files = self.files_of(fragment)
        return self._load(files, sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()).digest

    def load_all(self, fragments: list[Mapping[str, Any]], name: str) -> None:
        """Load several rulesets as one catalogue.

        Raises:
            RulesetError: one of them is refused, or they do not go together.
        """
        folder = self._folder / "catalogues" / name
        for number, fragment in enumerate(fragments):
            _write(self.files_of(fragment), folder / str(number))
        load_catalogue([folder])

    def files_of(self, fragment: Mapping[str, Any]) -> dict[str, str]:
        """Complete a fragment and write it as files, its `base` too.

        With `signed: true` it gets a sign-off of its digest, with `split: true` a file for every section.
        """
        fragment = dict(fragment)
        base, signed, split = (fragment.pop(key, None) for key in ("base", "signed", "split"))
        files = {}
        if base is not None:
            files = {_one_down(name): text for name, text in self.files_of(base).items()}
            fragment.setdefault("extends", {"id": base.get("id", "case"), "digest": self.digest(base)})
        document = _completed(fragment, is_overlay=base is not None)
        if signed:
            document["lifecycle"] = {**document["lifecycle"], "sign_off": self._sign_off(fragment)}
        if split:
            sections = {f"{key}/only.yaml": {"schema": document["schema"], key: part} for key, part in document.items()}
            return {name: as_json(section) for name, section in sections.items()}
        return {**files, "overlay/ruleset.yaml" if base is not None else "ruleset.yaml": as_json(document)}

    def _sign_off(self, fragment: Mapping[str, Any]) -> dict[str, str]:
        draft = {**fragment, "lifecycle": {"status": "draft"}}
        return {"by": "A tester", "role": "Tester", "decided": "2026-11-01", "digest": self.digest(draft)}

    def _load(self, files: Mapping[str, str], key: str) -> LoadedRuleset:
        folder = self._folder / key
        _write(files, folder)
        return load_ruleset(folder / "overlay" if (folder / "overlay").is_dir() else folder)


def _one_down(name: str) -> str:
    """Give the file of a base its folder beside the overlay's; the base of a base is moved on."""
    if name.startswith("base"):
        return f"base-of-{name}"
    return f"base/{name.removeprefix('overlay/')}"


def _write(files: Mapping[str, str], folder: Path) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))


def _completed(fragment: Mapping[str, Any], *, is_overlay: bool) -> dict[str, Any]:
    left_out = OVERLAY_LACKS if is_overlay else ()
    document = merged({key: part for key, part in BASE.items() if key not in left_out}, fragment)
    if is_overlay and "id" not in fragment:
        document["id"] = "site"
    if isinstance(document.get("facts"), dict):
        document["facts"] = {name: _asked(name, fact) for name, fact in document["facts"].items()}
    for section, complete in (("rules", _rule), ("derive", _derivation)):
        if isinstance(document.get(section), dict):
            document[section] = [complete(name, part) for name, part in document[section].items()]
    if isinstance(document.get("groups"), dict):
        document["groups"] = {name: {"title": f"Phase {name}", **part} for name, part in document["groups"].items()}
    return document


def _asked(name: str, fact: Any) -> Any:
    if not isinstance(fact, dict):
        return fact
    if isinstance(fact.get("items"), dict):
        fact = {**fact, "items": {inner: _asked(inner, part) for inner, part in fact["items"].items()}}
    is_asked = fact.get("type") not in NEVER_ASKED and "calculated" not in fact
    return fact if "ask" in fact or not is_asked else {"ask": f"What is {name}?", **fact}


def _rule(name: str, part: Mapping[str, Any]) -> dict[str, Any]:
    """Complete a rule; a key given as null is left out instead."""
    then = {"advise": "note", "severity": "info", **part.get("then", {})}
    defaults = {"kind": "indication", "title": f"Rule {name}", "on_unknown": "ask", "sources": ["source-a"]}
    rule = {"id": name, **defaults, **part, "then": then}
    return {key: value for key, value in rule.items() if value is not None}


def _derivation(name: str, part: Mapping[str, Any]) -> dict[str, Any]:
    return {"fact": name, "title": f"Derived {name}", **part}


def as_json(value: Any) -> str:
    """Write data as JSON, which is YAML too; decimals stay exact."""
    match value:
        case dict():
            inner = ",\n".join(f"{json.dumps(key, ensure_ascii=False)}: {as_json(part)}" for key, part in value.items())
            return f"{{{inner}}}"
        case list():
            return f"[{', '.join(as_json(part) for part in value)}]"
        case Decimal():
            return str(value)
        case _:
            return json.dumps(value, ensure_ascii=False)
