"""From a folder of YAML files to one checked ruleset with its digest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cds.errors import RulesetError, nearest
from cds.ruleset.collecting import uncollected
from cds.ruleset.digest import ruleset_digest
from cds.ruleset.files import read_folder
from cds.ruleset.headers import Header, headers
from cds.ruleset.lifecycle import check_lifecycle
from cds.ruleset.model import Extends, RulesetDocument
from cds.ruleset.overlay import check_stands_alone, overlaid
from cds.ruleset.places import Places
from cds.ruleset.problems import Problems
from cds.ruleset.product_files import read_tables
from cds.ruleset.validation import validated
from cds.ruleset.wording import listed, quoted
from cds.terminology.product_table import ProductTable


@dataclass(frozen=True, slots=True)
class LoadedRuleset:
    """A ruleset that was read, merged with what it extends, and checked by itself.

    `bases` are the (id, digest) pairs of what it extends, the nearest first. `places` finds any path of `document`.
    `tables` are the product tables that `document.terminology` names, in its order.
    """

    document: RulesetDocument
    digest: str
    places: Places
    bases: tuple[tuple[str, str], ...] = ()
    folder: Path | None = None
    tables: tuple[ProductTable, ...] = ()


@uncollected()
def load_ruleset(folder: Path, *, search: Sequence[Path] = ()) -> LoadedRuleset:
    """Load the ruleset in a folder; what it extends is looked for in the `search` folders and beside it.

    Raises:
        RulesetError: with every problem of the step that failed: reading, validating, extending, or the lifecycle.
    """
    return _load(folder, tuple(search), ())


def _load(folder: Path, search: tuple[Path, ...], below: tuple[Path, ...]) -> LoadedRuleset:
    data, places = read_folder(folder)
    document = validated(data, places)
    problems = Problems(places)
    bases: tuple[tuple[str, str], ...] = ()
    tables = read_tables(document.terminology, folder, problems)
    if document.extends is None:
        check_stands_alone(document, problems)
    else:
        base = _base(document.extends, folder, search, (*below, folder.resolve()), problems)
        document, places = overlaid((base.document, base.places), (document, places))
        bases = ((base.document.id, base.digest), *base.bases)
        tables = (*base.tables, *tables)
    digest = ruleset_digest(document)
    check_lifecycle(document.lifecycle, digest, problems)
    problems.raise_if_any()
    return LoadedRuleset(document, digest, places, bases, folder, tables)


def _base(
    extends: Extends, folder: Path, search: tuple[Path, ...], below: tuple[Path, ...], problems: Problems
) -> LoadedRuleset:
    """Find the one ruleset with the id and the digest that an overlay extends."""
    known = headers((*search, folder.resolve().parent))
    same_id = [header for header in known if header.id == extends.id]
    others = [header for header in same_id if header.folder.resolve() not in below]
    if same_id and not others:
        problems.add(("extends", "id"), f"the ruleset extends itself, through {quoted(extends.id)}")
    found: list[LoadedRuleset] = []
    failed = Problems()
    for header in others:
        try:
            base = _load(header.folder, search, below)
        except RulesetError as error:
            failed.add_error(error)
            continue
        if base.digest == extends.digest:
            return base
        found.append(base)
    if found:
        digests = " and ".join(f"{each.digest} (version {each.document.version})" for each in found)
        said = f"the overlay extends {quoted(extends.id)} with the digest {extends.digest}; found {digests}"
        problems.add(("extends", "digest"), said, expected="the ruleset that was extended, or a review of the overlay")
    elif not same_id:
        _not_found(extends, known, below, problems)
    failed.raise_if_any()
    problems.raise_if_any()
    raise AssertionError(extends.id)  # every way here has noted a problem


def _not_found(extends: Extends, known: list[Header], below: tuple[Path, ...], problems: Problems) -> None:
    ids = sorted({header.id for header in known if header.id and header.folder.resolve() not in below})
    problems.add(
        ("extends", "id"),
        f"there is no ruleset {quoted(extends.id)} to extend; found {listed(ids, last='and') or 'none'}",
        expected="the folder that holds it among those searched, or beside this one",
        suggestion=nearest(extends.id, ids),
    )
