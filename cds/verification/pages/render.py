"""All pages of a ruleset, by the names of their files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from cds.ir.program import Program
from cds.ruleset.loader import LoadedRuleset
from cds.verification.areas import areas_of
from cds.verification.cases.reading import Case
from cds.verification.pages.edition import Edition
from cds.verification.pages.history import history_of
from cds.verification.pages.index_page import index_page
from cds.verification.pages.printed_protocol import printed_protocol
from cds.verification.pages.protocol import protocol_page
from cds.verification.pages.rule_page import rule_page


def mark_of(ruleset: str) -> str:
    """Give the last line of every page of a ruleset: a file with it may be removed when its rule is gone."""
    return f"<!-- Made by `cds ruleset docs` from `{ruleset}`; do not edit. -->\n"


def pages_of(loaded: LoadedRuleset, program: Program, cases: Iterable[Case]) -> Mapping[str, str]:
    """Give every page by its path below the folder of the pages.

    Raises:
        InputError: the ruleset has no history.
        RulesetError: its history does not fit it.
    """
    by_rule: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_rule[case.rule].append(case)
    edition = Edition(loaded, program, areas_of(loaded), by_rule, history_of(loaded))
    mark = mark_of(loaded.document.id)
    return {path: f"{page}\n{mark}" for path, page in _pages(edition)}


def _pages(edition: Edition) -> Iterator[tuple[str, str]]:
    yield "index.md", index_page(edition)
    for area in edition.area_names:
        yield f"protocol-{area}.md", protocol_page(area, edition)
        yield f"protocol-{area}.html", printed_protocol(area, edition)
        for rule in edition.in_area(area):
            yield f"{area}/{rule.id}.md", rule_page(rule, edition)
