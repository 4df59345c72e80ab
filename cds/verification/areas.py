"""The areas of a ruleset: the files that its rules stand in (language §15.1)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cds.ruleset.loader import LoadedRuleset


def areas_of(loaded: LoadedRuleset) -> Mapping[str, str]:
    """Give, by rule, the name of the file that it stands in, in the order of the names."""
    places = [(rule.id, loaded.places.of(("rules", number))) for number, rule in enumerate(loaded.document.rules)]
    found = {rule: Path(place.file or "").stem for rule, place in places}
    return dict(sorted(found.items(), key=lambda entry: (entry[1], entry[0])))


def is_own(loaded: LoadedRuleset, section: str, part: str | int) -> bool:
    """Tell whether a part stands in the ruleset's own folder, and not in what it extends."""
    file = loaded.places.of((section, part)).file
    return loaded.folder is None or file is None or Path(file).is_relative_to(loaded.folder)
