"""A small ruleset with a bit of everything that cases can be about, and its cases."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from cds import engine
from cds.ir.from_ruleset import compile_ruleset
from cds.ruleset.loader import LoadedRuleset, load_ruleset
from cds.verification.cases.changes import Changes
from cds.verification.cases.reading import read_cases
from cds.verification.cases.running import Result, run_cases

RULESET = """\
schema: cds-ruleset/1
id: small
version: "1.0.0"
title: A small ruleset
lifecycle: {status: draft}
sources:
  handout: {title: Handout, citation: "A handout, 2020", confirmed: primary}
  society: {title: Society, citation: "A guideline, 2019", confirmed: secondary}
  hearsay: {title: Hearsay, citation: "Quoted by others", confirmed: unconfirmed}
facts:
  procedure.status: {type: enum, values: [booked, done], required: true, ask: "Is it booked?"}
  procedure.start: {type: time, ask: "When does it start?"}
  labs.platelets: {type: quantity, unit: "10*9/L", minimum: "0", taken: true, ask: "How many platelets?"}
  care.started: {type: time, granularity: day, not_after: as_of, ask: "When did it begin?"}
  medications:
    type: list
    ask: "All of them?"
    items:
      substance: {type: concept, ask: "What is it?"}
      status: {type: enum, values: [active, stopped], ask: "Is it taken?"}
      last_dose: {type: time, not_after: as_of, ask: "When was it taken last?"}
substances:
  ibuprofen: {classes: [nsaid], names: [ibuprofen], brands: [Advil]}
  aspirin: {classes: [nsaid], names: [aspirin]}
  dipyridamole: {names: [dipyridamole]}
products:
  - {brand: Aggrenox, substances: [aspirin, dipyridamole], confirmed: "read on the label"}
classes:
  nsaid: {title: "Non-steroidal anti-inflammatory drug"}
parameters:
  fewest_platelets:
    positions:
      handout: {value: "50 10*9/L", confirmed: primary}
      society: {value: "20 10*9/L", confirmed: secondary}
    resolve: {adopt: handout, because: "the handout is ours", by: clinic, decided: "2026-11-01"}
  nsaid_hold:
    positions:
      handout: {value: {full_days: 7}, confirmed: primary}
      society: {value: {full_days: 1}, confirmed: secondary}
      hearsay: {value: {full_days: 3}, confirmed: unconfirmed}
    resolve: {adopt: handout, because: "the handout is ours", by: clinic, decided: "2026-11-01"}
  oldest_count: {unset: "each site has its own limit"}
  policy:
    positions:
      handout: {value: wait, confirmed: primary}
      society: {value: go, confirmed: secondary}
    resolve: {adopt: handout, because: "the handout is ours", by: clinic, decided: "2026-11-01"}
groups:
  before: {title: Before, applies_when: {procedure.status: {is: booked}}}
advice:
  hold: {title: Stop, opposes: [continue], hold: dated}
  continue: {title: Go on, hold: continue}
  check: {title: Check}
rules:
  - id: check.platelets
    kind: contraindication
    title: Few platelets
    group: before
    when: {labs.platelets: {less_than: $fewest_platelets}}
    then: {advise: check, severity: high, text: "Too few platelets: correct them."}
    on_unknown: ask
    sources: [{id: handout, locator: "Page 1"}]
  - id: check.count-too-old
    kind: preparation
    title: Old count
    when: {labs.platelets.taken: {more_than: $oldest_count, before: as_of}}
    then: {advise: check, severity: info}
    on_unknown: ask
    sources: [society]
  - id: hold.nsaid
    kind: hold
    title: Stop the drug
    group: before
    for_each: med in medications
    when:
      all:
        - {med.substance: {in_class: nsaid}}
        - {med.status: {is: active}}
    then: {advise: hold, interval: $nsaid_hold, severity: high, text: "Stop {substance}."}
    on_unknown: ask
    sources: [handout]
  - id: wait.policy
    kind: timing
    title: Wait
    when:
      all:
        - {$policy: {is: wait}}
        - {care.started: {at_most: 21 d, before: as_of}}
    then:
      advise: check
      severity: info
      dates: {wait_ends: {after: care.started, by: "21 d"}}
      text: "Until {wait_ends}."
    on_unknown: {skip: "nothing to say"}
    sources: [handout]
dispositions:
  - {code: defer, when: {rule: {applies: check.platelets}}, if_unknown: needs_information, text: "Defer."}
  - {code: needs_information, cannot_decide: {at_least: critical}, text: "Find out."}
  - {code: proceed, text: "Proceed."}
"""

BASE = """\
schema: cds-cases/1
base:
  subject: case
  as_of: "2026-11-21T09:00:00-05:00"
  zone: America/New_York
  procedure: {status: booked, start: "2026-12-01T08:00:00-05:00"}
  labs: {platelets: {value: 210 10*9/L, taken: "2026-11-20"}}
  medications: {reconciled: true, items: []}
rules:
"""

IBUPROFEN = "{medications.m1: {text: ibuprofen, status: active}}"


def ruleset_in(folder: Path, **files: str) -> LoadedRuleset:
    """Load the small ruleset from a folder, with these files of cases."""
    (folder / "cases").mkdir(parents=True)
    (folder / "rules").mkdir()
    head, rules = RULESET.split("rules:\n", 1)
    rules, dispositions = rules.split("dispositions:\n")
    (folder / "ruleset.yaml").write_text(f"{head}dispositions:\n{dispositions}", encoding="utf-8")
    (folder / "rules" / "small.yaml").write_text(f"schema: cds-ruleset/1\nrules:\n{rules}", encoding="utf-8")
    for name, text in files.items():
        (folder / "cases" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load_ruleset(folder)


def results_of(loaded: LoadedRuleset) -> list[Result]:
    """Run all cases of a ruleset on both engines."""
    program = compile_ruleset(loaded)
    return run_cases(read_cases(loaded), Changes(loaded, program), partial(engine.decide))


def differences(folder: Path, rule: str, case: str) -> list[str]:
    """Run one case, written without its title, and give its differences."""
    loaded = ruleset_in(folder, small=f"{BASE}  {rule}:\n    - {{case: it, {case}}}\n")
    (result,) = results_of(loaded)
    return [f"{found.what}: {found.expected} / {found.found}" for found in result.differences]
