"""What medications, worded as records and people word them, are recognised as by the shipped table."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from cds.terminology.codes import Code, System
from cds.terminology.concepts import Concepts
from cds.terminology.match import Doubt, Recognised, recognise

LABELLED = Path(__file__).with_name("labelled_medications.csv")
with LABELLED.open(encoding="utf-8", newline="") as rows:
    MEDICATIONS = list(csv.DictReader(rows))


@pytest.mark.parametrize("row", MEDICATIONS, ids=lambda row: ascii(f"{row['text']}|{row['code']}"))
def test_a_labelled_medication_is_recognised_as_labelled(shipped: Concepts, row: dict[str, str]) -> None:
    """`a;b` are substances, `?` is unidentified and `contradicted` says so, each with what must be shown after `|`."""
    found = recognise(shipped, _code(row["code"]), row["text"])
    expected, *shown = row["expected"].split("|") if "contradicted" not in row["expected"] else ["contradicted"]
    assert ";".join(map(_said, found)) == expected
    assert set(shown) <= set(found[-1].shown)
    if expected == "contradicted":
        assert "contradicted|" + "|".join(found[0].shown) == row["expected"]


def test_the_list_is_long_and_says_each_thing_once() -> None:
    """At least 415 rows, none twice, every one with its reason."""
    assert len({(row["text"], row["code"]) for row in MEDICATIONS}) == len(MEDICATIONS) >= 415
    assert all(row["why"] for row in MEDICATIONS)


def _said(entry: Recognised) -> str:
    if entry.reason is Doubt.CONTRADICTED:
        return "contradicted"
    return entry.substance or "?"


def _code(written: str) -> Code | None:
    if not written:
        return None
    system, code = written.split("|")
    return Code(System(system), code)
