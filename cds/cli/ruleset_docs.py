"""`cds ruleset docs`: pages about a ruleset, made from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from cds import actions
from cds.cli.exits import FINDINGS, leave
from cds.cli.options import RulesetArgument
from cds.errors import InputError, Place
from cds.verification.pages.render import mark_of


def docs(
    ruleset: RulesetArgument = actions.DEFAULT_RULESET,
    *,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="The folder of the pages.")],
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; tell which pages are stale, with status 1 if any is.")
    ] = False,
) -> None:
    """Write a page for every rule, a protocol for every area, and an index.

    Pages that an earlier run has written and that are no longer made are removed.
    """
    chosen = actions.load_ruleset(ruleset)
    pages = actions.ruleset_pages(chosen)
    try:
        stale = list(_stale(out, pages, mark_of(chosen.loaded.document.id)))
        if not check:
            _write(out, pages, stale)
    except OSError as error:
        raise InputError(
            f"this cannot be read or written ({error.strerror})", place=Place(str(error.filename or out))
        ) from None
    if not check:
        typer.echo(f"{len(pages)} pages, {len(stale)} of them changed or removed.")
        return
    for path in stale:
        typer.echo(f"stale: {path}")
    typer.echo(f"{len(pages)} pages, {len(stale)} stale.")
    if stale:
        leave(FINDINGS)


def _stale(out: Path, pages: Mapping[str, str], mark: str) -> Iterator[str]:
    """Give the pages that are missing, differ, or are no longer made; pages of other rulesets are left alone."""
    there = {path.relative_to(out).as_posix(): path for path in sorted(out.rglob("*")) if path.is_file()}
    for name, page in pages.items():
        if name not in there or there[name].read_bytes() != page.encode():
            yield name
    for name, path in there.items():
        if name not in pages and path.suffix in {".md", ".html"} and path.read_bytes().endswith(mark.encode()):
            yield name


def _write(out: Path, pages: Mapping[str, str], stale: list[str]) -> None:
    for name in stale:
        path = out / name
        if name in pages:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pages[name], encoding="utf-8", newline="\n")
        else:
            path.unlink()
            if not any(path.parent.iterdir()):
                path.parent.rmdir()
