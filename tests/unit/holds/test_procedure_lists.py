"""A list of procedures beside a list of patients."""

from __future__ import annotations

import pytest

from cds.actions.procedure_lists import read_procedures, with_procedures
from cds.actions.worklists import Given
from cds.errors import InputError

LISTED = "input,start,kind\na.json,2026-12-01T08:00:00-05:00,kyphoplasty\nward/b.ndjson:2,2026-12-02T08:00:00-05:00,\n"


def given(*names: str) -> list[Given]:
    """Give patients by their inputs."""
    return [Given(name, b"{}") for name in names]


def test_a_row_names_a_patient_with_or_without_its_folders() -> None:
    """An empty cell says nothing; a patient without a row is left as it is."""
    listed = read_procedures(LISTED, file="p.csv")
    found = list(with_procedures(given("ward/a.json", "ward/b.ndjson:2", "c.json"), listed))
    assert [dict(one.procedure) for one in found] == [
        {"start": "2026-12-01T08:00:00-05:00", "kind": "kyphoplasty"},
        {"start": "2026-12-02T08:00:00-05:00"},
        {},
    ]


def test_a_row_that_fits_no_patient_is_told() -> None:
    """Nobody on the list of procedures is lost in silence."""
    *_, last = with_procedures(given("a.json"), read_procedures(LISTED, file="p.csv"))
    assert last.input == "p.csv:3"
    assert str(last.text) == "no patient was read from `ward/b.ndjson:2`"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "there is no column `input`"),
        ("input,strat\n", "did you mean `start`"),
        ("input,start\na.json\n", "p.csv:2: the row has not as many cells"),
        ("input,start\na.json,x,y\n", "p.csv:2: the row has not as many cells"),
        ("input,start\na.json,x\na.json,y\n", "p.csv:3: `a.json` stands twice"),
        ("input,start\n,x\n", "p.csv:2: a row names no input"),
        ('input,start\n"a.json" ,x\n', "this is not CSV"),
    ],
)
def test_a_list_that_is_wrong_says_where(text: str, problem: str) -> None:
    """Each mistake has its line."""
    with pytest.raises(InputError) as raised:
        read_procedures(text, file="p.csv")
    assert problem in str(raised.value)
