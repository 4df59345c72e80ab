"""The product tables that a ruleset names: files in its folder, each with the digest it has to have (language §5.5)."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from cds.errors import InputError
from cds.ruleset.model import ProductFile
from cds.ruleset.problems import Problems
from cds.terminology.product_table import ProductTable, table_from_bytes

MOST_BYTES = 64 * 1024 * 1024


def read_tables(files: Sequence[ProductFile], folder: Path, problems: Problems) -> tuple[ProductTable, ...]:
    """Read the tables; one that is missing, changed or malformed is a problem.

    Raises:
        RulesetError: if anything is wrong with them.
    """
    tables = []
    for number, named in enumerate(files):
        try:
            tables.append(_table(named, folder))
        except InputError as error:
            problems.add(("terminology", number), f"`{named.file}`: {error.problem}", expected=error.expected)
    problems.raise_if_any()
    return tuple(tables)


def _table(named: ProductFile, folder: Path) -> ProductTable:
    path = folder / named.file
    if not path.resolve().is_relative_to(folder.resolve()):
        raise InputError("this link leads out of the ruleset's folder", expected="the file itself")
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"this file cannot be read ({error.strerror})") from None
    if len(content) > MOST_BYTES:
        raise InputError("the file is too large", expected=f"at most {MOST_BYTES:,} bytes")
    digest = f"sha256:{sha256(content).hexdigest()}"
    if digest != named.digest:
        said = f"the file has the digest {digest}, not the one that is named"
        raise InputError(said, expected="the file that was reviewed, or its new digest after a review")
    return table_from_bytes(content)
