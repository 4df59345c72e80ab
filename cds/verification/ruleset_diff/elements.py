"""All elements of a ruleset by section and name, in the order in which changes are told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from cds.ruleset.loader import LoadedRuleset
from cds.ruleset.model import DispositionRow, Fact, Product, RulesetDocument
from cds.verification.ruleset_diff.facets import (
    Element,
    Facet,
    derivation_element,
    disposition_element,
    group_element,
    model_element,
    parameter_element,
    rule_element,
)

Elements = Mapping[str, Element]
TITLES: Mapping[str, str] = {
    "ruleset": "Ruleset",
    "lifecycle": "Lifecycle",
    "rules": "Rules",
    "switch_off": "Rules switched off",
    "parameters": "Parameters",
    "adopt": "Adoptions of the site",
    "set": "Figures of the site",
    "advice": "Advice",
    "dispositions": "Dispositions",
    "groups": "Phases of care",
    "derive": "Derived facts",
    "facts": "Facts",
    "substances": "Substances",
    "classes": "Classes of substances",
    "products": "Products",
    "common": "Common ingredients",
    "terminology": "Tables of products",
    "sources": "Sources",
}
"""What each section is called, in the order in which changes are told."""


def elements_of(loaded: LoadedRuleset) -> Mapping[str, Elements]:
    """Give every element of a ruleset, by the section and by the name within it."""
    document = loaded.document
    found: dict[str, Elements] = {
        "ruleset": {"identity": _identity(document)},
        "lifecycle": {"lifecycle": model_element(document.lifecycle)},
        "rules": {rule.id: rule_element(rule, document) for rule in document.rules},
        "switch_off": {each.rule: model_element(each, left_out=("rule",)) for each in document.switch_off},
        "parameters": {name: parameter_element(each) for name, each in document.parameters.items()},
        "adopt": {name: model_element(each) for name, each in document.adopt.items()},
        "set": {name: model_element(each) for name, each in document.set.items()},
        "advice": {name: model_element(each) for name, each in document.advice.items()},
        "dispositions": dict(_dispositions(document)),
        "groups": {name: group_element(each, document) for name, each in document.groups.items()},
        "derive": {each.fact: derivation_element(each, document) for each in document.derive},
        "facts": dict(_facts(document.facts)),
        "substances": {name: model_element(each) for name, each in document.substances.items()},
        "classes": {name: model_element(each) for name, each in document.classes.items()},
        "products": {_product(each): model_element(each) for each in document.products},
        "common": dict(_common(document)),
        "terminology": {each.file: model_element(each, left_out=("file",)) for each in document.terminology},
        "sources": {name: model_element(each) for name, each in document.sources.items()},
    }
    return {section: found[section] for section in TITLES}


def _identity(document: RulesetDocument) -> Element:
    said: dict[str, Facet] = {
        key: Facet(value, (value,))
        for key, value in (("id", document.id), ("version", document.version), ("title", document.title))
    }
    for key in ("extends", "settings"):
        model = getattr(document, key)
        if model is not None:
            said |= {f"{key} {part}": facet for part, facet in model_element(model).facets.items()}
    return Element(document.title, said)


def _dispositions(document: RulesetDocument) -> Iterator[tuple[str, Element]]:
    """Give the rows by code, numbered where a code has several; and their order, which means something."""
    names = list(_row_names(document.dispositions))
    for name, row in zip(names, document.dispositions, strict=True):
        yield name, disposition_element(row, document)
    if names:
        yield "order", Element("From the most cautious on", {"rows": Facet(names, tuple(names))})


def _row_names(rows: list[DispositionRow]) -> Iterator[str]:
    seen: Counter[str] = Counter()
    for row in rows:
        seen[row.code] += 1
        yield f"{row.code} ({seen[row.code]})" if seen[row.code] > 1 else row.code


def _facts(facts: Mapping[str, Fact], within: str = "") -> Iterator[tuple[str, Element]]:
    for name, fact in facts.items():
        yield f"{within}{name}", model_element(fact, left_out=("items",))
        yield from _facts(fact.items, f"{within}{name}[].")


def _product(product: Product) -> str:
    return product.brand or f"{product.system} {product.code}"


def _common(document: RulesetDocument) -> Iterator[tuple[str, Element]]:
    for group in document.common:
        for line in group.substances:
            first, *others = (name.strip() for name in line.split(","))
            facets = {
                "names": Facet(line, (first, *others)),
                "confirmed": Facet(group.confirmed, (group.confirmed,)),
            }
            yield first, Element("", facets)
