"""`cds ruleset test`, `coverage` and `docs`: what cases say of rules, and the pages made of both."""

from __future__ import annotations

from pathlib import Path

import pytest
from program import REPOSITORY, cds

RULESET = """\
schema: cds-ruleset/1
id: small
version: "1.0.0"
title: A small ruleset
lifecycle: {status: draft}
sources: {book: {title: A book, citation: "A book, 2020", confirmed: primary}}
facts: {patient.ready: {type: boolean, ask: "Is the patient ready?"}}
advice: {go: {title: Go}}
rules:
  - id: go.ready
    kind: indication
    title: Go when ready
    when: {patient.ready: {is: true}}
    then: {advise: go, severity: info, text: "Go."}
    on_unknown: ask
    sources: [book]
dispositions: [{code: proceed, text: "Go."}]
"""
HISTORY = 'schema: cds-history/1\nhistory: [{version: "1.0.0", date: "2026-11-21"}]\n'
CASES = """\
schema: cds-cases/1
base: {subject: case, as_of: "2026-11-21T09:00:00-05:00", zone: America/New_York}
rules:
  go.ready:
    - {case: "ready", given: {patient.ready: true}, expect: {status: applies, text: ["Go."]}}
    - {case: "not ready", given: {patient.ready: false}, expect: does_not_apply}
    - {case: "nobody knows", expect: {status: cannot_decide, ask: [patient.ready]}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a small ruleset with cases that show everything, and its history."""
    for name, text in (("ruleset", RULESET), ("history", HISTORY), ("cases/ruleset", CASES)):
        path = tmp_path / "small" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "small"


def change(path: Path, old: str, new: str) -> None:
    """Change a file, in which the old text has to stand."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_cases_that_hold_end_with_status_0(folder: Path) -> None:
    """Where every case is as expected, the number of cases is all there is to say."""
    ran = cds("ruleset", "test", folder)
    assert (ran.status, ran.text, ran.err) == (0, "3 cases of 1 rule, 0 not as expected.\n", "")
    document = cds("ruleset", "test", folder, "--json").document
    assert (document["schema"], document["cases"], document["failed"]) == ("cds-case-results/1", 3, [])


def test_a_case_that_does_not_hold_is_told_with_its_place(folder: Path) -> None:
    """File and line, the rule and the case, and each difference; status 1."""
    change(folder / "cases" / "ruleset.yaml", 'text: ["Go."]', 'text: ["Stay."], disposition: defer')
    ran = cds("ruleset", "test", folder)
    assert ran.status == 1
    assert ran.text.replace("\n", " ").endswith("3 cases of 1 rule, 1 not as expected. ")
    (failed,) = cds("ruleset", "test", folder, "--json").document["failed"]
    assert failed["place"] == f"{folder}/cases/ruleset.yaml:5"
    assert (failed["rule"], failed["case"]) == ("go.ready", "ready")
    assert failed["differences"] == [
        {"what": "disposition", "expected": "defer", "found": "proceed"},
        {"what": "text", "expected": ["Stay."], "found": "Go."},
    ]
    text = " ".join(ran.text.split())
    assert "ruleset.yaml:5: go.ready: ready" in text
    assert "disposition: expected defer, found proceed" in text
    assert "text: expected Stay., found Go." in text


def test_one_rule_or_one_area_can_be_run(folder: Path) -> None:
    """A rule or an area is named; one that is not there is an error of the user."""
    assert cds("ruleset", "test", folder, "--rule", "go.ready", "--area", "ruleset").status == 0
    ran = cds("ruleset", "test", folder, "--rule", "go.read")
    assert (ran.status, ran.out) == (2, b"")
    assert ran.err == "error: there is no rule `go.read`; did you mean `go.ready`?\n"


def test_a_broken_file_of_cases_is_refused(folder: Path) -> None:
    """A slip is told with its place, and nothing is run."""
    change(folder / "cases" / "ruleset.yaml", "expect: does_not_apply", "expect: does_not_aply")
    ran = cds("ruleset", "test", folder)
    assert (ran.status, ran.out) == (2, b"")
    assert "ruleset.yaml:6:" in ran.err
    assert "did you mean `does_not_apply`?" in ran.err


def test_cases_change_no_digest(folder: Path) -> None:
    """Cases and history stand beside the ruleset, and are no part of it."""
    with_them = cds("ruleset", "digest", folder).text
    change(folder / "cases" / "ruleset.yaml", "ready", "prepared")
    (folder / "history.yaml").unlink()
    assert cds("ruleset", "digest", folder, COLUMNS="80").text == with_them


def test_coverage_that_is_whole_ends_with_status_0(folder: Path) -> None:
    """All measures are full."""
    ran = cds("ruleset", "coverage", folder)
    assert ran.status == 0
    assert ran.text.count("100 %") == 4
    assert ran.text.endswith("3 cases, all as expected.\n")
    assert cds("ruleset", "coverage", folder, "--json").document["measures"] == {
        "verdicts": {"shown": 3, "of": 3},
        "leaves": {"shown": 2, "of": 2},
        "positions": {"shown": 0, "of": 0},
        "texts": {"shown": 1, "of": 1},
    }


def test_coverage_names_what_is_missing(folder: Path) -> None:
    """What no case shows is told by rule; status 1."""
    change(
        folder / "cases" / "ruleset.yaml",
        '    - {case: "not ready", given: {patient.ready: false}, expect: does_not_apply}\n',
        "",
    )
    ran = cds("ruleset", "coverage", folder)
    assert ran.status == 1
    assert "66.6 %" in ran.text
    assert "50.0 %" in ran.text
    assert cds("ruleset", "coverage", folder, "--json").document["missing"] == [
        {"measure": "leaves", "of": "go.ready", "what": "patient.ready is true: false"},
        {"measure": "verdicts", "of": "go.ready", "what": "does not apply"},
    ]
    assert "patient.ready is true: false" in ran.text


def test_cases_that_are_not_as_expected_cover_nothing(folder: Path) -> None:
    """They are counted, and the ruleset is not covered."""
    change(folder / "cases" / "ruleset.yaml", "expect: does_not_apply", "expect: applies")
    ran = cds("ruleset", "coverage", folder)
    assert ran.status == 1
    assert ran.text.endswith("3 cases, 1 of them not as expected: those show nothing.\n")


def test_docs_are_written_once_and_then_fresh(folder: Path, tmp_path: Path) -> None:
    """The pages are written; made again they are the same bytes, and `--check` finds nothing stale."""
    out = tmp_path / "pages"
    assert cds("ruleset", "docs", folder, "-o", out).text == "4 pages, 4 of them changed or removed.\n"
    assert cds("ruleset", "docs", folder, "--out", out).text == "4 pages, 0 of them changed or removed.\n"
    ran = cds("ruleset", "docs", folder, "-o", out, "--check")
    assert (ran.status, ran.text) == (0, "4 pages, 0 stale.\n")
    assert sorted(path.relative_to(out).as_posix() for path in out.rglob("*.*")) == [
        "index.md",
        "protocol-ruleset.html",
        "protocol-ruleset.md",
        "ruleset/go.ready.md",
    ]


def test_stale_pages_are_told_and_made_anew(folder: Path, tmp_path: Path) -> None:
    """A page that is changed, missing or of a rule that is gone is stale; other files are nobody's business."""
    out = tmp_path / "pages"
    cds("ruleset", "docs", folder, "-o", out)
    change(out / "index.md", "small", "large")
    (out / "protocol-ruleset.html").unlink()
    (out / "old").mkdir()
    (out / "old" / "gone.md").write_bytes((out / "ruleset" / "go.ready.md").read_bytes())
    (out / "notes.md").write_text("mine\n", encoding="utf-8")
    other = (out / "ruleset" / "go.ready.md").read_text(encoding="utf-8").replace("from `small`", "from `other`")
    (out / "other.md").write_text(other, encoding="utf-8")
    ran = cds("ruleset", "docs", folder, "-o", out, "--check")
    assert ran.status == 1
    assert ran.text.splitlines() == [
        "stale: index.md",
        "stale: protocol-ruleset.html",
        "stale: old/gone.md",
        "4 pages, 3 stale.",
    ]
    assert (out / "old" / "gone.md").exists()
    assert cds("ruleset", "docs", folder, "-o", out, COLUMNS="80").text == "4 pages, 3 of them changed or removed.\n"
    assert not (out / "old").exists()
    assert (out / "notes.md").read_text(encoding="utf-8") == "mine\n"
    assert (out / "other.md").exists()
    assert cds("ruleset", "docs", folder, "-o", out, "--check", COLUMNS="80").status == 0


def test_docs_need_a_history_and_a_folder_to_write(folder: Path, tmp_path: Path) -> None:
    """Without a history no page could say since when a rule is there; what cannot be written is told."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    ran = cds("ruleset", "docs", folder, "-o", tmp_path / "file" / "pages")
    assert ran.status == 2
    assert "this cannot be read or written" in ran.err
    (folder / "history.yaml").unlink()
    ran = cds("ruleset", "docs", folder, "-o", tmp_path / "pages")
    assert ran.status == 2
    assert "there is no history; expected one file that begins with `schema: cds-history/1`" in ran.err


def test_shipped_pages_are_fresh() -> None:
    """The pages in docs/rules are those of the shipped ruleset, its cases and its history."""
    out = REPOSITORY / "docs" / "rules" / "vertebral-augmentation"
    ran = cds("ruleset", "docs", "vertebral-augmentation", "-o", out, "--check")
    assert (ran.status, [line for line in ran.text.splitlines() if line.startswith("stale")]) == (0, [])
