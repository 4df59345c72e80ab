"""An explanation as a pharmacist reads it on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text
from rich.tree import Tree

from cds.cli.terminal import results
from cds.cli.words import SEVERITY_STYLE, STATUS_STYLE, plain
from cds.trace.explanation_text import sources_sentence, value_words

_MARK = {"true": ("yes", "green"), "false": ("no", "red"), "unknown": ("open", "magenta")}
_NOTHING = "This rule looks at the items of a list, and the list is complete and has none: there is nothing to explain."


def print_explanation(document: Mapping[str, Any]) -> None:
    """Print an explanation: for each binding what came of it, why, what is missing, and what would change it."""
    console = results()
    console.print(
        Text.assemble(
            (document["rule"], "bold"), "  ", plain(document["kind"]), "  ",
            (document["severity"], SEVERITY_STYLE[document["severity"]]),
        )
    )
    console.print(Text(document["title"]))
    for explained in document["explanations"]:
        _print_binding(console, explained)
    if not document["explanations"]:
        console.print(Text(_NOTHING))


def _print_binding(console: Console, explained: Mapping[str, Any]) -> None:
    label = f" ({explained['label']})" if explained["label"] else ""
    outcome = explained["outcome"]
    console.print()
    console.print(
        Text.assemble(
            (f"{explained['binding']}{label}", "bold underline"),
            *(("  ", (plain(outcome["status"]), STATUS_STYLE[outcome["status"]])) if outcome else ()),
        )
    )
    for world in explained["worlds"]:
        if world["sources"]:
            console.print(Text(sources_sentence(world["sources"]), style="yellow"))
        _print_world(console, world)
    _print_part(console, "What comes of it", explained["text"])
    if outcome is not None and outcome["text"]:
        _print_part(console, "What the decision says", [outcome["text"]])


def _print_world(console: Console, world: Mapping[str, Any]) -> None:
    text = world["text"]
    _print_part(console, "Why" if world["verdict"] == "true" else "Why not", text["why"])
    _print_part(console, "What is missing", text["missing"])
    _print_part(console, "What would change it", text["would_change"])
    console.print(Text("The whole condition", style="bold"))
    console.print(Padding(_tree(world["condition"]), (0, 0, 0, 2)))


def _print_part(console: Console, title: str, sentences: Sequence[str]) -> None:
    if sentences:
        console.print(Text(title, style="bold"))
        for sentence in sentences:
            console.print(Padding(Text(sentence), (0, 0, 0, 2)))


def _tree(node: Mapping[str, Any]) -> Tree:
    tree = Tree(_node_text(node), guide_style="dim")
    for part in node.get("parts", ()):
        tree.children.append(_tree(part))
    return tree


def _node_text(node: Mapping[str, Any]) -> Text:
    word, style = _MARK[node["truth"]]
    said = [(f"{word:<4} ", style), node["text"]]
    if "value" in node:
        said.append((f"  ({value_words(node['value'])})", "dim"))
    if "binding" in node:
        said.append((f"  {node['binding']}", "dim"))
    return Text.assemble(*said)
