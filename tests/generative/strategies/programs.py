"""From a ruleset document to a program: by way of the models, as a folder of files would be."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from strategies.chance import Chance
from strategies.vocabulary import Json

from cds.ir.from_ruleset import compile_ruleset
from cds.ir.program import Program
from cds.ruleset.digest import ruleset_digest
from cds.ruleset.loader import LoadedRuleset
from cds.ruleset.model import RulesetDocument
from cds.ruleset.places import Places, Spot

_NOWHERE = Places(Spot("generated", 1, 1, 1, 1))
_HEADER = ("schema", "id", "version", "title", "lifecycle", "settings")


def loaded(document: Json) -> LoadedRuleset:
    """Give a ruleset as if it had been read from files."""
    model = RulesetDocument.model_validate(document)
    return LoadedRuleset(model, ruleset_digest(model), _NOWHERE)


def compiled(document: Json) -> Program:
    """Compile a ruleset document."""
    return compile_ruleset(loaded(document))


def written(document: Json, folder: Path, chance: Chance | None = None) -> Path:
    """Write a ruleset as YAML files; with a source of choices spread over several, in any order."""
    files = [document] if chance is None else _spread(document, chance)
    for number, content in enumerate(files):
        path = folder / f"{'abcdefgh'[number % 8]}{number}" / "part.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(yaml.dump(content, Dumper=_Plain, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return folder


def _spread(document: Json, chance: Chance) -> Sequence[Json]:
    """Give each part of each section to some file; dispositions stay together, their order means something."""
    files: list[Json] = [{"schema": document["schema"]} for _ in range(chance.whole(1, 4))]
    for key in chance.shuffled([key for key in document if key != "schema"]):
        value = document[key]
        if key in _HEADER or key == "dispositions":
            chance.one_of(files)[key] = value
        elif isinstance(value, dict):
            for name in chance.shuffled(list(value)):
                chance.one_of(files).setdefault(key, {})[name] = value[name]
        else:
            for element in chance.shuffled(value):
                chance.one_of(files).setdefault(key, []).append(element)
    return files


class _Plain(yaml.SafeDumper):
    """YAML without anchors, which rulesets may not have."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _decimal(dumper: yaml.SafeDumper, number: Decimal) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:float", f"{number:f}")


_Plain.add_representer(Decimal, _decimal)
