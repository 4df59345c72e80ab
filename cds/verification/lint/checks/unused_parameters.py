"""A parameter that no condition and no hold uses."""

from __future__ import annotations

from collections.abc import Iterator

from cds.verification.lint.material import Material, Slip
from cds.verification.lint.uses import conditional_parts, words_used


def check(material: Material) -> Iterator[Slip]:
    """Look for `$name` anywhere in rules, derivations, groups and dispositions."""
    used = {word[1:] for part in conditional_parts(material.document) for _, word in words_used(part) if word[0] == "$"}
    for name in material.document.parameters.keys() - used:
        yield ("parameters", name), f"no rule uses the parameter `{name}`"
