"""`cds ruleset show`: what a ruleset says."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from cds import actions
from cds.cli.options import JsonOption, RulesetArgument
from cds.cli.terminal import print_for_people, print_json
from cds.cli.words import KIND_TITLE, SEVERITY_STYLE, plain
from cds.ir.parameters_from_ruleset import value_text
from cds.ir.program import Program, Rule
from cds.ruleset.loader import LoadedRuleset
from cds.ruleset.model import Parameter
from cds.verification.traceability.attributes import AttributesFile, Dates, Use


def show(ruleset: RulesetArgument = actions.DEFAULT_RULESET, *, as_json: JsonOption = False) -> None:
    """Show a ruleset: its standing, its sources, its figures with all positions, and its rules."""
    chosen = actions.load_ruleset(ruleset)
    if as_json:
        print_json(actions.ruleset_document(chosen))
        return
    print_for_people(*_view(chosen))


def _view(ruleset: actions.Ruleset) -> Iterator[RenderableType]:
    loaded, program = ruleset.loaded, ruleset.program
    yield _heading(loaded)
    attributes = actions.source_attributes(loaded)
    if attributes is not None:
        yield _attributes(attributes)
    yield _sources(loaded)
    yield _parameters(loaded)
    for kind, title in KIND_TITLE.items():
        rules = [rule for rule in program.rules.values() if rule.kind == kind]
        if rules:
            yield _rules(title, rules)
    yield _dispositions(program)


def _heading(loaded: LoadedRuleset) -> RenderableType:
    document, lifecycle = loaded.document, loaded.document.lifecycle
    signed = f"signed off by {lifecycle.sign_off.by}" if lifecycle.sign_off else "no clinical sign-off"
    dates = (
        ("from", lifecycle.effective_from),
        ("until", lifecycle.effective_until),
        ("review by", lifecycle.review_by),
    )
    said = ", ".join([lifecycle.status.upper(), signed, *(f"{name} {day}" for name, day in dates if day)])
    content = (
        f"{len(document.rules)} rules, {len(document.parameters)} parameters, {len(document.facts)} facts, "
        f"{len(document.substances)} substances, {len(document.products)} products"
    )
    table = Table.grid(padding=(0, 2))
    for name, value in (
        ("Ruleset", f"{document.id} {document.version}: {document.title}"),
        ("Digest", loaded.digest),
        ("Standing", said),
        ("Content", content),
        *(("Extends", f"{id_} {digest}") for id_, digest in loaded.bases),
        *(("Off", f"{entry.rule}: {entry.because} ({entry.by}, {entry.decided})") for entry in document.switch_off),
    ):
        table.add_row(Text(name, style="dim"), Text(value))
    return table


def _attributes(file: AttributesFile) -> Table:
    table = _table("Source attributes and intended use")
    table.add_column("About", no_wrap=True)
    table.add_column("What is said", overflow="fold", ratio=1)
    for name, value in file.attributes:
        table.add_row(Text(_heading_of(name)), Text(_attribute_text(value)))
    for name in ("intended_use", "intended_users", "exclusions", "known_limits"):
        said = getattr(file, name)
        table.add_row(Text(_heading_of(name)), Text(said if isinstance(said, str) else "\n".join(said)))
    return table


def _attribute_text(value: str | Use | Dates) -> str:
    if isinstance(value, Use):
        return f"{'Used' if value.used else 'Not used'}: {value.how}"
    if isinstance(value, Dates):
        said = f"released {value.released or 'not yet'}, revised {value.revised or 'never'}"
        return f"{said}. {value.note}" if value.note else said
    return value


def _heading_of(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _sources(loaded: LoadedRuleset) -> Table:
    table = _table("Sources")
    table.add_column("Source", no_wrap=True)
    table.add_column("Read", no_wrap=True)
    table.add_column("Title", overflow="fold", ratio=1)
    for name, source in sorted(loaded.document.sources.items()):
        table.add_row(Text(name), Text(source.confirmed), Text(source.title))
    return table


def _parameters(loaded: LoadedRuleset) -> Table:
    table = _table("Parameters")
    table.add_column("Parameter", no_wrap=True)
    table.add_column("Position", overflow="fold", ratio=1)
    for name, parameter in sorted(loaded.document.parameters.items()):
        table.add_row(Text(name), Text("\n").join(_positions(parameter)))
    return table


def _positions(parameter: Parameter) -> list[Text]:
    if parameter.resolve is None:
        return [Text(f"not set: {parameter.unset}", style="yellow")]
    adopted = parameter.resolve.adopt
    by_adoption = sorted(parameter.positions.items(), key=lambda found: (found[0] != adopted, found[0]))
    return [
        Text(
            f"{_stance(source, parameter)}: {value_text(position.value)} ({source}, {position.confirmed})",
            style="" if source == adopted else "dim",
        )
        for source, position in by_adoption
    ]


def _stance(source: str, parameter: Parameter) -> str:
    """Say how a position stands to the adopted one."""
    adopted = parameter.positions.get(parameter.resolve.adopt) if parameter.resolve else None
    position = parameter.positions[source]
    if position is adopted:
        return "adopted"
    if position.confirmed == "unconfirmed":
        return "not read"
    if adopted is None:
        return "open"
    return "agrees" if value_text(position.value) == value_text(adopted.value) else "differs"


def _rules(title: str, rules: list[Rule]) -> Table:
    table = _table(title)
    table.add_column("Rule", no_wrap=True)
    table.add_column("Says", overflow="fold", ratio=1)
    for rule in sorted(rules, key=lambda rule: (rule.severity, rule.id)):
        severity = (rule.severity.word, SEVERITY_STYLE[rule.severity.word])
        table.add_row(Text(rule.id), Text.assemble(severity, f", {plain(rule.advice)}: {rule.title}"))
    return table


def _dispositions(program: Program) -> Table:
    table = _table("Dispositions, the most cautious first")
    table.add_column("Code", no_wrap=True)
    table.add_column("Text", overflow="fold", ratio=1)
    for row in program.dispositions:
        table.add_row(Text(plain(row.code)), Text(row.text))
    return table


def _table(title: str) -> Table:
    return Table(title=Text(title, style="bold"), title_justify="left", box=box.SIMPLE_HEAD, expand=True)
