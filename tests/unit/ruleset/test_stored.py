"""A ruleset kept beside a log: its bytes, its digest for anyone to check, and what is refused."""

from __future__ import annotations

import json
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
from builders import loaded_from, overlaid_from, patient, program_of

from cds.canonical import canonical_bytes
from cds.engine import decide
from cds.errors import CdsError, InputError, OtherBuild
from cds.ir.from_ruleset import compile_ruleset
from cds.ruleset.loader import LoadedRuleset, load_ruleset
from cds.ruleset.stored import from_stored, stored_bytes, stored_hash
from cds.terminology.product_table import ProductTable, table_bytes

FIGURES = """
facts: {labs.inr: {type: number}, pain: {type: boolean}}
parameters:
  highest:
    positions:
      handout: {value: 2.50, confirmed: primary}
      society: {value: {from: 1.0, to: 1.80, strict: to}, confirmed: secondary}
    resolve: {adopt: handout, because: a reason, by: someone, decided: "2026-11-01"}
rules:
  high: {when: {labs.inr: {more_than: $highest}}, note: "Größer als erlaubt"}
  pain: {when: {pain: {is: false}}, severity: high}
"""
TABLE = ProductTable("made up", {"7": "ibuprofen"}, {"8": ("7",)})


def said(loaded: LoadedRuleset) -> Any:
    """Give the stored document as data."""
    return json.loads(stored_bytes(loaded))


def refusal(document: Any) -> str:
    """Read a document that must be refused; give the message."""
    with pytest.raises(InputError) as refused:
        from_stored(canonical_bytes(document))
    return str(refused.value)


def with_table(folder: Path, content: bytes) -> LoadedRuleset:
    """Load a small ruleset that names a table of products."""
    digest = f"sha256:{sha256(content).hexdigest()}"
    base = {
        "schema": "cds-ruleset/1",
        "id": "tables",
        "version": "1.0.0",
        "title": "With a table",
        "lifecycle": {"status": "draft"},
        "terminology": [{"file": "products.json", "digest": digest}],
        "substances": {"ibuprofen": {"names": ["ibuprofen"]}},
    }
    folder.mkdir()
    (folder / "ruleset.yaml").write_text(json.dumps(base), encoding="utf-8")
    (folder / "products.json").write_bytes(content)
    return load_ruleset(folder)


def test_a_stored_ruleset_reads_back_as_itself() -> None:
    """What is read back has the same digest and is stored as the same bytes."""
    loaded = loaded_from(FIGURES)
    again = from_stored(stored_bytes(loaded))
    assert again.digest == loaded.digest
    assert stored_bytes(again) == stored_bytes(loaded)
    assert again.document.rules[0].note == "Größer als erlaubt"


def test_anyone_can_check_the_digest() -> None:
    """The digest is the SHA-256 of the bytes of `content`, which stand in the stored bytes as they are."""
    content = stored_bytes(loaded_from(FIGURES))
    document = json.loads(content)
    hashed = json.dumps(document["content"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert hashed in content
    assert document["digest"] == f"sha256:{sha256(hashed).hexdigest()}"
    assert stored_hash(content) == f"sha256:{sha256(content).hexdigest()}"


def test_numbers_stay_exact_and_decisions_the_same() -> None:
    """A number with places comes back as a decimal, and a decision shows the same figures."""
    loaded = loaded_from(FIGURES)
    again = from_stored(stored_bytes(loaded))
    assert again.document.parameters["highest"].positions["handout"].value == Decimal("2.5")
    first, second = compile_ruleset(loaded), compile_ruleset(again)
    for inr in ("2.4", "2.5", "2.6"):
        facts = {"labs": {"inr": inr}, "pain": False}
        decisions = [decide(program, patient(program, **facts)).to_bytes() for program in (first, second)]
        assert decisions[0] == decisions[1]


def test_numbers_that_are_equal_are_shown_alike() -> None:
    """`2.50` and `2.5` are one number with one digest, so a decision shows them in one way."""
    one, other = FIGURES, FIGURES.replace("2.50", "2.5").replace("1.0,", "1,").replace("1.80", "1.8")
    assert loaded_from(one).digest == loaded_from(other).digest
    first, second = (program_of(text) for text in (one, other))
    shown = [decide(program, patient(program, labs={"inr": "3"})).to_bytes() for program in (first, second)]
    assert shown[0] == shown[1]
    assert b'"2.5"' in shown[0]


def test_the_lifecycle_comes_along() -> None:
    """The digest leaves the lifecycle out; a stored ruleset has it all the same."""
    days = 'lifecycle: {status: retired, effective_from: "2026-01-01", effective_until: "2026-12-31"}'
    again = from_stored(stored_bytes(loaded_from(FIGURES, days)))
    assert again.digest == loaded_from(FIGURES).digest
    assert again.document.lifecycle.effective_until == "2026-12-31"


def test_a_merged_overlay_needs_no_base() -> None:
    """An overlay is stored as it is merged, with the digests of what it extends."""
    loaded = overlaid_from(
        "adopt: {highest: {adopt: society, because: a reason, by: someone, decided: '2026-11-02'}}", FIGURES
    )
    again = from_stored(stored_bytes(loaded))
    assert (again.digest, again.bases) == (loaded.digest, loaded.bases)
    assert compile_ruleset(again).identity == compile_ruleset(loaded).identity


def test_tables_of_products_come_along(tmp_path: Path) -> None:
    """The tables that a ruleset names are in its stored bytes, under the digests of their files."""
    loaded = with_table(tmp_path / "site", table_bytes(TABLE))
    again = from_stored(stored_bytes(loaded))
    assert again.tables == (TABLE,)
    document = said(loaded)
    ((digest, table),) = document["tables"].items()
    assert digest == loaded.document.terminology[0].digest
    table["products"]["9"] = ["7"]
    assert "a table of products does not have the digest" in refusal(document)
    document["tables"] = {}
    assert "its tables of products are not those" in refusal(document)


def test_a_table_in_another_layout_is_not_stored(tmp_path: Path) -> None:
    """The digest of a table could not be checked if its file was laid out by hand."""
    laid_out = json.dumps(json.loads(table_bytes(TABLE)), indent=1).encode()
    with pytest.raises(InputError, match=r"`products\.json` cannot be kept .*as `cds terminology import` writes it"):
        stored_bytes(with_table(tmp_path / "site", laid_out))


@pytest.mark.parametrize("what", ["semantics", "matcher"])
def test_another_version_needs_another_build(what: str) -> None:
    """Content of another version of the semantics or of the matcher is whole, and not for this build to decide."""
    document = said(loaded_from(FIGURES))
    document["content"][what] = 99
    document["digest"] = f"sha256:{sha256(canonical_bytes(document['content'])).hexdigest()}"
    with pytest.raises(OtherBuild, match=f"cannot be decided by this build: needs {what} 99"):
        from_stored(canonical_bytes(document))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda said: said.update(schema="cds-ruleset-stored/2"), "of another schema"),
        (lambda said: said.update(more=1), "a part is missing, or there is one too many"),
        (lambda said: said.pop("bases"), "a part is missing, or there is one too many"),
        (lambda said: said.update(content=[]), "a part is missing, or there is one too many"),
        (lambda said: said["content"].update(more=1), "a part is missing, or there is one too many"),
        (lambda said: said["content"]["ruleset"].update(title="Other"), "does not have the digest"),
        (lambda said: said.update(digest=f"sha256:{'0' * 64}"), "does not have the digest"),
        (lambda said: said.update(lifecycle={"status": "draught"}), "no ruleset that can be read"),
        (lambda said: said.update(bases=[{"id": "other", "digest": said["digest"]}]), "not what its content names"),
        (lambda said: said.update(bases="none"), "what it extends cannot be read"),
        (lambda said: said.update(tables={"sha256:0": {}}), "its tables of products are not those"),
    ],
)
def test_what_is_no_stored_ruleset_is_refused(change: Any, problem: str) -> None:
    """Any part that is changed, missing or too many is refused, and the message says which."""
    document = said(loaded_from(FIGURES))
    change(document)
    assert problem in refusal(document)


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (lambda ruleset: ruleset.update(settings={"reminder_window": "soon"}), "no ruleset that can be read"),
        (lambda ruleset: ruleset.update(lifecycle={"status": "draft"}), "its content is no ruleset"),
        (lambda ruleset: ruleset.update(derive=[]), "not written in the form that is hashed"),
        (lambda ruleset: ruleset["rules"].reverse(), "not written in the form that is hashed"),
    ],
)
def test_content_in_another_form_is_refused_under_its_own_digest(edit: Any, problem: str) -> None:
    """A digest that fits is not enough: the content is a ruleset, in the one form that is hashed."""
    document = said(loaded_from(FIGURES))
    edit(document["content"]["ruleset"])
    document["digest"] = f"sha256:{sha256(canonical_bytes(document['content'])).hexdigest()}"
    assert problem in refusal(document)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"text"', b"null", b"1.5", b"\xff"])
def test_other_bytes_are_refused(content: bytes) -> None:
    """Whatever else is given is refused, in words."""
    with pytest.raises(InputError, match="this is not a stored ruleset"):
        from_stored(content)


def test_another_layout_of_the_same_json_is_refused() -> None:
    """Each stored ruleset has one form: a space more, or a key twice, is not what was stored."""
    content = stored_bytes(loaded_from(FIGURES))
    for other in (content + b"\n", content.replace(b'{"bases":[],', b'{"bases":[],"bases":[],', 1)):
        assert other != content
        with pytest.raises(InputError, match="not canonical JSON"):
            from_stored(other)


def test_any_changed_byte_of_the_content_is_found() -> None:
    """Whichever byte of what is hashed is changed, the ruleset is refused."""
    content = stored_bytes(loaded_from(FIGURES))
    start, end = content.index(b'"content":'), content.index(b',"digest":"sha256:')
    chance = Random(7)  # noqa: S311  # places to try, no secrets
    for _ in range(300):
        place = chance.randrange(start, end)
        changed = bytearray(content)
        changed[place] ^= 1 << chance.randrange(8)
        with pytest.raises(CdsError):
            from_stored(bytes(changed))


def test_a_sign_off_of_other_content_is_refused() -> None:
    """An active ruleset is signed off for exactly its digest, also where it is stored."""
    document = said(loaded_from(FIGURES))
    sign_off = {"by": "someone", "role": "physician", "decided": "2026-11-01", "digest": f"sha256:{'0' * 64}"}
    document["lifecycle"] = {"status": "active", "sign_off": sign_off}
    assert "the sign-off is for other content" in refusal(document)
