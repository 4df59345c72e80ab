"""Small rulesets to load, write down and break."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cds.errors import RulesetError
from cds.ruleset.loader import load_ruleset

RULESET = """\
schema: cds-ruleset/1
id: small
version: "1.0.0"
title: A small ruleset
lifecycle: {status: draft}
settings: {reminder_window: 48 h}
sources:
  handout: {title: Handout, citation: "A handout, 2020", confirmed: primary}
  society: {title: Society, citation: "A guideline, 2019", confirmed: secondary}
  hearsay: {title: Hearsay, citation: "Quoted by others", confirmed: unconfirmed}
facts:
  procedure.status: {type: enum, values: [booked, done], required: true, ask: "Is it booked?"}
  labs.inr: {type: number, minimum: "0", taken: true, ask: "What is the INR?"}
  medications: {type: list, ask: "All of them?", items: {status: {type: enum, values: [active, stopped]}}}
substances:
  ibuprofen: {classes: [nsaid], names: [ibuprofen], brands: [Advil, Motrin]}
classes:
  nsaid: {title: "Non-steroidal anti-inflammatory drug"}
products:
  - {brand: Combo, substances: [ibuprofen], confirmed: "read on the label"}
parameters:
  nsaid_hold:
    positions:
      handout: {value: {full_days: 7}, confirmed: primary}
      society: {value: {full_days: 1}, confirmed: secondary}
      hearsay: {value: {full_days: 3}, confirmed: unconfirmed}
    resolve: {adopt: handout, because: "the handout is ours", by: clinic, decided: "2026-11-01"}
  highest_inr:
    unset: "each site has its own laboratory limits"
groups:
  before: {title: Before, applies_when: {procedure.status: {is: booked}}}
advice:
  hold: {title: Stop, opposes: [continue], hold: dated}
  continue: {title: Go on, hold: continue}
  check: {title: Check}
rules:
  - id: hold.nsaid
    kind: hold
    title: Stop the drug
    group: before
    for_each: med in medications
    when: {med.status: {is: active}}
    then: {advise: hold, interval: $nsaid_hold, severity: high}
    on_unknown: ask
    sources: [handout, {id: society, locator: "Table 1"}]
  - id: check.inr
    kind: preparation
    title: Check the INR
    when:
      any:
        - labs.inr: {more_than: $highest_inr}
        - rule: {applies: hold.nsaid}
    then: {advise: check, severity: moderate}
    on_unknown: {skip: "a laboratory will ask"}
    sources: [handout]
dispositions:
  - {code: defer, when: {kind: {any_applies: hold}}, text: "Defer"}
  - {code: proceed, text: "Proceed"}
"""

Write = Callable[..., Path]
Fail = Callable[..., str]


@pytest.fixture
def small() -> str:
    """Give the text of a ruleset with a bit of everything, that loads."""
    return RULESET


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Give a function that writes files, by name and text, into a named folder and gives the folder."""

    def write_files(files: dict[str, str] | str = RULESET, *, name: str = "small") -> Path:
        folder = tmp_path / name
        for file, text in ({"ruleset.yaml": files} if isinstance(files, str) else files).items():
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return folder

    return write_files


@pytest.fixture
def problems_of(write: Write, tmp_path: Path) -> Fail:
    """Give a function that loads what must fail, and gives the message without the folder's own path."""

    def load_and_fail(files: dict[str, str] | str, *, name: str = "small") -> str:
        with pytest.raises(RulesetError) as failed:
            load_ruleset(write(files, name=name))
        return str(failed.value).replace(f"{tmp_path}/", "")

    return load_and_fail
