"""Many files read as one document (language §1.1, §1.2)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cds.errors import RulesetError
from cds.ruleset.files import MOST_ENTRIES, MOST_FILES, read_folder, yaml_files
from cds.ruleset.loader import load_ruleset

Write = Callable[..., Path]
Fail = Callable[..., str]
ONCE = "expected each name once; a list with an order and a single value stand in one file"


def refusal(folder: Path) -> str:
    """Give the message with which a folder is refused, without the path to it."""
    with pytest.raises(RulesetError) as refused:
        read_folder(folder)
    return str(refused.value).replace(f"{folder.parent}/", "")


def test_sections_may_be_spread_over_files_at_any_depth(write: Write) -> None:
    """Mappings are merged and lists are joined, in the order of the file names."""
    folder = write(
        {
            "b.yaml": "schema: cds-ruleset/1\nclasses: {one: {title: One}}\nderive: [{fact: b}]\n",
            "a/deep/er.yaml": "schema: cds-ruleset/1\nclasses: {two: {title: Two}}\nderive: [{fact: a}]\n",
        }
    )
    data, places = read_folder(folder)
    assert data == {
        "schema": "cds-ruleset/1",
        "classes": {"one": {"title": "One"}, "two": {"title": "Two"}},
        "derive": [{"fact": "a"}, {"fact": "b"}],
    }
    assert str(places.of(("derive", 1, "fact"))) == f"{folder}/b.yaml:3:17: derive[b].fact"
    assert str(places.of(("classes", "two", "title"))) == f"{folder}/a/deep/er.yaml:2:24: classes.two.title"
    assert str(places.of(("rules", 7))) == f"{folder}: rules[7]"


SCHEMA = "schema: cds-ruleset/1\n"
TWICE = {
    "a name in a mapping": (
        f"{SCHEMA}classes: {{one: {{title: One}}}}\n",
        f"{SCHEMA}classes: {{one: {{title: Other}}}}\n",
        f"small/b.yaml:2:11: `one` in `classes` is given twice, first in small/a.yaml:2:11; {ONCE}",
    ),
    "a single value": (
        f"{SCHEMA}id: one\n",
        f"{SCHEMA}id: one\n",
        f"small/b.yaml:2:1: `id` is given twice, first in small/a.yaml:2:1; {ONCE}",
    ),
    "a rule": (
        f"{SCHEMA}rules: [{{id: a.b}}]\n",
        f"{SCHEMA}rules: [{{id: c}}, {{id: a.b}}]\n",
        f"small/b.yaml:2:18: `a.b` in `rules` is given twice, first in small/a.yaml:2:9; {ONCE}",
    ),
    "a derived fact": (
        f"{SCHEMA}derive: [{{fact: a}}]\n",
        f"{SCHEMA}derive: [{{fact: a}}]\n",
        f"small/b.yaml:2:10: `a` in `derive` is given twice, first in small/a.yaml:2:10; {ONCE}",
    ),
    "a rule switched off": (
        f"{SCHEMA}switch_off: [{{rule: a}}]\n",
        f"{SCHEMA}switch_off: [{{rule: a}}]\n",
        f"small/b.yaml:2:14: `a` in `switch_off` is given twice, first in small/a.yaml:2:14; {ONCE}",
    ),
    "a brand, whatever the case": (
        f"{SCHEMA}products: [{{brand: Combo}}]\n",
        f"{SCHEMA}products: [{{brand: COMBO}}]\n",
        f"small/b.yaml:2:12: `combo` in `products` is given twice, first in small/a.yaml:2:12; {ONCE}",
    ),
    "a product code": (
        f'{SCHEMA}products: [{{system: rxnorm, code: "1"}}]\n',
        f'{SCHEMA}products: [{{system: rxnorm, code: "1"}}]\n',
        f"small/b.yaml:2:12: `rxnorm|1` in `products` is given twice, first in small/a.yaml:2:12; {ONCE}",
    ),
    "the dispositions, whose order means something": (
        f"{SCHEMA}dispositions: [{{code: defer}}]\n",
        f"{SCHEMA}dispositions: [{{code: proceed}}]\n",
        f"small/b.yaml:2:1: `dispositions` is given twice, first in small/a.yaml:2:1; {ONCE}",
    ),
}


@pytest.mark.parametrize(("first", "second", "message"), TWICE.values(), ids=TWICE)
def test_the_same_name_twice_is_refused_with_both_places(first: str, second: str, message: str, write: Write) -> None:
    """A name that two files define is refused, and both places are told."""
    assert refusal(write({"a.yaml": first, "b.yaml": second})) == message


def test_the_same_rule_twice_in_one_file_is_refused(write: Write) -> None:
    """A list may not define a name twice either."""
    said = refusal(write({"a.yaml": f"{SCHEMA}rules: [{{id: a}}, {{id: a}}]\n"}))
    assert said == f"small/a.yaml:2:18: `a` in `rules` is given twice, first in small/a.yaml:2:9; {ONCE}"


def test_every_file_says_its_schema(write: Write) -> None:
    """A file without a schema, or with another one, is refused."""
    said = refusal(write({"a.yaml": "id: x\n", "b.yaml": "schema: cds-facts/1\n"}))
    assert said.splitlines() == [
        "small/a.yaml:1:1: the file does not say what it is; expected `schema: cds-ruleset/1` in every file",
        (
            "small/b.yaml:1:9: schema: `cds-facts/1` is not a schema that can be read here; expected `cds-ruleset/1`, "
            "or that of a companion: `cds-attributes/1`, `cds-cases/1`, `cds-history/1`, `cds-passages/1` or "
            "`cds-statements/1`"
        ),
    ]


@pytest.mark.parametrize(
    "first_lines",
    [
        "schema: cds-cases/1\n",
        'schema: "cds-cases/1"\n',
        "schema: 'cds-cases/1'  # whatever follows\n",
        "# said before\n\n  # and again\nschema:   cds-cases/1\r\n",
    ],
)
def test_companions_are_passed_over(first_lines: str, write: Write) -> None:
    """A file that begins with the schema of a companion is none of the ruleset's, whatever stands in it."""
    folder = write({"a.yaml": f"{SCHEMA}id: one\n", "cases/b.yaml": f"{first_lines}id: yes: [\n"})
    assert read_folder(folder)[0] == {"schema": "cds-ruleset/1", "id": "one"}


@pytest.mark.parametrize(
    "text",
    [
        "id: two\nschema: cds-cases/1\n",
        "{schema: cds-cases/1, id: two}\n",
        "---\nschema: cds-cases/1\n",
        "schema: cds-cases/1",
    ],
)
def test_companion_says_so_in_its_first_line(text: str, write: Write) -> None:
    """A companion whose first line does not say so is refused: what it is must be plain at a glance."""
    said = refusal(write({"a.yaml": SCHEMA, "b.yaml": text}))
    assert "`cds-cases/1` is not a schema that can be read here" in said
    assert said.endswith("expected the schema of a companion in the first line of its file")


def test_problems_of_all_files_are_told_together(write: Write) -> None:
    """Files that are not strict YAML are told at once, in the order of their names."""
    said = refusal(write({"b.yaml": "a: yes\n", "a.yaml": "a: 1\na: 2\n", "c.yaml": "schema: cds-ruleset/1\n"}))
    assert [line.split(":")[0] for line in said.splitlines()] == ["small/a.yaml", "small/b.yaml"]


def test_missing_and_empty_folders_are_refused(tmp_path: Path) -> None:
    """A folder that is not there, or has no YAML file, is not an empty ruleset."""
    (tmp_path / "empty").mkdir()
    assert refusal(tmp_path / "none") == (
        "none: there is no such folder; expected a folder with the YAML files of a ruleset"
    )
    assert refusal(tmp_path / "empty") == (
        "empty: the folder holds no `*.yaml` file; expected the YAML files of a ruleset"
    )


@pytest.mark.parametrize("name", ["rules.yml", "RULES.YAML", "rules.Yaml"])
def test_file_that_would_be_overlooked_is_refused(name: str, write: Write) -> None:
    """A file that looks like a part of the ruleset is never left out silently."""
    folder = write({"a.yaml": SCHEMA, name: SCHEMA})
    assert refusal(folder) == f"small/{name}: this file would not be read; expected a name that ends in `.yaml`"


def test_hidden_and_other_files_are_not_read(write: Write) -> None:
    """Notes, and the copies that editors and mounts hide, are not a part of the ruleset."""
    folder = write({"a.yaml": SCHEMA, ".a.yaml": "id: x", ".git/b.yaml": "id: x", "README.md": "id: x"})
    assert yaml_files(folder) == [folder / "a.yaml"]


def test_links_lead_nowhere_outside(write: Write) -> None:
    """A link inside the folder is read; one that leads out of it, or to a folder, is refused."""
    inside = write({".data/a.yaml": SCHEMA}, name="inside")
    (inside / "a.yaml").symlink_to(inside / ".data" / "a.yaml")
    assert yaml_files(inside) == [inside / "a.yaml"]

    outside = write({"a.yaml": SCHEMA}, name="outside")
    (outside / "b.yaml").symlink_to(inside / "a.yaml")
    assert refusal(outside) == ("outside/b.yaml: this link leads out of the ruleset's folder; expected the file itself")
    linked = write({"a.yaml": SCHEMA}, name="linked")
    (linked / "more").symlink_to(inside)
    assert refusal(linked) == "linked/more: this link to a folder is not followed; expected the folder itself"


def test_what_is_not_a_file_is_refused(write: Write) -> None:
    """A pipe, or a link to nothing, with the name of a YAML file is refused instead of waited for."""
    folder = write({"a.yaml": SCHEMA})
    os.mkfifo(folder / "b.yaml")
    assert refusal(folder) == "small/b.yaml: this is not a file; expected a file with YAML text"
    (folder / "b.yaml").unlink()
    (folder / "c.yaml").symlink_to(folder / "gone.yaml")
    assert refusal(folder) == "small/c.yaml: this is not a file; expected a file with YAML text"


def test_file_without_permission_is_refused(write: Write) -> None:
    """A file that cannot be read is told, with the reason of the system."""
    folder = write({"a.yaml": SCHEMA})
    (folder / "a.yaml").chmod(0)
    if os.access(folder / "a.yaml", os.R_OK):
        pytest.skip("this user may read everything")
    assert refusal(folder) == "small/a.yaml: this file cannot be read (Permission denied)"


def test_files_are_limited(write: Write) -> None:
    """A folder with very many files is refused before any is read."""
    folder = write({f"{number}.yaml": "" for number in range(MOST_FILES + 1)})
    assert refusal(folder) == "small: the ruleset has too many files; expected at most 1,000"


def test_folder_that_is_no_ruleset_is_left_early(write: Write) -> None:
    """A folder with very many files of other kinds is not walked to its end."""
    folder = write({"a.yaml": SCHEMA})
    for number in range(MOST_ENTRIES):
        (folder / f"{number}.txt").touch()
    assert refusal(folder) == ("small: the folder holds too much for a ruleset; expected a folder with YAML files only")


def test_limits_count_over_all_files(write: Write) -> None:
    """8 MiB is the limit of the ruleset, not of each of its files."""
    half = f"{SCHEMA}title: {'x' * (4 * 1024 * 1024)}\n"
    said = refusal(write({"a.yaml": half, "b.yaml": half, "c.yaml": half}))
    assert said == "small/b.yaml:1:1: the ruleset is too large; expected at most 8 MiB in all its files"


def test_small_ruleset_loads(write: Write) -> None:
    """The example of these tests is a whole ruleset."""
    loaded = load_ruleset(write())
    assert (loaded.document.id, len(loaded.document.rules), loaded.bases) == ("small", 2, ())
    assert loaded.digest.startswith("sha256:")
