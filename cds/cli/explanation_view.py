"""An explanation as a pharmacist reads it on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text
from rich.tree import Tree

from cds.cli.standing import standing_lines
from cds.cli.words import SEVERITY_STYLE, STATUS_STYLE, plain
from cds.trace.explanation_text import sources_sentence, value_words
from cds.trace.readable import readable

_MARK = {"true": ("yes", "green"), "false": ("no", "red"), "unknown": ("open", "magenta")}
_WHY = {"true": "Why", "false": "Why not", "unknown": "Why it is open"}
_NOTHING = "This rule looks at the items of a list, and the list is complete and has none: there is nothing to explain."


def explanation_view(document: Mapping[str, Any]) -> Iterator[RenderableType]:
    """Show an explanation: for each binding what came of it, why, what is missing, and what would change it."""
    yield Text.assemble(
        (document["rule"], "bold"),
        f"  {plain(document['kind'])}  ",
        (document["severity"], SEVERITY_STYLE[document["severity"]]),
    )
    yield Text(document["title"])
    yield from standing_lines(document["ruleset"])
    for explained in document["explanations"]:
        yield from _binding(explained)
    if not document["explanations"]:
        yield Text(_NOTHING)


def _binding(explained: Mapping[str, Any]) -> Iterator[RenderableType]:
    label = f" ({explained['label']})" if explained["label"] else ""
    said = Text.assemble("\n", (f"{explained['binding']}{label}", "bold underline"))
    outcome = explained["outcome"]
    if outcome is not None:
        said.append(f"  {plain(outcome['status'])}", STATUS_STYLE[outcome["status"]])
    yield said
    for world in explained["worlds"]:
        if world["sources"]:
            yield Text(sources_sentence(world["sources"]), style="yellow")
        yield from _world(world)
    yield from _part("What comes of it", explained["text"])
    if outcome is not None and outcome["text"]:
        yield from _part("What the decision says", [outcome["text"]])


def _world(world: Mapping[str, Any]) -> Iterator[RenderableType]:
    text = world["text"]
    yield from _part(_WHY[world["verdict"]], text["why"])
    yield from _part("What is missing", text["missing"])
    yield from _part("What would change it", text["would_change"])
    yield Text("The whole condition", style="bold")
    yield Padding(_tree(world["condition"]), (0, 0, 0, 2))


def _part(title: str, sentences: Sequence[str]) -> Iterator[RenderableType]:
    if sentences:
        yield Text(title, style="bold")
        for sentence in sentences:
            yield Padding(Text(sentence), (0, 0, 0, 2))


def _tree(node: Mapping[str, Any]) -> Tree:
    tree = Tree(_node_text(node), guide_style="dim")
    for part in node.get("parts", ()):
        tree.children.append(_tree(part))
    return tree


def _node_text(node: Mapping[str, Any]) -> Text:
    word, style = _MARK[node["truth"]]
    said = Text.assemble((f"{word:<4} ", style), readable(node["text"]))
    if "value" in node:
        said.append(f"  ({value_words(node['value'])})", "dim")
    if "binding" in node:
        said.append(f"  {node['binding']}", "dim")
    return said
