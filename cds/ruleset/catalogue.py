"""All rulesets of some folders: which there are, and how one is found by its name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from itertools import combinations
from pathlib import Path

from cds.errors import InputError, Place, RulesetError, nearest
from cds.ruleset.headers import headers
from cds.ruleset.lifecycle import overlap
from cds.ruleset.loader import LoadedRuleset, load_ruleset
from cds.ruleset.problems import Problems
from cds.ruleset.wording import listed, quoted


def load_catalogue(folders: Sequence[Path]) -> Mapping[str, tuple[LoadedRuleset, ...]]:
    """Load every ruleset in some folders; give them by id, each id's by version.

    Raises:
        RulesetError: with the problems of every ruleset that cannot be loaded, two rulesets with one id and version,
            and two active rulesets of one id that are in effect on a common day.
    """
    problems = Problems()
    by_id: dict[str, list[LoadedRuleset]] = defaultdict(list)
    for header in headers(folders):
        try:
            loaded = load_ruleset(header.folder, search=folders)
        except RulesetError as error:
            problems.add_error(error)
        else:
            by_id[loaded.document.id].append(loaded)
    for several in by_id.values():
        _refuse_rivals(several, problems)
    problems.raise_if_any()
    return {id_: tuple(sorted(by_id[id_], key=_version)) for id_ in sorted(by_id)}


def find_ruleset(name: str | Path, search: Iterable[Path]) -> Path:
    """Give the folder of a ruleset, by its path or by its id among the rulesets in the `search` folders.

    Raises:
        RulesetError: if there is none, with the nearest id, or if several have the id, with their folders.
    """
    folder = Path(name)
    is_name = isinstance(name, str) and len(folder.parts) == 1 and name != ".."
    known = headers(search) if is_name else []
    found = [header.folder for header in known if header.id == name]
    if len(found) == 1:
        return found[0]
    if len(found) > 1:
        folders = " and ".join(f"`{each}`" for each in found)
        said = f"several rulesets are called {quoted(name)}: {folders}"
        raise _refusal(said, "the folder of one")
    if folder.is_dir():
        return folder
    ids = sorted({header.id for header in known if header.id})
    expected = f"the folder of a ruleset, or one of {listed(ids)}" if ids else "the folder of a ruleset"
    raise _refusal(f"there is no ruleset {quoted(name)}", expected, nearest(str(name), ids))


def shipped_rulesets() -> Path:
    """Give the folder of the rulesets that come with cds: inside the package, or at the top of a checkout.

    Raises:
        RulesetError: if this installation has none.
    """
    package = Path(str(resources.files("cds")))
    for folder in (package / "rulesets", package.parent / "rulesets"):
        if folder.is_dir():
            return folder
    raise RulesetError(
        (InputError("this installation of cds comes without rulesets", expected="a folder of your own"),)
    )


def _refuse_rivals(several: list[LoadedRuleset], problems: Problems) -> None:
    for one, other in combinations(sorted(several, key=_version), 2):
        first, second = one.document, other.document
        name = quoted(first.id)
        if first.version == second.version:
            said = f"version {second.version} of {name} is there twice, also in {one.folder}"
            problems.add_at(_place(other, "version"), said, expected="one folder a version")
        elif {first.lifecycle.status, second.lifecycle.status} == {"active"} and overlap(
            first.lifecycle, second.lifecycle
        ):
            said = f"versions {first.version} and {second.version} of {name} are active on a common day"
            expected = "`effective_until` of the earlier before `effective_from` of the later"
            problems.add_at(_place(other, "lifecycle"), said, expected=expected)


def _refusal(problem: str, expected: str, suggestion: str | None = None) -> RulesetError:
    return RulesetError((InputError(problem, expected=expected, suggestion=suggestion),))


def _place(loaded: LoadedRuleset, key: str) -> Place:
    return loaded.places.of_key((key,))


def _version(loaded: LoadedRuleset) -> tuple[int, ...]:
    return tuple(int(part) for part in loaded.document.version.split("."))
