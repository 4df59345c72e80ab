"""All commands, joined to one program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from cds.cli.ask import ask
from cds.cli.demo import demo
from cds.cli.evaluate import evaluate
from cds.cli.exits import told
from cds.cli.explain import explain
from cds.cli.ruleset_digest import digest
from cds.cli.ruleset_lint import lint
from cds.cli.ruleset_list import list_rulesets
from cds.cli.ruleset_show import show
from cds.cli.schema import schema

_SETTINGS = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    name="cds",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings=_SETTINGS,
    help="Decide by declared rules, with reasons and sources; the clinician decides.",
)
ruleset_app = typer.Typer(no_args_is_help=True, context_settings=_SETTINGS, help="Work on rulesets.")


def _version(*, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(version("cds"))
        raise typer.Exit


@app.callback()
def _program(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=lambda wanted: _version(wanted=wanted), is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    del version


def _register(to: typer.Typer, name: str, command: Callable[..., None]) -> None:
    to.command(name)(told(command))


_register(app, "evaluate", evaluate)
_register(app, "explain", explain)
_register(app, "ask", ask)
_register(app, "schema", schema)
_register(app, "demo", demo)
_register(ruleset_app, "list", list_rulesets)
_register(ruleset_app, "show", show)
_register(ruleset_app, "lint", lint)
_register(ruleset_app, "digest", digest)
app.add_typer(ruleset_app, name="ruleset")
