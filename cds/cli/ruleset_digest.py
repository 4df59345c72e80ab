"""`cds ruleset digest`: the identity of a ruleset."""

from __future__ import annotations

import typer

from cds import actions
from cds.cli.options import JsonOption, RulesetArgument
from cds.cli.terminal import print_json


def digest(ruleset: RulesetArgument = actions.DEFAULT_RULESET, *, as_json: JsonOption = False) -> None:
    """Print the digest of everything in a ruleset that can change an answer."""
    loaded = actions.loaded_ruleset(ruleset)
    if as_json:
        print_json({"id": loaded.document.id, "version": loaded.document.version, "digest": loaded.digest})
    else:
        typer.echo(loaded.digest)
