"""A ruleset of its own without its source attributes, or with some that do not match its facts (language §17)."""

from __future__ import annotations

from collections.abc import Iterator

from cds.errors import RulesetError
from cds.ruleset.model import RulesetDocument
from cds.verification.lint.material import Material, Slip
from cds.verification.traceability.attributes import AttributesFile, Use, attributes_of

_WORDS = {"age": "date_of_birth", "birth_date": "date_of_birth"}
"""What an attribute is about besides the facts that have its own name."""


def check(material: Material) -> Iterator[Slip]:
    """Look for the companion, for facts it names that there are not, and for facts that it should name."""
    if material.folder is None or not material.folder.is_dir() or material.document.extends is not None:
        return
    try:
        found = attributes_of(material.folder)
    except RulesetError as error:
        yield from (((), f"the source attributes cannot be read: {problem}") for problem in error.problems)
        return
    if found is None:
        yield (), "the ruleset has no source attributes (a file with `schema: cds-attributes/1`)"
        return
    yield from _mismatches(found.document, material.document)


def _mismatches(file: AttributesFile, document: RulesetDocument) -> Iterator[Slip]:
    for attribute, use in file.uses.items():
        for fact in use.facts:
            if fact not in document.facts:
                yield (), f"the source attribute `{attribute}` names the fact `{fact}`, which there is not"
    for fact in document.facts:
        word = fact.rpartition(".")[2]
        attribute = _WORDS.get(word, word)
        named = file.uses.get(attribute)
        if isinstance(named, Use) and fact not in named.facts:
            yield ("facts", fact), f"the source attribute `{attribute}` does not name the fact `{fact}`"
