"""How a state looks on paper: a word, a letter in a shape, and a colour, so that it is never told by colour alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cds.holds.model import Line

_OCTAGON = "M-3.3-8H3.3L8-3.3V3.3L3.3 8H-3.3L-8 3.3V-3.3Z"
_TRIANGLE = "M0-8.6L9 7.4H-9Z"
_CIRCLE = "M-8 0A8 8 0 1 1 8 0A8 8 0 1 1-8 0Z"
_SQUARE = "M-7-7H7V7H-7Z"
_DIAMOND = "M0-9.4L9.4 0L0 9.4L-9.4 0Z"
_SHIELD = "M-7-7.5H7V1C7 5 3 7.4 0 8.6C-3 7.4-7 5-7 1Z"
_ARROW = "M-8-6.5H2L9 0L2 6.5H-8Z"
_PILL = "M-5-5.5H5A5.5 5.5 0 0 1 5 5.5H-5A5.5 5.5 0 0 1-5-5.5Z"


@dataclass(frozen=True, slots=True)
class Mark:
    """The look of a state; `path` is drawn around the origin, about 16 units wide, and `colour` bears white text."""

    word: str
    letter: str
    path: str
    colour: str


_MARKS: Mapping[str, Mark] = {
    "overdue": Mark("Overdue", "!", _OCTAGON, "#a3161a"),
    "due": Mark("Due", "D", _TRIANGLE, "#8a4300"),
    "planned": Mark("Planned", "P", _ARROW, "#0b4f8a"),
    "satisfied": Mark("Satisfied", "S", _CIRCLE, "#14602f"),
    "continue": Mark("Do not stop", "C", _ARROW, "#14602f"),
    "no_rule": Mark("No rule", "N", _PILL, "#55585c"),
    "contested": Mark("Contested", "≠", _DIAMOND, "#6a1b7a"),
    "prescriber": Mark("Prescriber", "R", _SHIELD, "#6a1b7a"),
    "undecidable": Mark("Cannot be decided", "?", _SQUARE, "#3a3d40"),
    "unidentified": Mark("Unidentified", "?", _DIAMOND, "#3a3d40"),
}
_RESTARTS: Mapping[str, Mark] = {
    "from": Mark("Restart from", "F", _ARROW, "#0b4f8a"),
    "ask": Mark("Restart: ask", "?", _SQUARE, "#3a3d40"),
    "no_date": Mark("Restart: no date", "R", _SHIELD, "#6a1b7a"),
}
_NOT_IN_FORCE = Mark("No hold in force", "N", _PILL, "#55585c")


def mark_of(line: Line) -> Mark:
    """Give the look of a line: of its state, or, where no procedure is planned, of its restart."""
    if line["state"] is not None:
        return _MARKS[line["state"]]
    return _NOT_IN_FORCE if line["restart"] is None else _RESTARTS[line["restart"]["state"]]


def mark_shape(mark: Mark) -> str:
    """Draw a mark around the origin, as SVG."""
    size, baseline = (8, 5.6) if mark.path == _TRIANGLE else (10, 3.6)
    return (
        f'<path d="{mark.path}" fill="{mark.colour}"/>'
        f'<text x="0" y="{baseline:g}" font-size="{size}" font-weight="bold" fill="#ffffff" text-anchor="middle">'
        f"{mark.letter}</text>"
    )


def mark_svg(mark: Mark) -> str:
    """Give a mark as a picture of its own, hidden from readers of text: the word stands beside it."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-10 -10 20 20" width="20" height="20" aria-hidden="true" '
        f'font-family="Libertinus Serif">{mark_shape(mark)}</svg>'
    )
