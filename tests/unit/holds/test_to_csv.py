"""A worklist as a table for a spreadsheet."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from made_up_sheets import METFORMIN, NAPROXEN, UNKNOWN, overdue, sheet, worklist

from cds.holds.model import Failure
from cds.holds.to_csv import COLUMNS, csv_rows
from cds.holds.worklist import Decided, Gathered, gather


def rows(of: Gathered) -> list[dict[str, str]]:
    """Read the table as other software would."""
    return [*csv.DictReader(StringIO("".join(csv_rows(of)), newline=""))]


def test_every_line_is_a_row_in_the_order_of_the_list() -> None:
    """A row a medication, with patient, state, dates and arithmetic; every line ends as RFC 4180 has it."""
    listed = worklist(sheet("a", NAPROXEN, METFORMIN), overdue("b"))
    table = rows(listed)
    assert [(row["subject"], row["state"]) for row in table] == [("b", "overdue"), ("a", "planned"), ("a", "no_rule")]
    assert table[1]["last_permitted_dose"] == "2026-11-30"
    assert table[1]["interval"] == "7 full days"
    assert table[1]["other_positions"].startswith("Other positions: philadelphia-pain-page 5 full days")
    assert table[0]["earliest_procedure"] == "2026-11-30T00:00:00-05:00"
    assert tuple(table[0]) == COLUMNS
    assert all(row.endswith("\r\n") for row in csv_rows(listed))


def test_every_row_says_for_whom_it_is_and_that_nobody_has_signed() -> None:
    """The table may be cut up: each row carries the notice, the ruleset and its status."""
    for row in rows(worklist(sheet("a", NAPROXEN, METFORMIN))):
        assert row["notice"].startswith("For healthcare professionals; not patient instructions. DRAFT")
        assert row["ruleset_status"] == "draft"


def test_nobody_is_left_out() -> None:
    """A patient without medicines has a row, and so has what could not be decided."""
    failure: Failure = {"input": "x.json", "problem": "this is not JSON"}
    table = rows(gather([Decided("e.json", sheet("empty")), failure]))
    assert [(row["subject"], row["state"], row["input"], row["why"]) for row in table] == [
        ("", "failed", "x.json", "this is not JSON"),
        ("empty", "", "e.json", ""),
    ]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-2", "@SUM(A1)", "  =1+1"])
def test_no_cell_is_a_formula(name: str) -> None:
    """What a spreadsheet would calculate is marked as text."""
    (row,) = rows(worklist(sheet(name, {**UNKNOWN, "text": name})))
    assert row["subject"] == f"'{name}"
    assert row["medication"] == f"'{name}"


def test_commas_quotes_and_letters_of_other_languages_survive() -> None:
    """Text comes back as it went in."""
    (row,) = rows(worklist(sheet('a, "b"', {**UNKNOWN, "text": "Präparat, neu"})))
    assert (row["subject"], row["medication"]) == ('a, "b"', "Präparat, neu")
