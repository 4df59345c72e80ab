"""A source that is cited without saying where in it."""

from __future__ import annotations

from collections.abc import Iterator

from cds.verification.lint.material import Material, Slip


def check(material: Material) -> Iterator[Slip]:
    """Look for references and positions without a locator; what nobody has read can have none."""
    for number, rule in enumerate(material.document.rules):
        for index, reference in enumerate(rule.sources):
            if isinstance(reference, str) or reference.locator is None:
                name = reference if isinstance(reference, str) else reference.id
                path = ("rules", number, "sources", index)
                yield path, f"the rule `{rule.id}` does not say where in `{name}` it was read"
    for section, questions in (
        ("parameters", material.document.parameters.items()),
        ("rules", enumerate(material.document.rules)),
    ):
        for key, question in questions:
            for source, position in question.positions.items():
                if position.locator is None and position.confirmed != "unconfirmed":
                    yield (
                        (section, key, "positions", source),
                        f"the position does not say where in `{source}` it was read",
                    )
