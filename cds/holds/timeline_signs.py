"""The signs of a timeline, as SVG: told apart by shape and pattern, so that they are read in black and white too."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from unicodedata import east_asian_width

from cds.holds.printable import printable

INK, GREY, FAINT, RED, BLUE = "#16181a", "#55585c", "#d4d7da", "#a3161a", "#0b4f8a"
HELD, UNKNOWN = "url(#held)", "url(#unknown)"
"""The fills of an interval without doses, and of what is not known."""
EDGE = "#46617c"
PATTERNS = (
    "<defs>"
    '<pattern id="held" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="5" height="5" fill="#e9edf2"/><path d="M0 0V5" stroke="#46617c" stroke-width="1.8"/></pattern>'
    '<pattern id="unknown" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect width="6" height="6" fill="#f6f6f6"/><circle cx="1.5" cy="1.5" r="0.9" fill="#85888c"/>'
    '<circle cx="4.5" cy="4.5" r="0.9" fill="#85888c"/></pattern>'
    "</defs>"
)


def legend(top: float) -> Iterator[str]:
    """Explain the signs, in one line."""
    place = 6.0
    entries = (
        (dose_sign(5, -3, fill=INK, stroke="#ffffff"), "dose taken"),
        (deadline_sign(5, -3), "last permitted"),
        (box(-2, -8, 16, 10, fill=HELD, stroke=EDGE), "no dose"),
        (other_sign(5, -3, is_confirmed=True), "other position"),
        (other_sign(5, -3, is_confirmed=False), "other, unconfirmed"),
        (box(-2, -8, 16, 10, fill=UNKNOWN, stroke=GREY), "not known"),
        (earliest_sign(1, -3), "earliest procedure"),
        (restart_sign(0, -3), "earliest restart"),
    )
    for sign, said in entries:
        yield f'<g transform="translate({place:g} {top + 4:g})">{sign}{words(18, 0, said, size=8, colour=INK)}</g>'
        place += 30 + len(said) * 3.9


def deadline_sign(place: float, middle: float, *, is_open: bool = False) -> str:
    """Draw the last permitted dose at its latest moment; open where the date is only one reading."""
    fill = "#ffffff" if is_open else INK
    return (
        f'<path d="M{place - 5.5:g} {middle - 8:g}h11l-4.2 5.5v9h-2.6v-9z" fill="{fill}" stroke="{INK}" '
        'stroke-width="1"/>'
    )


def other_sign(place: float, middle: float, *, is_confirmed: bool) -> str:
    """Draw the last permitted dose, or the restart, by another position."""
    return rule(place, middle - 7.5, place, middle + 7.5, INK, width=1.3, dashes=None if is_confirmed else "2 2")


def earliest_sign(place: float, middle: float) -> str:
    """Draw the earliest procedure by a hold."""
    return f'<path d="M{place:g} {middle - 7:g}l9 7l-9 7z" fill="#ffffff" stroke="{RED}" stroke-width="1.6"/>'


def restart_sign(place: float, middle: float) -> str:
    """Draw the earliest restart."""
    return f'<path d="M{place:g} {middle - 8:g}l11 8l-11 8z" fill="{BLUE}"/>'


def arrow_sign(place: float, middle: float, colour: str, *, to_left: bool) -> str:
    """Draw an arrow whose tip is at `place`, to what lies outside."""
    back = 8 if to_left else -8
    return f'<path d="M{place:g} {middle:g}l{back}-5v10z" fill="{colour}"/>'


def dose_sign(place: float, middle: float, *, fill: str, stroke: str) -> str:
    """Draw the last dose."""
    return f'<circle cx="{place:g}" cy="{middle:g}" r="5.2" fill="{fill}" stroke="{stroke}" stroke-width="1.2"/>'


def box(x: float, y: float, width: float, height: float, *, fill: str, stroke: str = "none", opacity: float = 1) -> str:
    """Draw a stretch of time."""
    return (
        f'<rect x="{x:.2f}" y="{y:.2f}" width="{max(width, 0):.2f}" height="{height:.2f}" fill="{fill}" '
        f'fill-opacity="{opacity:g}" stroke="{stroke}" stroke-width="0.8"/>'
    )


def rule(x1: float, y1: float, x2: float, y2: float, colour: str, *, width: float, dashes: str | None = None) -> str:
    """Draw a straight line."""
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    course = f"M{x1:.2f} {y1:.2f}L{x2:.2f} {y2:.2f}"
    return f'<path d="{course}" stroke="{colour}" stroke-width="{width:g}"{dashed} fill="none"/>'


def words(
    x: float, y: float, said: str, *, anchor: str = "start", colour: str = INK, bold: bool = False, size: float = 8.5
) -> str:
    """Write words with a white rim, so that lines behind do not cut them."""
    weight = ' font-weight="bold"' if bold else ""
    halo = ' stroke="#ffffff" stroke-width="2.6" stroke-linejoin="round" paint-order="stroke"'
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" font-size="{size:g}" text-anchor="{anchor}" fill="{colour}"{weight}{halo}>'
        f"{escaped(said)}</text>"
    )


def width_on_white(said: str) -> float:
    """Give how much room words on a ground of their own take."""
    return len(said) * 4.5 + 6


def words_on_white(right: float, y: float, said: str, *, colour: str) -> str:
    """Write words that end at `right`, on a ground of their own."""
    width = width_on_white(said)
    return box(right - width, y - 9, width, 12, fill="#ffffff") + words(
        right - width / 2, y, said, anchor="middle", colour=colour
    )


def shortened(name: str, length: int) -> str:
    """Shorten a name to a number of letters, of which wide ones count twice."""
    name = printable(name)
    width = 0
    for number, letter in enumerate(name):
        width += 2 if east_asian_width(letter) in "WF" else 1
        if width > length:
            return f"{name[: max(number - 1, 1)]}…"
    return name


def escaped(said: str) -> str:
    """Give a text that is safe in the drawing."""
    return escape(printable(said), quote=True)
