"""A small ruleset in a folder, to stand companions beside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cds.ruleset.loader import LoadedRuleset, load_ruleset

RULESET = """\
schema: cds-ruleset/1
id: small
version: "1.0.0"
title: A small ruleset
lifecycle: {status: draft}
sources:
  handout: {title: Handout, citation: "A handout, 2020", confirmed: primary}
facts:
  patient.sex: {type: enum, values: [female, male, other], ask: "Which sex?"}
  patient.ready: {type: boolean, ask: "Ready?"}
advice: {wait: {title: Wait}}
parameters:
  limit:
    positions: {handout: {value: "5", confirmed: primary, statements: [S0-02]}}
    resolve: {adopt: handout, because: "it is the only one", by: us, decided: "2026-11-21"}
rules:
  - id: wait.ready
    kind: preparation
    title: Ready
    when: {patient.ready: {is: false}}
    then: {advise: wait, severity: info}
    on_unknown: ask
    sources: [{id: handout, locator: "Page 1", statements: [S0-01]}]
dispositions:
  - {code: proceed, text: "Go ahead."}
"""


@pytest.fixture
def beside(tmp_path: Path) -> Callable[..., LoadedRuleset]:
    """Give a function that loads the small ruleset with these companions beside it, by file name."""

    def write(**companions: str) -> LoadedRuleset:
        folder = tmp_path / "small"
        folder.mkdir(exist_ok=True)
        (folder / "ruleset.yaml").write_text(RULESET, encoding="utf-8")
        for name, text in companions.items():
            (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        return load_ruleset(folder)

    return write
