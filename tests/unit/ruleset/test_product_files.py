"""Product tables that a ruleset names (language §5.5), and common ingredients (§5.4)."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from builders import written

from cds.errors import RulesetError
from cds.ir.from_ruleset import compile_ruleset
from cds.ruleset import product_files
from cds.ruleset.loader import load_ruleset
from cds.terminology.codes import Code, System
from cds.terminology.match import Recognised, recognise
from cds.terminology.product_table import ProductTable, table_bytes

CONTENT = table_bytes(ProductTable("made up", {"7": "clopidogrel"}, {"8": ("7",)}))
DIGEST = f"sha256:{sha256(CONTENT).hexdigest()}"
NAMED = f'terminology: [{{file: tables/products.json, digest: "{DIGEST}"}}]\n'


Site = Callable[..., Path]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Give a function that writes an overlay, by default on a small ruleset, with a table of products in its folder."""
    base = load_ruleset(
        written(tmp_path / "small", "rules: {rule: {when: {x: {is: true}}}}\nfacts: {x: {type: boolean}}")
    )

    def write_site(text: str, *, on: tuple[str, str] = (base.document.id, base.digest), name: str = "site") -> Path:
        head = (
            f'schema: cds-ruleset/1\nid: {name}\nversion: "1.0.0"\ntitle: Site\nlifecycle: {{status: draft}}\n'
            f'extends: {{id: {on[0]}, digest: "{on[1]}"}}\n'
        )
        folder = tmp_path / name
        (folder / "tables").mkdir(parents=True)
        (folder / "site.yaml").write_text(head + text, encoding="utf-8")
        (folder / "tables" / "products.json").write_bytes(CONTENT)
        return folder

    return write_site


def refusal(folder: Path) -> str:
    """Load and compile a ruleset that must fail; give the message without folders."""
    with pytest.raises(RulesetError) as failed:
        compile_ruleset(load_ruleset(folder))
    return str(failed.value).replace(f"{folder}/", "")


def test_a_named_table_is_read(site: Site) -> None:
    """The codes of the table are recognised, by the names that the ruleset has."""
    program = compile_ruleset(load_ruleset(site(f"{NAMED}substances: {{clopidogrel: {{names: [clopidogrel]}}}}\n")))
    assert recognise(program.concepts, Code(System.RXNORM, "8"), None) == (Recognised("clopidogrel", None),)


def test_a_table_and_common_names_come_along_with_a_base(site: Site) -> None:
    """An overlay on an overlay has the tables and the common ingredients of both."""
    first = load_ruleset(site(f"{NAMED}common: [{{confirmed: list, substances: [clopidogrel]}}]\n"))
    text = "common: [{confirmed: list, substances: [zorblaxin]}]\n"
    second = load_ruleset(site(text, on=("site", first.digest), name="ward"))
    concepts = compile_ruleset(second).concepts
    assert recognise(concepts, Code(System.RXNORM, "8"), None) == (Recognised("clopidogrel", None),)
    assert recognise(concepts, None, "zorblaxin") == (Recognised("zorblaxin", None),)


def test_the_digest_of_the_ruleset_covers_the_table(site: Site) -> None:
    """The same ruleset with another table is another ruleset."""
    folder = site(NAMED)
    first = load_ruleset(folder).digest
    other = CONTENT.replace(b"made up", b"another")
    (folder / "tables" / "products.json").write_bytes(other)
    file = folder / "site.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(DIGEST, f"sha256:{sha256(other).hexdigest()}"))
    assert load_ruleset(folder).digest != first


def test_a_changed_table_is_refused(site: Site) -> None:
    """A file with another digest than the named one is never used."""
    folder = site(NAMED)
    (folder / "tables" / "products.json").write_bytes(CONTENT + b" ")
    assert refusal(folder).startswith("site.yaml:7:15: terminology[0]: `tables/products.json`: the file has the digest")


def test_a_table_that_is_not_there_is_refused(site: Site) -> None:
    """A missing file is said."""
    folder = site(NAMED)
    (folder / "tables" / "products.json").unlink()
    assert "this file cannot be read (No such file or directory)" in refusal(folder)


def test_a_link_out_of_the_folder_is_refused(site: Site, tmp_path: Path) -> None:
    """No link leads out of the folder."""
    folder = site(NAMED)
    (tmp_path / "outside.json").write_bytes(CONTENT)
    (folder / "tables" / "products.json").unlink()
    (folder / "tables" / "products.json").symlink_to(tmp_path / "outside.json")
    assert "this link leads out of the ruleset's folder" in refusal(folder)


def test_a_path_out_of_the_folder_is_refused(site: Site) -> None:
    """A table lies in the folder of the ruleset that names it."""
    above = NAMED.replace("tables/products.json", "../outside.json")
    assert "the path of a `.json` file below this folder" in refusal(site(above))


def test_a_table_that_is_too_large_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is a limit, and it is told."""
    monkeypatch.setattr(product_files, "MOST_BYTES", 5)
    assert "the file is too large; expected at most 5 bytes" in refusal(site(NAMED))


def test_a_file_that_is_no_table_is_refused(site: Site) -> None:
    """Another document with the right digest is still no table."""
    folder = site(NAMED.replace(DIGEST, f"sha256:{sha256(b'{}').hexdigest()}"))
    (folder / "tables" / "products.json").write_bytes(b"{}")
    assert "this is not a table of products; expected `cds-products/1`" in refusal(folder)


def test_a_code_that_the_table_knows_as_something_else_is_refused(site: Site) -> None:
    """A ruleset and a release that contradict each other are not used together."""
    text = (
        f"{NAMED}substances:\n  clopidogrel: {{names: [clopidogrel]}}\n"
        '  warfarin: {names: [warfarin], codes: [{system: rxnorm, code: "7", confirmed: "seen"}]}\n'
    )
    said = "the RxNorm code `7` stands for warfarin in the ruleset, and for clopidogrel in this table"
    assert said in refusal(site(text))


def test_common_ingredients_are_substances_without_a_class(site: Site) -> None:
    """One line is one substance; its first name gives the id, the others mean the same."""
    text = 'common:\n  - confirmed: "a list"\n    substances: ["Alendronic acid, alendronate, Fosamax"]\n'
    concepts = compile_ruleset(load_ruleset(site(text))).concepts
    for name in ("alendronic acid", "alendronate", "Fosamax 70 mg"):
        assert recognise(concepts, None, name) == (Recognised("alendronic-acid", None),)
    assert concepts.substances["alendronic-acid"].classes == frozenset()


def test_a_common_ingredient_that_is_there_already_is_refused(site: Site) -> None:
    """One substance stands on one line."""
    twice = 'common: [{confirmed: "a list", substances: [zorblaxin, "zorblaxin, other"]}]\n'
    assert "the substance `zorblaxin` is there already" in refusal(site(twice))


def test_a_common_ingredient_that_is_a_substance_already_is_refused(site: Site) -> None:
    """What has an entry of its own is not common."""
    text = 'common: [{confirmed: "a list", substances: [zorblaxin]}]\nsubstances: {zorblaxin: {names: [zorblaxin]}}\n'
    assert "common[0].substances[0]: the substance `zorblaxin` is there already" in refusal(site(text))
