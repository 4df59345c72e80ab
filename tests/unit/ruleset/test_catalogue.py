"""Folders of rulesets (language §13.3), and finding one by its name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cds.errors import RulesetError
from cds.ruleset.catalogue import find_ruleset, load_catalogue, shipped_rulesets
from cds.ruleset.loader import load_ruleset

Write = Callable[..., Path]


@pytest.fixture
def release(write: Write, small: str) -> Callable[..., Path]:
    """Give a function that writes a version of the small ruleset, active between two days."""

    def write_version(version: str, begins: str = "", ends: str = "", *, status: str = "active") -> Path:
        text = small.replace("1.0.0", version)
        digest = load_ruleset(write(text, name=f"v{version}")).digest
        dates = f', effective_from: "{begins}"' if begins else ""
        dates += f', effective_until: "{ends}"' if ends else ""
        sign_off = f'{{by: Dr. Example, role: chief, decided: "2026-01-01", digest: "{digest}"}}'
        life = f"lifecycle: {{status: {status}{dates}, sign_off: {sign_off}}}"
        return write(text.replace("lifecycle: {status: draft}", life), name=f"v{version}")

    return write_version


def refusal(*folders: Path) -> str:
    """Give the message with which a catalogue is refused, without the path to it."""
    with pytest.raises(RulesetError) as refused:
        load_catalogue(folders)
    return str(refused.value).replace(f"{folders[0]}/", "")


def test_catalogue_has_every_version_by_id(release: Callable[..., Path], tmp_path: Path) -> None:
    """Versions are in the order of their numbers, not of their letters."""
    release("1.10.0", "2026-07-01")
    release("1.9.0", "2026-01-01", "2026-06-30")
    release("2.0.0", status="draft")
    (tmp_path / "empty").mkdir()
    catalogue = load_catalogue([tmp_path])
    assert {id_: [each.document.version for each in several] for id_, several in catalogue.items()} == {
        "small": ["1.9.0", "1.10.0", "2.0.0"]
    }


def test_two_active_versions_on_one_day_are_refused(release: Callable[..., Path], tmp_path: Path) -> None:
    """Which of two active versions decides is never left to chance."""
    release("1.0.0", "2026-01-01")
    release("1.1.0", "2026-07-01")
    assert refusal(tmp_path) == (
        "v1.1.0/ruleset.yaml:5:1: lifecycle: versions 1.0.0 and 1.1.0 of `small` are active on a common day; "
        "expected `effective_until` of the earlier before `effective_from` of the later"
    )


def test_the_same_version_twice_is_refused(write: Write, small: str, tmp_path: Path) -> None:
    """One version is one content."""
    write(name="one")
    write(small.replace("severity: high", "severity: critical"), name="two")
    assert refusal(tmp_path) == (
        "two/ruleset.yaml:3:1: version: version 1.0.0 of `small` is there twice, also in one; "
        "expected one folder a version"
    )


def test_every_broken_ruleset_is_told(write: Write, small: str, tmp_path: Path) -> None:
    """A ruleset that cannot be loaded is never left out silently, also if its id cannot be read."""
    write()
    write(small.replace("kind: hold", "kind: hodl"), name="typo")
    write("schema: cds-ruleset/1\nid: [\n", name="torn")
    assert [line.split(":")[0] for line in refusal(tmp_path).splitlines()] == ["torn/ruleset.yaml", "typo/ruleset.yaml"]


def test_a_folder_searched_twice_is_one_folder(write: Write, tmp_path: Path) -> None:
    """The same folder by two names is not two rulesets."""
    folder = write()
    assert len(load_catalogue([tmp_path, folder, tmp_path / "small" / ".."])["small"]) == 1


def test_ruleset_is_found_by_id_or_by_path(write: Write, tmp_path: Path) -> None:
    """A name is an id; a path is a folder."""
    folder = write(name="some-folder")
    assert find_ruleset("small", [tmp_path]) == folder
    assert find_ruleset(folder, []) == folder
    assert find_ruleset(str(folder), []) == folder


def test_name_of_a_folder_here_is_a_path(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder in the working directory needs no `./`; an id that is known comes first."""
    write(name="some-folder")
    monkeypatch.chdir(tmp_path)
    assert find_ruleset("some-folder", []) == Path("some-folder")
    assert find_ruleset(".", []) == Path()
    (tmp_path / "small").mkdir()
    assert find_ruleset("small", [tmp_path]) == tmp_path / "some-folder"


def test_unknown_ruleset_is_refused_with_the_nearest(write: Write, tmp_path: Path) -> None:
    """A name that is nearly right is suggested."""
    write()
    with pytest.raises(RulesetError) as refused:
        find_ruleset("smal", [tmp_path])
    assert str(refused.value) == (
        "there is no ruleset `smal`; expected the folder of a ruleset, or one of `small`; did you mean `small`?"
    )
    with pytest.raises(RulesetError, match=r"there is no ruleset `none/there`; expected the folder of a ruleset$"):
        find_ruleset("none/there", [tmp_path])


def test_several_versions_are_asked_about(release: Callable[..., Path], tmp_path: Path) -> None:
    """Of several versions none is chosen silently."""
    one, two = release("1.0.0", status="draft"), release("1.1.0", status="draft")
    with pytest.raises(RulesetError) as refused:
        find_ruleset("small", [tmp_path])
    assert str(refused.value).replace(f"{tmp_path}/", "") == (
        f"several rulesets are called `small`: `{one.name}` and `{two.name}`; expected the folder of one"
    )


def test_rulesets_are_shipped() -> None:
    """The rulesets that come with the package are found, from a checkout too."""
    assert shipped_rulesets().name == "rulesets"
    assert shipped_rulesets().is_dir()
