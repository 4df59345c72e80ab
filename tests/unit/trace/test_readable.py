"""Data as professionals read it."""

from __future__ import annotations

import pytest

from cds.trace.readable import readable


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("38.3 Cel", "38.3 °C (100.94 °F)"),
        ("101 [degF]", "101 °F (about 38.33 °C)"),
        ("100.4 [degF]", "100.4 °F (38 °C)"),
        ("postop.temperature more than 115/3 Cel", "postop.temperature more than about 38.33 °C (101 °F)"),
        ("-40 Cel", "-40 °C (-40 °F)"),
        ("0 Cel", "0 °C (32 °F)"),
        ("36.5 to 38 Cel", "36.5 to 38 °C (97.7 to 100.4 °F)"),
        ("between 36 Cel and 38 Cel", "between 36 °C (96.8 °F) and 38 °C (100.4 °F)"),
        ("38.3 Cel / 101 [degF]", "38.3 °C (100.94 °F) / 101 °F (about 38.33 °C)"),
        ("301/3 Cel", "about 100.33 °C (212.6 °F)"),
        ("38.9999 Cel, 2026-11-23", "38.9999 °C (102.19982 °F), Mon 2026-11-23"),
        ("1.2 mg/dL, 12 Celsius, 0012 Cel, 1/0 Cel", "1.2 mg/dL, 12 Celsius, 0012 Cel, 1/0 Cel"),
        (f"{'9' * 40} Cel", f"{'9' * 40} Cel"),
    ],
)
def test_temperatures_are_told_in_both_units(data: str, words: str) -> None:
    """Exactly, so that none looks as if it lay on the other side of a limit; what cannot be told so says `about`."""
    assert readable(data) == words
