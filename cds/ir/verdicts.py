"""The one shape in which every engine answers."""

from __future__ import annotations

from collections.abc import Mapping

from cds.ir.kleene import Truth

PATIENT = "patient"
"""The binding of a rule that is not per item."""

REST = "*"
"""The last part of the binding `<list>/*`: whatever a list that is not known complete leaves out."""

Key = tuple[str, str, int]
"""(step id, binding, world number)."""

Verdicts = Mapping[Key, Truth]
"""TRUE and UNKNOWN answers for every step; what is not in it is FALSE."""
