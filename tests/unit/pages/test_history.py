"""Which version brought and changed which rule (language §18)."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import written

from cds.errors import InputError
from cds.ruleset.loader import LoadedRuleset, load_ruleset
from cds.verification.pages.history import changes_of, history_of

RULES = "rules: {one: {when: {a: {is: true}}}, two: {when: {a: {is: true}}}}\nfacts: {a: {type: boolean}}"
HISTORY = """\
schema: cds-history/1
history:
  - version: "1.0.0"
    date: "2026-12-01"
    adds: [two]
    changes: [{rules: [one], what: Its limit}, {rules: all, what: Reviewed}]
  - version: "0.9.0"
    date: "2026-11-01"
    changes: [{rules: all, what: Reworded}]
"""


def with_history(folder: Path, *texts: str) -> LoadedRuleset:
    """Load a ruleset of version 1.0.0 with two rules and these histories."""
    ruleset = written(folder / "ruleset", RULES)
    for number, text in enumerate(texts):
        (ruleset / f"history{number}.yaml").write_text(text, encoding="utf-8")
    return load_ruleset(ruleset)


def test_a_rule_has_the_changes_since_it_is_there(tmp_path: Path) -> None:
    """The newest change comes first, and last the version that brought the rule: the oldest, unless another says so."""
    history = history_of(with_history(tmp_path, HISTORY))
    assert [(release.version, what) for release, what in changes_of("one", history)] == [
        ("1.0.0", "Its limit"),
        ("1.0.0", "Reviewed"),
        ("0.9.0", "Reworded"),
        ("0.9.0", "The rule is new."),
    ]
    assert [(release.version, what) for release, what in changes_of("two", history)] == [
        ("1.0.0", "Reviewed"),
        ("1.0.0", "The rule is new."),
    ]


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ((), "there is no history; expected one file that begins with `schema: cds-history/1`, such as `history.yaml`"),
        ((HISTORY, HISTORY), "the ruleset `small` has 2 histories; expected one file"),
        (
            (HISTORY.replace("1.0.0", "1.1.0"),),
            "the newest version of the history is 1.1.0, and the ruleset is 1.0.0; expected the newest version first",
        ),
        ((HISTORY.replace("[two]", "[twoo]"),), "history[0].adds[0]: there is no rule `twoo`; did you mean `two`?"),
        ((HISTORY.replace("[one]", "[onn]"),), "history[0].changes[0].rules[0]: there is no rule `onn`"),
        ((HISTORY.replace("all,", "some,"),), "history[0].changes[1].rules"),
        (("schema: cds-history/1\nhistory: []\n",), "history: the list is empty; expected at least 1"),
    ],
)
def test_a_history_that_does_not_fit_is_refused(texts: tuple[str, ...], said: str, tmp_path: Path) -> None:
    """A history is one, begins with the ruleset's version, and names its rules."""
    loaded = with_history(tmp_path, *texts)
    with pytest.raises(InputError, match=r".") as refused:
        history_of(loaded)
    assert said in str(refused.value)
