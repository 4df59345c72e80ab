"""`cds terminology import`: from a release of RxNorm to a site that recognises its products."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from program import NAPROXEN, cds, patient

NAMES = """
7258|ENG||||||1|1|7258||RXNORM|IN|7258|naproxen||N|4096|
9000001|ENG||||||2|2|9000001||RXNORM|IN|9000001|zorblaxin||N|4096|
9000011|ENG||||||3|3|9000011||RXNORM|SCDC|9000011|naproxen 500 MG||N|4096|
9000012|ENG||||||4|4|9000012||RXNORM|SCDC|9000012|zorblaxin 1 MG||N|4096|
9000021|ENG||||||5|5|9000021||RXNORM|SCD|9000021|naproxen 500 MG Oral Tablet||N|4096|
9000022|ENG||||||6|6|9000022||RXNORM|SCD|9000022|naproxen 500 MG / zorblaxin 1 MG Oral Tablet||N|4096|
"""
RELATIONS = """
7258||CUI|RO|9000011||CUI|has_ingredient|1||RXNORM|||||4096|
9000001||CUI|RO|9000012||CUI|has_ingredient|2||RXNORM|||||4096|
9000011||CUI|RO|9000021||CUI|consists_of|3||RXNORM|||||4096|
9000011||CUI|RO|9000022||CUI|consists_of|4||RXNORM|||||4096|
9000012||CUI|RO|9000022||CUI|consists_of|5||RXNORM|||||4096|
"""


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """Give the folder of a made-up release."""
    folder = tmp_path / "rrf"
    folder.mkdir()
    (folder / "RXNCONSO.RRF").write_text(NAMES.lstrip(), encoding="utf-8")
    (folder / "RXNREL.RRF").write_text(RELATIONS.lstrip(), encoding="utf-8")
    return folder


def site_with(table: Path, digest: str) -> Path:
    """Write a site's ruleset that names the table, in the table's folder; give the folder."""
    shipped = cds("ruleset", "digest").text.strip()
    (table.parent / "site.yaml").write_text(
        f'schema: cds-ruleset/1\nid: site\nversion: "1.0.0"\ntitle: A site\nlifecycle: {{status: draft}}\n'
        f'extends: {{id: vertebral-augmentation, digest: "{shipped}"}}\n'
        f'terminology:\n  - {{file: {table.name}, digest: "{digest}"}}\n',
        encoding="utf-8",
    )
    return table.parent


def substances_by(ruleset: Path, code: str, tmp_path: Path) -> dict[str, Any]:
    """Decide for a patient with one medication, known by its code only; give its holds by binding."""
    medication = {
        "id": "m1",
        "code": {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": code},
        "status": "active",
    }
    document = patient(NAPROXEN, medications={"reconciled": True, "items": [medication]})
    facts = tmp_path / f"{code}.json"
    facts.write_text(json.dumps(document), encoding="utf-8")
    ran = cds("evaluate", facts, "--ruleset", ruleset, "--json")
    assert ran.status == 0, ran.err
    return {each["binding"]: each["hold"] for each in ran.document["recommendations"] if each["hold"]}


def test_a_release_becomes_a_table_that_a_site_names(release: Path, tmp_path: Path) -> None:
    """The command says what to write into the ruleset, whose products are then recognised by their codes."""
    table = tmp_path / "site" / "products.json"
    table.parent.mkdir()
    ran = cds("terminology", "import", release, "-o", table)
    assert ran.status == 0
    digest = f"sha256:{sha256(table.read_bytes()).hexdigest()}"
    assert digest in ran.text
    assert f'  - {{file: products.json, digest: "{digest}"}}' in ran.text
    site = site_with(table, digest)
    assert {hold["substance"] for hold in substances_by(site, "9000021", tmp_path).values()} == {"naproxen"}
    both = substances_by(site, "9000022", tmp_path)
    assert both["medications/m1#naproxen"]["substance"] == "naproxen"
    assert both["medications/m1#?"]["state"] == "unidentified"


def test_the_same_release_gives_the_same_bytes(release: Path, tmp_path: Path) -> None:
    """Two runs write one file; what it holds is told as JSON."""
    first = cds("terminology", "import", release, "-o", tmp_path / "one.json", "--json").document
    second = cds("terminology", "import", release, "--output", tmp_path / "two.json", "--json").document
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()
    assert first["digest"] == second["digest"]
    assert (first["ingredients"], first["products"], first["families"], first["incomplete"]) == (2, 4, 0, 0)
    assert first["release"] is None


def test_a_changed_table_stops_the_ruleset(release: Path, tmp_path: Path) -> None:
    """No advice comes from a table that is not the one that was named."""
    table = tmp_path / "site" / "products.json"
    table.parent.mkdir()
    digest = cds("terminology", "import", release, "-o", table, "--json").document["digest"]
    table.write_bytes(table.read_bytes().replace(b"naproxen", b"warfarin"))
    ran = cds("evaluate", NAPROXEN, "--ruleset", site_with(table, digest), "--json")
    assert (ran.status, ran.out) == (2, b"")
    assert "not the one that is named" in ran.err


def test_what_is_no_release_is_an_error_of_the_user(tmp_path: Path) -> None:
    """One message, which names the folder and what was expected; nothing is written."""
    ran = cds("terminology", "import", tmp_path, "-o", tmp_path / "products.json")
    assert (ran.status, ran.out) == (2, b"")
    assert ran.err == (
        f"error: {tmp_path}: there is no RXNCONSO.RRF with RXNREL.RRF here; "
        "expected the folder of a release of RxNorm, as it was unpacked\n"
    )
    assert not (tmp_path / "products.json").exists()


def test_a_table_that_cannot_be_written_is_said(release: Path, tmp_path: Path) -> None:
    """A folder that is not there is no place for the table."""
    ran = cds("terminology", "import", release, "-o", tmp_path / "none" / "products.json")
    assert (ran.status, ran.out) == (74, b"")
    assert "cannot be written" in ran.err
