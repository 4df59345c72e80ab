"""A class of substances that no condition asks for."""

from __future__ import annotations

from collections.abc import Iterator

from cds.verification.lint.material import Material, Slip
from cds.verification.lint.uses import conditional_parts, words_used


def check(material: Material) -> Iterator[Slip]:
    """Look for classes that no `in_class` names."""
    used = {
        word for part in conditional_parts(material.document) for key, word in words_used(part) if key == "in_class"
    }
    for name in material.document.classes.keys() - used:
        yield ("classes", name), f"no rule asks for the class `{name}`"
