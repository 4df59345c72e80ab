"""All commands, joined to one program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from cds.actions import build
from cds.cli.acknowledge import acknowledge
from cds.cli.ask import ask
from cds.cli.demo import demo
from cds.cli.evaluate import evaluate
from cds.cli.evidence_check import check
from cds.cli.exits import told
from cds.cli.explain import explain
from cds.cli.holds import holds
from cds.cli.impact import impact
from cds.cli.log_checkpoint import checkpoint
from cds.cli.log_evidence import evidence
from cds.cli.log_export import export
from cds.cli.log_forget import forget
from cds.cli.log_init import init
from cds.cli.log_prune import prune
from cds.cli.log_rotate import rotate
from cds.cli.log_show import show as show_log
from cds.cli.log_verify import verify_log
from cds.cli.replay import replay
from cds.cli.ruleset_coverage import coverage
from cds.cli.ruleset_diff import diff
from cds.cli.ruleset_digest import digest
from cds.cli.ruleset_docs import docs
from cds.cli.ruleset_lint import lint
from cds.cli.ruleset_list import list_rulesets
from cds.cli.ruleset_show import show
from cds.cli.ruleset_sources import sources
from cds.cli.ruleset_statements import statements
from cds.cli.ruleset_test import run_tests
from cds.cli.schema import schema
from cds.cli.terminology_import import import_release

_SETTINGS = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    name="cds",
    pretty_exceptions_enable=False,
    context_settings=_SETTINGS,
    help="Decide by declared rules, with reasons and sources; the clinician decides.",
)
ruleset_app = typer.Typer(no_args_is_help=True, context_settings=_SETTINGS, help="Work on rulesets.")
log_app = typer.Typer(no_args_is_help=True, context_settings=_SETTINGS, help="Work on the decision log.")
evidence_app = typer.Typer(no_args_is_help=True, context_settings=_SETTINGS, help="Work on packs of evidence.")
terminology_app = typer.Typer(no_args_is_help=True, context_settings=_SETTINGS, help="Work on terminologies.")


@app.callback(invoke_without_command=True)
def _program(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    if version:
        typer.echo(build.version())
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


def _register(to: typer.Typer, name: str, command: Callable[..., None]) -> None:
    to.command(name)(told(command))


_register(app, "evaluate", evaluate)
_register(app, "holds", holds)
_register(app, "explain", explain)
_register(app, "ask", ask)
_register(app, "acknowledge", acknowledge)
_register(app, "schema", schema)
_register(app, "demo", demo)
_register(ruleset_app, "list", list_rulesets)
_register(ruleset_app, "show", show)
_register(ruleset_app, "lint", lint)
_register(ruleset_app, "digest", digest)
_register(ruleset_app, "diff", diff)
_register(ruleset_app, "statements", statements)
_register(ruleset_app, "sources", sources)
_register(ruleset_app, "test", run_tests)
_register(ruleset_app, "coverage", coverage)
_register(ruleset_app, "docs", docs)
app.add_typer(ruleset_app, name="ruleset")
_register(log_app, "init", init)
_register(log_app, "verify", verify_log)
_register(log_app, "show", show_log)
_register(log_app, "checkpoint", checkpoint)
_register(log_app, "forget", forget)
_register(log_app, "prune", prune)
_register(log_app, "rotate", rotate)
_register(log_app, "export", export)
_register(log_app, "evidence", evidence)
app.add_typer(log_app, name="log")
_register(evidence_app, "check", check)
app.add_typer(evidence_app, name="evidence")
_register(app, "replay", replay)
_register(app, "impact", impact)
_register(terminology_app, "import", import_release)
app.add_typer(terminology_app, name="terminology")
