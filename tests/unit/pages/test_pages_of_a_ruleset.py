"""The pages of a small ruleset say all that the ruleset does (language §18.2)."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest
from builders import MEDICATIONS, RESOLVED, written

from cds.ir.from_ruleset import compile_ruleset
from cds.ruleset.loader import load_ruleset
from cds.verification.cases.reading import read_cases
from cds.verification.pages.render import mark_of, pages_of

DECIDED = json.dumps(RESOLVED)[1:]
RULES = f"""
groups: {{before: {{title: Before the procedure, applies_when: {{procedure.status: {{is: booked}}}}}}}}
facts: {{labs.inr: {{type: number, taken: true, ask: "What is the INR?"}}}}
parameters:
  limit:
    title: Highest INR
    positions:
      handout: {{value: "1.5", confirmed: primary, locator: "Page 1?", note: "Read twice"}}
      society: {{value: "1.8", confirmed: secondary}}
      hearsay: {{value: "2", confirmed: unconfirmed}}
    resolve: {{adopt: handout, {DECIDED}
  again:
    positions: {{handout: {{value: same, confirmed: primary}}, society: {{value: same, confirmed: secondary}}}}
    resolve: {{adopt: none, {DECIDED}
  nsaid_hold:
    positions: {{handout: {{value: {{full_days: 7}}, confirmed: primary}}}}
    resolve: {{adopt: handout, {DECIDED}
  recency: {{unset: "for | the site"}}
derive: {{med.taken: {{for_each: med in medications, when: {{med.status: {{is: active}}}}}}}}
rules:
  inr.high:
    kind: contraindication
    severity: high
    group: before
    title: "INR *above* the limit"
    when: {{all: [{{labs.inr: {{more_than: $limit}}}}, {{labs.inr.taken: {{at_most: $recency, before: as_of}}}}]}}
    text: "Too high | correct <it>."
    shows: [$again]
    overrides: [hold.nsaid]
    because: "it comes first"
    note: "A note."
    sources: [{{id: handout, locator: "Page 1", strength: must, standing: absolute, statements: [S0-01]}}, society]
  hold.nsaid:
    kind: hold
    advise: hold
    severity: high
    for_each: med in medications
    when: {{all: [{{med.substance: {{in_class: nsaid}}}}, {{med.taken: {{is: true}}}}]}}
    interval: $nsaid_hold
    dates: {{asked_by: {{before: procedure.start, by: 2 d}}}}
    text: "Stop {{substance}} for {{interval}}."
    restart: "Later."
    on_unknown: assume_applies
  never.now:
    when: {{$again_too: {{is: never}}}}
    on_unknown: {{skip: "nothing to ask"}}
    finding: about
"""
NEVER = f"""
parameters:
  again_too:
    positions: {{handout: {{value: now, confirmed: primary}}, society: {{value: never, confirmed: secondary}}}}
    resolve: {{adopt: handout, {DECIDED}
"""
CASES = """\
schema: cds-cases/1
base: {subject: case}
rules:
  inr.high:
    - case: "above | it"
      given: {labs.inr.value: 1.6, labs.inr.taken: absent, medications.m1: {text: ibuprofen, doses: [1, true]}}
      adopting: {limit: society}
      setting: {recency: 7 d}
      expect: {status: applies, ask: [], assumed: false, also: {hold.nsaid: skipped}}
    - {case: "as it is", expect: does_not_apply}
  hold.nsaid:
    - {case: "its item", item: m1, expect: cannot_decide}
"""
HISTORY = 'schema: cds-history/1\nhistory: [{version: "1.0.0", date: "2026-11-21"}]\n'


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Make the pages of a ruleset whose rules stand in one file."""
    folder = written(tmp_path_factory.mktemp("pages") / "small", MEDICATIONS, NEVER, RULES)
    (folder / "cases.yaml").write_text(CASES, encoding="utf-8")
    (folder / "history.yaml").write_text(HISTORY, encoding="utf-8")
    loaded = load_ruleset(folder)
    return dict(pages_of(loaded, compile_ruleset(loaded), read_cases(loaded)))


@pytest.fixture
def inr(pages: dict[str, str]) -> str:
    """Give the page of a rule with nearly everything."""
    return pages["ruleset/inr.high.md"]


def test_every_rule_and_every_area_has_its_pages(pages: dict[str, str]) -> None:
    """There is an index, a page for each rule in a folder for its area, and a protocol to read and to print."""
    assert sorted(pages) == [
        "index.md",
        "protocol-ruleset.html",
        "protocol-ruleset.md",
        "ruleset/hold.nsaid.md",
        "ruleset/inr.high.md",
        "ruleset/never.now.md",
    ]
    assert all(page.endswith(f"\n\n{mark_of('small')}") for page in pages.values())


def test_every_page_says_for_whom_it_is_and_that_it_is_a_draft(pages: dict[str, str]) -> None:
    """Nobody takes a page for signed advice, or for a patient's instructions."""
    for page in pages.values():
        assert "DRAFT: no clinician has signed this ruleset." in page
        assert "For healthcare professionals; not patient instructions." in page


def test_index_leads_to_every_page(pages: dict[str, str]) -> None:
    """The index has a line for each rule, the most urgent first, with the number of its cases."""
    index = pages["index.md"]
    assert "`small` 1.0.0, digest `sha256:" in index
    assert "[page](protocol-ruleset.md), [to print](protocol-ruleset.html)" in index
    rows = [line for line in index.splitlines() if line.startswith("| [")]
    assert rows == [
        "| [Title of hold.nsaid](ruleset/hold.nsaid.md) | `hold.nsaid` | hold | high | 1 |",
        r"| [INR \*above\* the limit](ruleset/inr.high.md) | `inr.high` | contraindication | high | 2 |",
        "| [Title of never.now](ruleset/never.now.md) | `never.now` | indication | info | 0 |",
    ]


def test_rule_says_what_and_when(inr: str) -> None:
    """Text, advice, overrides, note, phase and condition stand in words, and what is asked."""
    assert inr.startswith("# INR \\*above\\* the limit\n\n`inr.high`: contraindication, high. [Ruleset]")
    for line in (
        r"Too high \| correct \<it\>.",
        "- Advice: Note this (`note`)",
        "- Overrides [`hold.nsaid`](../ruleset/hold.nsaid.md): it comes first",
        "- Note: A note.",
        "- Phase: Before the procedure (`procedure.status` is booked)",
        "- all of:",
        "  - `labs.inr` more than `$limit` (1.5)",
        "  - `labs.inr.taken` at most `$recency` (not configured) before `as_of`",
        "Where this is not known, what is open is asked:",
        "- What is the INR?",
    ):
        assert line in inr.splitlines()


def test_rule_shows_all_positions(inr: str) -> None:
    """The adopted position stands first; those that agree, differ, are open or were never read are told apart."""
    for line in (
        r"- `$recency` is for the site to set: for \| the site",
        "Highest INR (`$limit`)",
        "| adopted | `handout` | 1.5 | source read | Page 1? Read twice. |",
        "| differs | `society` | 1.8 | transcription read |  |",
        "| not read | `hearsay` | 2 | UNCONFIRMED |  |",
        "`handout` adopted: a reason (the author, 2026-11-01)",
        "| open | `society` | same | transcription read |  |",
        "None adopted: a reason (the author, 2026-11-01)",
    ):
        assert line in inr.splitlines()


def test_rule_cites_its_sources_and_lists_its_facts(inr: str) -> None:
    """Sources have locator, strength, standing and how they were read; facts have type, unit and question."""
    for line in (
        "| `handout` Handout | Page 1 (S0-01) | must | absolute | source read |",
        "| `society` Society |  |  |  | transcription read |",
        "| `labs.inr` | number |  | What is the INR? |",
        "| `labs.inr.taken` | time |  | When was this measured: What is the INR? |",
        "| `procedure.status` | enum: booked, done |  | What is procedure.status? |",
    ):
        assert line in inr.splitlines()


def test_rule_shows_its_cases_and_its_history(inr: str) -> None:
    """A case shows what is given and what is expected; the history names the version that brought the rule."""
    rows = [line for line in inr.splitlines() if line.startswith(("| above", "| as it is", "| 1.0.0"))]
    assert rows == [
        (
            r"| above \| it | `labs.inr.value`: 1.6<br>`labs.inr.taken`: absent<br>"
            "`medications.m1`: text ibuprofen, doses 1; true<br>adopting `society` for `limit`<br>"
            "setting `recency` to 7 d | applies<br>ask: none<br>assumed: false<br>also: hold.nsaid skipped |"
        ),
        "| as it is |  | does not apply |",
        "| 1.0.0 | 2026-11-21 | The rule is new. |",
    ]
    assert "Each case starts from the patient that `cases.yaml` describes at its top." in inr


def test_hold_tells_interval_dates_and_restart(pages: dict[str, str]) -> None:
    """A hold is told with its interval, its dates, its item facts and those behind derived ones."""
    page = pages["ruleset/hold.nsaid.md"]
    for line in (
        "Stop `{substance}` for `{interval}`.",
        "- Interval: `$nsaid_hold` (7 full days)",
        "- Date: `asked_by` is 2 d before `procedure.start`",
        "- Restart: Later.",
        "- Overridden by [`inr.high`](../ruleset/inr.high.md)",
        "- For each `med` in `medications`",
        "Where this is not known, it is assumed to apply, and what is open is asked:",
        "| `medications.*.status` | enum: active, completed, on_hold, stopped |  | What is status? |",
        "| its item | looked at: `m1` | cannot decide |",
    ):
        assert line in page.splitlines()


def test_rule_that_skips_says_why(pages: dict[str, str]) -> None:
    """What is not asked is told with its reason, and a finding with what it means."""
    page = pages["ruleset/never.now.md"]
    assert "Where this is not known, nothing is said: nothing to ask" in page
    assert "- Of the rules that apply about `about`, the most urgent one counts." in page
    assert "## Facts" not in page
    assert "## Cases" not in page


def test_protocol_is_a_checklist_by_urgency(pages: dict[str, str]) -> None:
    """A rule is a point to tick, with phase, condition, what to do and sources; what is out of force stands apart."""
    lines = pages["protocol-ruleset.md"].splitlines()
    at = lines.index(r"- [ ] **[INR \*above\* the limit](ruleset/inr.high.md)**")
    assert lines[at + 1 : at + 4] == [
        (
            "  - Before the procedure, when `labs.inr` more than `$limit` (1.5) and "
            "`labs.inr.taken` at most `$recency` (not configured) before `as_of`"
        ),
        r"  - Too high \| correct \<it\>.",
        "  - handout, society",
    ]
    assert "  - Stop the medicine for 7 full days. Asked by: 2 d before `procedure.start`." in lines
    assert lines.index("Out of force, by what is adopted:") < lines.index(
        "- [Title of never.now](ruleset/never.now.md)"
    )
    assert any("`small` 1.0.0, `sha256:" in line for line in lines)


def test_printed_protocol_is_one_whole_file(pages: dict[str, str]) -> None:
    """The page to print is well formed, needs no other file, and escapes what authors wrote."""
    page = pages["protocol-ruleset.html"]
    checker = _Tags()
    checker.feed(page)
    assert checker.open == []
    assert "@page" in page
    assert "src=" not in page
    assert "href=" not in page
    assert "Too high | correct &lt;it&gt;." in page
    assert "Out of force, by what is adopted: Title of never.now." in page


class _Tags(HTMLParser):
    """Check that every tag that is opened is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
