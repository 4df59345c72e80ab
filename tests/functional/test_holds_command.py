"""`cds holds`: one patient's sheet, and many patients' worklist."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
from io import StringIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from program import BUNDLE, NAPROXEN, PATIENTS, SPARSE, START, WHEN, cds, line, patient
from terminal import run_on_terminal

from cds.cli.sheet_files import file_name, write_sheets
from cds.errors import InputError

WARFARIN = PATIENTS / "conditions-warfarin-clock-change-berlin.json"
FEW = (NAPROXEN, WARFARIN, PATIENTS / "conditions-several-nsaids.json", SPARSE)
FOR_PROFESSIONALS = "For healthcare professionals; not patient instructions."
DRAFT = "DRAFT: no clinician has signed this content off."


def folder(of: Path, **files: bytes) -> Path:
    """Write files, named with `_` for the point before their suffix."""
    of.mkdir(exist_ok=True)
    for name, content in files.items():
        (of / ".".join(name.rsplit("_", 1))).write_bytes(content)
    return of


def listed(*arguments: str | Path, given: bytes = b"") -> tuple[int, Any]:
    """Run with --json; give the status and the document."""
    ran = cds("holds", *arguments, "--json", given=given)
    return ran.status, ran.document


def subjects(document: Any) -> list[str]:
    """Give who is on the list, in its order."""
    return [one["subject"] for one in document["patients"]]


def named(subject: str) -> bytes:
    """Give a shipped patient under another name, as a line."""
    return line(patient(subject=subject))


def test_one_patient_is_a_sheet_with_the_arithmetic() -> None:
    """What was taken when, what is needed, since when it is too late, and when the procedure can be at the earliest."""
    ran = cds("holds", NAPROXEN)
    assert (ran.status, ran.err) == (0, "")
    said = " ".join(ran.text.split())
    for part in (
        "overdue Aleve 220 mg (naproxen)",
        "Last dose Sun 22 Nov 20:00; 7 full days needed; last permitted dose was Thu 19 Nov",
        "Mon 30 Nov",
        "It hangs on Aleve 220 mg (overdue).",
        "asra-2018 4 full days, Sun 22 Nov",
        "all times are of America/New_York",
        FOR_PROFESSIONALS,
        DRAFT,
    ):
        assert re.sub(r"[│ ]+", " ", part) in re.sub(r"[│ ]+", " ", said)


def test_an_antithrombotic_has_a_last_dose_to_take() -> None:
    """What is dangerous to stop too early is told as the last dose to take, in the sheet and in the list."""
    for ran in (cds("holds", WARFARIN), cds("holds", WARFARIN, NAPROXEN)):
        assert "Last dose to take Wed 24 Mar" in " ".join(ran.text.split())
        assert "stop by" not in ran.text.casefold()


def test_the_list_fits_the_terminal() -> None:
    """No line is wider than 100 columns, or than the terminal, and every shipped patient is in the list."""
    ran = cds("holds", PATIENTS)
    assert ran.status == 0
    assert max(map(len, ran.text.splitlines())) <= 100
    assert max(map(len, cds("holds", *FEW, COLUMNS="80").text.splitlines())) <= 80
    for path in PATIENTS.glob("*.json"):
        assert re.search(rf"\b{patient(path)['subject']}\b", ran.text)


def test_the_list_begins_with_counts_and_alerts() -> None:
    """What must not be overlooked stands above the patients, and everything says for whom it is."""
    said = cds("holds", PATIENTS).text
    first_patient = said.index("\n interrupt ")
    for heading in ("States ", "Tiers ", "Alerts ", "held too long", FOR_PROFESSIONALS, DRAFT):
        assert said.index(heading) < first_patient
    assert said.rstrip().endswith(DRAFT)


def test_a_folder_is_read_with_all_that_is_below_it(tmp_path: Path) -> None:
    """Files of patients, in folders of folders too; others and hidden ones are left alone."""
    top = folder(tmp_path / "ward", a_json=named("a"), b_jsonl=named("b1") + named("b2"), notes_txt=b"x")
    folder(top / "below", c_ndjson=named("c"), D_JSON=named("d"))
    folder(top / ".hidden", e_json=named("e"))
    status, document = listed(top)
    assert (status, sorted(subjects(document))) == (0, ["a", "b1", "b2", "c", "d"])
    assert document["failed"] == []
    assert {one["input"] for one in document["patients"]} >= {f"{top}/b.jsonl:2", f"{top}/below/c.ndjson:1"}


def test_a_critical_line_that_was_told_stays_in_the_footer_until_somebody_takes_note(tmp_path: Path) -> None:
    """It is told once; after that it is counted, until it is acknowledged."""
    stent = PATIENTS / "needs-information-clopidogrel-recent-stent.json"
    first, notes = tmp_path / "first.json", tmp_path / "notes.jsonl"
    first.write_bytes(cds("holds", stent, "--due-within", "48h", "--json").out)
    again = ("holds", stent, "--due-within", "48h", "--since", first, "--acknowledged", notes)
    said = "Not shown, and nobody has taken note of it: 1 medication of the tier interrupt."
    assert said in " ".join(cds(*again).text.split())
    subject = json.loads(stent.read_bytes())["subject"]
    who = ("--reason", "prescriber_informed", "--by", "pharmacist 7", "--to", notes)
    assert (
        cds("acknowledge", first, "--subject", subject, "--medication", "m1", *who).err
        == f"1 acknowledged in {notes}\n"
    )
    assert "nobody has taken note" not in cds(*again, "--tier", "interrupt").text  # the same command is run once


def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    """What is no file, and would never end, is told as a failure, and the others are decided."""
    top = folder(tmp_path / "ward", a_json=named("a"))
    os.mkfifo(top / "b.json")
    status, document = listed(top)
    assert (status, subjects(document)) == (3, ["a"])
    assert [one["problem"] for one in document["failed"]] == ["this is not a regular file"]


def test_a_stream_may_come_without_a_name_that_says_so() -> None:
    """One document a line is seen on standard input; empty lines are passed, one pretty-printed document is one."""
    status, document = listed("-", given=named("a") + b"\n\r\n" + named("b").replace(b"\n", b"\r\n"))
    assert (status, subjects(document)) == (0, ["a", "b"])
    assert [one["input"] for one in document["patients"]] == ["<stdin>:1", "<stdin>:4"]
    assert subjects(listed("-", given=NAPROXEN.read_bytes())[1]) == [patient()["subject"]]
    assert subjects(listed("-", given=named("one"))[1]) == ["one"]


def test_a_bad_patient_is_told_and_stops_nobody(tmp_path: Path) -> None:
    """The list names input, place and problem of what failed; the status is 3; the rest is decided."""
    bad = patient(subject="x")
    bad["procedure"]["kind"] = "kyphoplsty"
    top = folder(
        tmp_path / "ward", a_json=named("a"), b_jsonl=b"{\n" + line(bad) + named("c"), d_json=b"[]", e_json=b""
    )
    status, document = listed(top)
    assert (status, subjects(document), document["counts"]["failed"]) == (3, ["a", "c"], 4)
    told = {one["input"].removeprefix(f"{top}/"): one["problem"] for one in document["failed"]}
    assert told["b.jsonl:1"].startswith("column 2: this is not JSON")
    assert told["b.jsonl:2"].startswith("$.procedure.kind: `kyphoplsty`")
    assert told["b.jsonl:2"].endswith("did you mean `kyphoplasty`?")
    assert "is not a facts document" in told["d.json"]
    assert told["e.json"] == "this file is empty; expected at least one patient"
    shown = cds("holds", top)
    assert shown.status == 3
    assert "Not decided, no advice (4)" in shown.text
    assert "4 inputs could not be decided: see above." in shown.text


def test_failures_are_told_whatever_the_format(tmp_path: Path) -> None:
    """A table has a row for what failed; what goes to a file or to other software is told on standard error too."""
    top = folder(tmp_path / "ward", a_json=named("a"), b_json=b"{")
    ran = cds("holds", top, "--csv")
    table = [*csv.DictReader(StringIO(ran.text, newline=""))]
    assert [(row["subject"], row["state"]) for row in table] == [("", "failed"), ("a", "overdue")]
    for other in (ran, cds("holds", top, "--json")):
        assert other.status == 3
        assert f"not decided: {top}/b.json: " in other.err


@pytest.mark.parametrize("case", ["missing", "empty folder", "empty file", "no argument"])
def test_nothing_to_read_is_an_error(case: str, tmp_path: Path) -> None:
    """Where no patient could be read at all, there is no list: one message, and status 2."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty.jsonl").write_bytes(b"\n\n")
    arguments = {
        "missing": [NAPROXEN.with_name("defer-naproxen-overdu.json")],
        "empty folder": [tmp_path / "empty"],
        "empty file": [tmp_path / "empty.jsonl", tmp_path / "empty"],
        "no argument": [],
    }[case]
    said = {
        "missing": "there is no such file; expected a facts file; did you mean",
        "empty folder": "this folder has no patients; expected files that end with .json, .jsonl, .ndjson",
        "empty file": "this file is empty",
        "no argument": "no facts were named",
    }[case]
    ran = cds("holds", *arguments)
    assert (ran.status, ran.out) == (2, b"")
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_one_missing_input_does_not_hide_the_others(tmp_path: Path) -> None:
    """Beside patients that can be read, a missing file and an empty folder are told in the list."""
    status, document = listed(NAPROXEN, tmp_path / "none.json", folder(tmp_path / "empty"))
    assert (status, len(document["patients"])) == (3, 1)
    assert [one["problem"].partition(";")[0] for one in document["failed"]] == [
        "there is no such file",
        "this folder has no patients",
    ]


def test_links_that_lead_in_circles_are_read_once(tmp_path: Path) -> None:
    """A folder that links to itself, and one that is linked twice, are read once; a link to nowhere is told."""
    top = folder(tmp_path / "ward", a_json=named("a"))
    folder(tmp_path / "other", b_json=named("b"))
    for name, to in (("loop", top), ("one", tmp_path / "other"), ("two", tmp_path / "other")):
        (top / name).symlink_to(to, target_is_directory=True)
    (top / "gone.json").symlink_to(tmp_path / "nowhere.json")
    (top / "self.json").symlink_to(top / "self.json")
    status, document = listed(top)
    assert (status, sorted(subjects(document))) == (3, ["a", "b"])
    assert [Path(one["input"]).name for one in document["failed"]] == ["gone.json", "self.json"]


@pytest.mark.skipif(os.geteuid() == 0, reason="everything is readable to the superuser")
def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    """An unreadable file and an unreadable folder fail, and nothing else does."""
    top = folder(tmp_path / "ward", a_json=named("a"), b_json=named("b"))
    folder(top / "below", c_json=named("c")).chmod(0)
    (top / "b.json").chmod(0)
    status, document = listed(top)
    (top / "below").chmod(0o700)
    assert (status, subjects(document), len(document["failed"])) == (3, ["a"], 2)


def test_bundles_and_facts_stand_in_one_list() -> None:
    """A Bundle among facts is decided with what is said beside it; what contradicts a document is a failure."""
    said = {"as_of": WHEN[1], "zone": WHEN[3], "procedure": {"status": "booked", "start": START[1]}}
    same = {"schema": "cds-facts/1", "subject": "facts", **said}
    bundle = json.dumps(json.loads(BUNDLE.read_bytes())).encode() + b"\n"
    status, document = listed("-", *WHEN, *START, given=line(same) + bundle)
    assert (status, len(document["patients"]), "facts" in subjects(document)) == (0, 2, True)
    status, document = listed(BUNDLE, NAPROXEN)
    assert (status, subjects(document)) == (3, [patient()["subject"]])
    assert "a FHIR Bundle does not say `as_of`" in document["failed"][0]["problem"]


def test_the_same_subject_twice_is_shown_twice_with_its_input(tmp_path: Path) -> None:
    """Two records of one subject are both there, and each names the input that it came from."""
    top = folder(tmp_path / "ward", a_json=named("same"), b_json=named("same"))
    said = " ".join(cds("holds", top).text.split()).replace("- ", "-")
    assert said.count("This subject is on the list more than once; this one is from") == 2
    assert [Path(one["input"]).name for one in listed(top)[1]["patients"]] == ["a.json", "b.json"]


def test_a_filter_says_what_it_hides() -> None:
    """The footer counts what is not shown; in other formats standard error does; a slip is an error."""
    said = " ".join(cds("holds", *FEW, "--state", "overdue", "--class", "nsaid").text.split())
    assert re.search(r"Shown: state overdue, class nsaid\. Not shown: [0-9]+ patients, [0-9]+ medications", said)
    ran = cds("holds", *FEW, "--state", "overdue", "--json")
    assert {line["state"] for one in ran.document["patients"] for line in one["lines"]} == {"overdue"}
    assert ran.document["filters"] == {"state": "overdue"}
    assert "Not shown: " in ran.err
    slip = cds("holds", *FEW, "--class", "anticoagulants")
    assert slip.status == 2
    assert "did you mean `anticoagulant`?" in slip.err


def test_what_other_software_reads_keeps_its_schema() -> None:
    """The document keeps the printed schema, says for whom it is, and is the same bytes for the same patients."""
    status, document = listed(PATIENTS)
    assert status == 0
    jsonschema.Draft202012Validator(cds("schema", "holds").document).validate(document)
    assert document["notice"] == [FOR_PROFESSIONALS, DRAFT]
    assert cds("holds", *FEW, "--json", PYTHONHASHSEED="7").out == cds("holds", *reversed(FEW), "--json").out


def test_an_earlier_list_tells_what_changed(tmp_path: Path) -> None:
    """A procedure that moved is told with both deadlines, and a second run with nothing new has no reminder."""
    moved = patient()
    moved["procedure"]["start"] = "2026-12-04T08:00:00-05:00"
    before = tmp_path / "before.json"
    before.write_bytes(cds("holds", NAPROXEN, "--due-within", "48h", "--json").out)
    later = cds("holds", "-", "--since", before, given=line(moved))
    said = " ".join(later.text.split())
    assert "Procedure moved from Fri 27 Nov 08:00 to Fri 4 Dec 08:00." in said
    assert "Deadline moved from Thu 19 Nov to Thu 26 Nov." in said
    quiet = cds("holds", NAPROXEN, "--since", before, "--due-within", "48h", "--json").document
    assert quiet["patients"] == []
    assert quiet["counts"]["hidden_patients"] == 1


def test_files_are_written_instead_of_the_list(tmp_path: Path) -> None:
    """Sheets are named by their patients, a calendar as asked; the names are told, and the list is not printed."""
    ran = cds("holds", NAPROXEN, WARFARIN, "--html", tmp_path / "sheets", "--ics", tmp_path / "holds.ics")
    assert (ran.status, ran.out) == (0, b"")
    names = [patient(path)["subject"] for path in (NAPROXEN, WARFARIN)]
    for name in names:
        assert str(tmp_path / "sheets" / f"{name}.html") in ran.err
        assert "not patient instructions" in (tmp_path / "sheets" / f"{name}.html").read_text()
    assert (tmp_path / "holds.ics").read_bytes().count(b"BEGIN:VEVENT") == 2


def test_a_calendar_of_a_part_withdraws_nothing(tmp_path: Path) -> None:
    """A reminder that a filter hides still stands: no event of the earlier list is cancelled then."""
    before = tmp_path / "before.json"
    before.write_bytes(cds("holds", NAPROXEN, WARFARIN, "--json").out)
    ran = cds("holds", NAPROXEN, "--since", before, "--state", "planned", "--ics", tmp_path / "part.ics")
    assert "withdraws no event" in ran.err
    assert b"CANCELLED" not in (tmp_path / "part.ics").read_bytes()


def test_wrong_use_is_one_message() -> None:
    """Two formats at once, a day that is none, a ruleset that is none."""
    for wrong in (("--json", "--csv"), ("--from", "soon"), ("--ruleset", "none"), ("--due-within", "48")):
        ran = cds("holds", NAPROXEN, *wrong)
        assert (ran.status, ran.out) == (2, b"")
        assert ran.err.startswith("error: ")
        assert "Traceback" not in ran.err


def test_progress_is_for_a_terminal() -> None:
    """The count of patients is shown on a terminal, and nowhere else."""
    assert cds("holds", NAPROXEN, WARFARIN).err == ""
    assert re.search(
        rb"[12] patients", run_on_terminal(["holds", str(NAPROXEN), str(WARFARIN)], {}, out=subprocess.DEVNULL)
    )


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("demo-1", "demo-1"),
        ("../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd"),
        ("a b~c", "a%20b%7Ec"),
        ("Ö", "%C3%96"),
        ("con", "%63on"),
        ("nul.x", "%6Eul.x"),
    ],
)
def test_a_file_is_named_by_the_patient_and_by_nothing_else(subject: str, name: str) -> None:
    """A subject never leaves its folder, and comes back from the name by percent-decoding."""
    assert file_name(subject) == name


def test_two_patients_never_share_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same name twice, or another case of it, has files of its own; the folder is made, the names are told."""
    subjects_of = ["a", "A", "a", "x" * 300, "x" * 299 + "y"]
    sheets: Any = [{"subject": one} for one in subjects_of]
    out = tmp_path / "made" / "here"
    assert write_sheets(sheets, out, ".txt", lambda sheet: sheet["subject"]) == len(subjects_of)
    assert sorted(path.read_text() for path in out.iterdir()) == sorted(subjects_of)
    assert {"a.txt", "A~2.txt", "a~3.txt"} < {path.name for path in out.iterdir()}
    assert capsys.readouterr().err.count(".txt") == len(subjects_of)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="this folder cannot be made"):
        write_sheets(sheets, tmp_path / "file", ".txt", lambda _: "")
