"""Rulesets as a user asks about them: load, list, check, trace, and make pages of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from cds.actions.refusals import no_such
from cds.audit.record import record_schema
from cds.errors import InputError, Place
from cds.facts.json_schema import facts_schema
from cds.holds.worklist_schema import worklist_schema
from cds.ir.from_ruleset import compile_ruleset
from cds.ir.program import Program
from cds.records.decision_schema import decision_schema
from cds.ruleset.catalogue import find_ruleset, load_catalogue, shipped_rulesets
from cds.ruleset.json_schema import ruleset_schema
from cds.ruleset.loader import LoadedRuleset
from cds.ruleset.loader import load_ruleset as load_folder
from cds.terminology.product_table import ProductTable, table_bytes
from cds.terminology.rxnorm.product_table_from_rxnorm import product_table
from cds.verification.cases.reading import read_cases
from cds.verification.lint import Finding, findings_in
from cds.verification.pages.render import pages_of
from cds.verification.ruleset_diff.compare import RulesetDiff, compare
from cds.verification.traceability.attributes import AttributesFile, attributes_of
from cds.verification.traceability.passages import Missing, ReadFrom, passages_of
from cds.verification.traceability.passages import missing_passages as find_missing
from cds.verification.traceability.statements import Trace, traces_of

DEFAULT_RULESET = "vertebral-augmentation"


@dataclass(frozen=True, slots=True, eq=False)
class Ruleset:
    """A ruleset to decide with: as its authors wrote it, and compiled."""

    loaded: LoadedRuleset
    program: Program


@dataclass(frozen=True, slots=True, eq=False)
class Imported:
    """A table of products, the bytes of its file, and their digest."""

    table: ProductTable
    content: bytes
    digest: str


def load_ruleset(name: str | Path = DEFAULT_RULESET) -> Ruleset:
    """Load and compile a ruleset, by the path of its folder or by its id among those that ship with cds.

    Raises:
        RulesetError: there is none, or it cannot be loaded; with every problem found.
    """
    return ready(loaded_ruleset(name))


def loaded_ruleset(name: str | Path = DEFAULT_RULESET) -> LoadedRuleset:
    """Load a ruleset without compiling it."""
    shipped = shipped_rulesets()
    return load_folder(find_ruleset(name, [shipped]), search=[shipped])


def ready(loaded: LoadedRuleset) -> Ruleset:
    """Compile a loaded ruleset."""
    return Ruleset(loaded, compile_ruleset(loaded))


def list_rulesets(folders: Sequence[Path] = ()) -> list[LoadedRuleset]:
    """Load every ruleset in the folders, by default those that ship with cds; in order of id and version.

    Raises:
        InputError: there is no such folder.
        RulesetError: with the problems of all that cannot be loaded.
    """
    for folder in folders:
        if not folder.is_dir():
            raise InputError("there is no such folder", place=Place(str(folder)), expected="a folder of rulesets")
    found = load_catalogue(folders or [shipped_rulesets()])
    return [loaded for several in found.values() for loaded in several]


def ruleset_document(ruleset: Ruleset) -> dict[str, Any]:
    """Give a whole ruleset as one document, merged with what it extends, with its digest (`cds-ruleset-shown/1`)."""
    document = ruleset.loaded.document.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    attributes = source_attributes(ruleset.loaded)
    shown = None if attributes is None else attributes.model_dump(mode="json", by_alias=True)
    return {
        "schema": "cds-ruleset-shown/1",
        "digest": ruleset.loaded.digest,
        "ruleset": document,
        "attributes": shown,
    }


def source_attributes(loaded: LoadedRuleset) -> AttributesFile | None:
    """Give the source attributes of a ruleset, None if it has none of its own.

    Raises:
        RulesetError: they are not as they should be.
    """
    found = None if loaded.folder is None else attributes_of(loaded.folder)
    return None if found is None else found.document


def lint(ruleset: Ruleset, *, as_of: str | None = None) -> tuple[Finding, ...]:
    """Check a ruleset that loads for what is likely a slip; `as_of` is a day such as `2026-11-21`.

    Raises:
        InputError: `as_of` is not a day.
    """
    return findings_in(ruleset.loaded, ruleset.program, as_of=as_of)


def statements(loaded: LoadedRuleset) -> tuple[Trace, ...]:
    """Trace every numbered statement of a ruleset's sources to what carries it, or to why nothing does.

    Raises:
        RulesetError: the statements are not as they should be.
    """
    return () if loaded.folder is None else traces_of(loaded.document, loaded.folder)


def passages(loaded: LoadedRuleset) -> dict[str, ReadFrom]:
    """Give, by source, where it was read and the fingerprints of the passages.

    Raises:
        RulesetError: the passages are not as they should be.
    """
    return {} if loaded.folder is None else passages_of(loaded.document, loaded.folder)


def missing_passages(loaded: LoadedRuleset, documents: Path) -> tuple[Missing, ...]:
    """Look every cited passage up in a folder of documents; give those that are not there as they were read.

    Raises:
        InputError: there is no such folder, or a document in it is not text.
    """
    return tuple(find_missing(passages(loaded), documents))


def ruleset_pages(ruleset: Ruleset) -> Mapping[str, str]:
    """Make the pages about a ruleset, by their paths below a folder of pages.

    Raises:
        InputError: the ruleset has no history.
        RulesetError: with every problem of the files of cases and of the history.
    """
    return pages_of(ruleset.loaded, ruleset.program, read_cases(ruleset.loaded))


def ruleset_diff(before: str | Path, after: str | Path) -> RulesetDiff:
    """Compare two rulesets by what they mean, each by its folder or its id.

    Raises:
        RulesetError: one of them cannot be loaded or compiled.
    """
    return compare(load_ruleset(before).loaded, load_ruleset(after).loaded)


def import_release(folder: Path) -> Imported:
    """Make the table of the products in a release of RxNorm.

    Raises:
        InputError: the folder holds no release, or one of its lines cannot be read.
    """
    table = product_table(folder)
    content = table_bytes(table)
    return Imported(table, content, f"sha256:{sha256(content).hexdigest()}")


def schema(of: str, ruleset: str | Path = DEFAULT_RULESET) -> dict[str, Any]:
    """Give the JSON Schema of `facts` (under a ruleset's dictionary), or of any other document by its name.

    Raises:
        InputError: there is no such document.
    """
    if of not in SCHEMAS:
        raise no_such("schema of", of, SCHEMAS)
    return SCHEMAS[of](ruleset)


def _facts_schema(ruleset: str | Path) -> dict[str, Any]:
    return facts_schema(load_ruleset(ruleset).program.dictionary)


SCHEMAS: Mapping[str, Callable[[str | Path], dict[str, Any]]] = {
    "facts": _facts_schema,
    "decision": lambda _: decision_schema(),
    "ruleset": lambda _: ruleset_schema(),
    "holds": lambda _: worklist_schema(),
    "record": lambda _: record_schema(),
}
"""The documents that have a JSON Schema; that of facts depends on the ruleset."""
