"""Programs from a few lines of YAML, by way of the real loader, and patients from a few facts.

A ruleset needs to say only what a test is about. What every ruleset has (identity, sources, kinds of advice, a last
disposition) and what every rule has (kind, title, severity, sources) is filled in, and the rules are a mapping by id:

    program_of('''
    facts: {labs.inr: {type: number}}
    rules: {bleeding: {when: {labs.inr: {more_than: "1.5"}}}}
    ''')
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml

from cds.backends.reference import At, Reference
from cds.engine import decide
from cds.errors import RulesetError
from cds.facts.model import Facts
from cds.facts.schema import parse_facts
from cds.ir.from_ruleset import compile_ruleset
from cds.ir.kleene import FALSE, Truth
from cds.ir.program import Program
from cds.ruleset.loader import LoadedRuleset, load_ruleset

AS_OF = "2026-11-21T09:00:00-05:00"
ZONE = "America/New_York"

BASE = """
schema: cds-ruleset/1
id: small
version: "1.0.0"
title: A ruleset under test
lifecycle: {status: draft}
sources:
  handout: {title: Handout, citation: "A handout", confirmed: primary}
  society: {title: Society, citation: "A guideline", confirmed: secondary}
  hearsay: {title: Hearsay, citation: "Quoted by others", confirmed: unconfirmed}
advice:
  note: {title: Note this}
  hold: {title: Stop before the procedure, opposes: [continue], hold: dated}
  continue: {title: Do not stop, hold: continue}
  refer: {title: Ask the prescriber, hold: prescriber}
  identify: {title: Find out what it is, hold: unidentified}
dispositions:
  - {code: proceed, text: "No barrier found."}
"""

MEDICATIONS = """
facts:
  procedure.start: {type: time}
  procedure.status: {type: enum, values: [booked, done], required: true}
  medications:
    type: list
    items:
      substance: {type: concept}
      status: {type: enum, values: [active, stopped, on_hold, completed]}
      frequency: {type: quantity, unit: /d, minimum: "0"}
      last_dose: {type: time, not_after: as_of}
      last_dose_reported_at: {type: time, not_after: as_of}
substances:
  ibuprofen: {classes: [nsaid], names: [ibuprofen], brands: [Advil]}
  naproxen: {classes: [nsaid], names: [naproxen]}
  warfarin: {classes: [anticoagulant], names: [warfarin]}
  aspirin: {classes: [antiplatelet, nsaid], names: [aspirin]}
classes:
  nsaid: {title: NSAID}
  anticoagulant: {title: Anticoagulant}
  antiplatelet: {title: Antiplatelet}
"""
"""The facts that the states of holds are found by, and four substances."""

RESOLVED = {"because": "a reason", "by": "the author", "decided": "2026-11-01"}
UNRESOLVED = {"adopt": "none", **RESOLVED}


@cache
def program_of(*fragments: str) -> Program:
    """Compile a ruleset made of YAML fragments."""
    return compile_ruleset(loaded_from(*fragments))


def loaded_from(*fragments: str) -> LoadedRuleset:
    """Load a ruleset made of YAML fragments, without compiling it."""
    with TemporaryDirectory() as folder:
        return load_ruleset(written(Path(folder) / "base", *fragments))


def overlaid_from(overlay: str, *fragments: str) -> LoadedRuleset:
    """Load an overlay, whole but for `extends`, on a ruleset made of YAML fragments."""
    with TemporaryDirectory() as folder:
        base = load_ruleset(written(Path(folder) / "base", *fragments))
        site = Path(folder) / "site"
        site.mkdir()
        head = 'schema: cds-ruleset/1\nid: site\nversion: "1.0.0"\ntitle: Site\nlifecycle: {status: draft}\n'
        extends = f'extends: {{id: small, digest: "{base.digest}"}}\n'
        (site / "site.yaml").write_text(head + extends + overlay, encoding="utf-8")
        return load_ruleset(site)


def refusal_of(*fragments: str) -> str:
    """Give the message with which a ruleset is refused."""
    with pytest.raises(RulesetError) as caught:
        compile_ruleset(loaded_from(*fragments))
    return str(caught.value)


def patient(program: Program, *, as_of: str = AS_OF, zone: str = ZONE, **groups: Any) -> Facts:
    """Give a patient about whom only this is known; a required `procedure.status` is `booked` unless said otherwise."""
    document = {"schema": "cds-facts/1", "subject": "demo-001", "as_of": as_of, "zone": zone, **groups}
    if "procedure.status" in program.dictionary:
        document["procedure"] = {"status": "booked", **groups.get("procedure", {})}
    return parse_facts(document, program.dictionary, program.concepts)


def listed(*items: Mapping[str, Any], complete: bool = True) -> dict[str, Any]:
    """Give a list of items, which get the ids `m1`, `m2`, ... unless they have one."""
    return {"reconciled": complete, "items": [{"id": f"m{n}", **item} for n, item in enumerate(items, start=1)]}


def verdicts_of(program: Program, facts: Facts) -> dict[tuple[str, str], Truth]:
    """Give what the reference answers in the first world, by step and binding; FALSE is left out."""
    found = Reference().evaluate(program, facts)
    return {(step, binding): truth for (step, binding, world), truth in found.items() if world == 0}


def verdict_of(program: Program, facts: Facts, rule: str = "rule", binding: str = "patient") -> Truth:
    """Give one answer of the reference in the first world."""
    return verdicts_of(program, facts).get((rule, binding), FALSE)


def decision_of(program: Program, facts: Facts, *, list_all: bool = False) -> Any:
    """Give the document that the reference alone decides."""
    return decide(program, facts, engines=["reference"], list_all=list_all).document


def recommendation(decision: Any, rule: str, binding: str = "patient") -> Any:
    """Give the one recommendation of a rule for a binding."""
    [found] = [each for each in decision["recommendations"] if (each["rule"], each["binding"]) == (rule, binding)]
    return found


def place_of(program: Program, facts: Facts, rule: str = "rule", binding: str = "patient", world: int = 0) -> At:
    """Give the place where a rule's condition is evaluated, all verdicts being known."""
    verdicts = Reference().evaluate(program, facts)
    at = At(program, facts, program.worlds[world], verdicts)
    step = program.step[rule]
    items = facts.list(step.list).items if step.list else ()
    return at.bound(step, next((item for item in items if item.binding == binding), None))


def written(folder: Path, *fragments: str) -> Path:
    """Write a ruleset made of YAML fragments into a new folder."""
    document: dict[str, Any] = {}
    for fragment in (BASE, *fragments):
        _join(document, yaml.safe_load(fragment))
    folder.mkdir()
    (folder / "ruleset.yaml").write_text(json.dumps(_completed(document)), encoding="utf-8")
    return folder


def _join(document: dict[str, Any], fragment: Mapping[str, Any]) -> None:
    """Put a fragment into a document: mappings are joined, but conditions and values are replaced."""
    for key, part in fragment.items():
        if isinstance(part, dict) and isinstance(document.get(key), dict) and key not in {"when", "value"}:
            _join(document[key], part)
        else:
            document[key] = part


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    completed = dict(document)
    completed["facts"] = {name: _asked(name, fact) for name, fact in document.get("facts", {}).items()}
    completed["rules"] = [_rule(id_, rule) for id_, rule in document.get("rules", {}).items()]
    completed["groups"] = {name: {"title": name, **group} for name, group in document.get("groups", {}).items()}
    completed["derive"] = [
        {"fact": name, "title": name, **derivation} for name, derivation in document.get("derive", {}).items()
    ]
    return completed


def _asked(name: str, fact: dict[str, Any]) -> dict[str, Any]:
    if "items" in fact:
        fact = {**fact, "items": {inner: _asked(inner, part) for inner, part in fact["items"].items()}}
    if fact["type"] not in {"code", "text"} and "calculated" not in fact:
        fact = {"ask": f"What is {name}?", **fact}
    return {key: value for key, value in fact.items() if value is not None}


def _rule(id_: str, rule: dict[str, Any]) -> dict[str, Any]:
    """Complete a rule; what belongs to `then` may be written beside `when`, and null takes a key away."""
    rest = {key: part for key, part in rule.items() if part is not None}
    then = {"advise": "note", "severity": "info"}
    of_then = ("advise", "severity", "text", "interval", "dates", "shows", "restart")
    then |= {key: rest.pop(key) for key in of_then if key in rest}
    if "overrides" in rest:
        rest.setdefault("because", "it matters more")
    return {
        "id": id_,
        "kind": "indication",
        "title": f"Title of {id_}",
        "on_unknown": "ask",
        "sources": ["handout"],
        **rest,
        "then": then,
    }
