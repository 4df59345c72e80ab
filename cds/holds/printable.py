"""Text from outside, made safe to print: nothing that breaks a drawing, nothing that turns other words round."""

from __future__ import annotations

import re

_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # controls; XML allows hardly any of them
    "\u202a-\u202e\u2066-\u2069"  # set the direction of what follows
    "\ud800-\udfff\ufffe\uffff]"
)
_SHOWN_AS = "\N{REPLACEMENT CHARACTER}"
_BREAKS = re.compile(r"[\t\n\r\u2028\u2029]+")


def printable(said: str) -> str:
    """Give a text with line breaks as spaces, and every control, also those of direction, shown as one sign."""
    return _UNPRINTABLE.sub(_SHOWN_AS, _BREAKS.sub(" ", said))
