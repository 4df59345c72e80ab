"""A class of substances that no condition asks for."""

from __future__ import annotations

from collections.abc import Iterator

from cds.verification.lint.material import Material, Slip
from cds.verification.lint.uses import conditional_parts, words_used


def check(material: Material) -> Iterator[Slip]:
    """Look for classes that no `in_class` names; a `note` that says why one is kept is an answer."""
    used = {
        word for part in conditional_parts(material.document) for key, word in words_used(part) if key == "in_class"
    }
    for name, declared in material.document.classes.items():
        if name not in used and declared.note is None:
            said = f"no rule asks for the class `{name}`; if it is kept on purpose, say why in its `note`"
            yield ("classes", name), said
