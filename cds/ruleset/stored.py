"""A ruleset as it is kept beside a log: once for each digest, to be decided with years later, with nothing else.

A document `cds-ruleset-stored/1` in canonical JSON:

    content    what the digest is made of: `ruleset` (merged, in the form that is hashed), `semantics`, `matcher`
    digest     `sha256:` and the SHA-256 of the canonical JSON of `content`, which stands in the bytes as it is
    lifecycle  what the digest leaves out and a decision shows
    bases      the ids and digests of what the ruleset extends, the nearest first
    tables     by the digest of its file, each table of products that `content.ruleset.terminology` names
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any

import orjson
from pydantic import ValidationError

from cds.canonical import NotCanonicalError, canonical_bytes
from cds.errors import InputError, OtherBuild
from cds.ruleset.collecting import uncollected
from cds.ruleset.digest import canonical_form, digest_content
from cds.ruleset.lifecycle import check_lifecycle
from cds.ruleset.loader import LoadedRuleset
from cds.ruleset.model import RulesetDocument
from cds.ruleset.places import Places, Spot
from cds.ruleset.problems import Problems
from cds.ruleset.version import SEMANTICS
from cds.terminology.concepts import MATCHER_VERSION
from cds.terminology.product_table import ProductTable, table_bytes, table_from_bytes

SCHEMA = "cds-ruleset-stored/1"
_KEYS = {"schema", "digest", "content", "lifecycle", "bases", "tables"}
_CONTENT_KEYS = {"ruleset", "semantics", "matcher"}
_FILE = "the stored ruleset"
_DIGITS = re.compile(r"-?[0-9]+\.[0-9]+")


@uncollected()
def stored_bytes(loaded: LoadedRuleset) -> bytes:
    """Give the bytes to keep of a ruleset; one content with one lifecycle always has the same bytes.

    Raises:
        InputError: a table of products is not written as `cds terminology import` writes it, so that its digest could
            not be checked later.
    """
    tables = {}
    for table in loaded.tables:
        content = table_bytes(table)
        tables[_hash(content)] = orjson.loads(content)
    for named in loaded.document.terminology:
        if named.digest not in tables:
            raise InputError(
                f"the table of products `{named.file}` cannot be kept beside a log: it has another layout",
                expected="the file as `cds terminology import` writes it, and its digest in `terminology`",
            )
    return canonical_bytes(
        {
            "schema": SCHEMA,
            "digest": loaded.digest,
            "content": digest_content(loaded.document),
            "lifecycle": canonical_form(loaded.document.lifecycle),
            "bases": [{"id": id_, "digest": digest} for id_, digest in loaded.bases],
            "tables": tables,
        }
    )


def stored_hash(content: bytes) -> str:
    """Give the hash that names stored bytes in a record: `sha256:` and hexadecimal digits."""
    return _hash(content)


@uncollected()
def from_stored(content: bytes) -> LoadedRuleset:
    """Read a stored ruleset back, every digest in it checked.

    Raises:
        OtherBuild: it was made for another version of the semantics or of the matcher.
        InputError: these are not exactly the bytes of a stored ruleset.
    """
    stored = _document(content)
    written, digest = stored["content"], stored["digest"]
    if _hash(canonical_bytes(written)) != digest:
        raise _refusal("its content does not have the digest that it names")
    _check_versions(written)
    document = _model(written["ruleset"], stored["lifecycle"])
    if digest_content(document) != written:
        raise _refusal("its content is not written in the form that is hashed")
    problems = Problems()
    check_lifecycle(document.lifecycle, digest, problems)
    problems.raise_if_any()
    return LoadedRuleset(
        document=document,
        digest=digest,
        places=Places(Spot(_FILE, 0, 0, 0, 0)),
        bases=_bases(stored["bases"], document),
        tables=_tables(stored["tables"], document),
    )


def _document(content: bytes) -> dict[str, Any]:
    """Read canonical JSON; bytes with a key twice or another layout are not what `stored_bytes` gave."""
    try:
        stored = orjson.loads(content)
        is_canonical = canonical_bytes(stored) == content
    except (orjson.JSONDecodeError, NotCanonicalError):
        raise _refusal("the bytes are not canonical JSON") from None
    schema = stored.get("schema") if isinstance(stored, dict) else None
    if schema != SCHEMA:
        raise _refusal("the bytes are of another schema")
    if not is_canonical:
        raise _refusal("the bytes are not canonical JSON")
    is_whole = stored.keys() == _KEYS and isinstance(stored["content"], dict)
    if not is_whole or stored["content"].keys() != _CONTENT_KEYS:
        raise _refusal("a part is missing, or there is one too many")
    return dict(stored)


def _check_versions(written: Mapping[str, Any]) -> None:
    for what, needed, here in (
        ("semantics", written["semantics"], SEMANTICS),
        ("matcher", written["matcher"], MATCHER_VERSION),
    ):
        if needed != here:
            raise OtherBuild(what, needed, here)


def _model(written: Any, lifecycle: Any) -> RulesetDocument:
    if not isinstance(written, dict) or "lifecycle" in written:
        raise _refusal("its content is no ruleset")
    try:
        return RulesetDocument.model_validate({**_numbers(written), "lifecycle": lifecycle})
    except ValidationError:
        raise _refusal("its content is no ruleset that can be read") from None


def _numbers(form: Any) -> Any:
    """Turn `{"decimal": "1.5"}` back into the number; no other mapping of a ruleset has digits under that one key."""
    if isinstance(form, dict):
        said = form.get("decimal")
        if len(form) == 1 and isinstance(said, str) and _DIGITS.fullmatch(said):
            return Decimal(said)
        return {key: _numbers(value) for key, value in form.items()}
    return [_numbers(value) for value in form] if isinstance(form, list) else form


def _bases(said: Any, document: RulesetDocument) -> tuple[tuple[str, str], ...]:
    """Give what a ruleset extends; the nearest stands in the document too."""
    if not isinstance(said, list) or not all(
        isinstance(base, dict) and base.keys() == {"id", "digest"} for base in said
    ):
        raise _refusal("what it extends cannot be read")
    bases = tuple((base["id"], base["digest"]) for base in said)
    extends = document.extends
    if bases[:1] != (() if extends is None else ((extends.id, extends.digest),)):
        raise _refusal("what it extends is not what its content names")
    return bases


def _tables(said: Any, document: RulesetDocument) -> tuple[ProductTable, ...]:
    """Give the tables in the order in which the document names them, each with the digest that it has to have."""
    named = [file.digest for file in document.terminology]
    if not isinstance(said, dict) or said.keys() != set(named):
        raise _refusal("its tables of products are not those that its content names")
    tables = {}
    for digest, table in said.items():
        content = canonical_bytes(table) + b"\n"
        if _hash(content) != digest:
            raise _refusal("a table of products does not have the digest that it is named by")
        tables[digest] = table_from_bytes(content)
    return tuple(tables[digest] for digest in named)


def _hash(content: bytes) -> str:
    return f"sha256:{sha256(content).hexdigest()}"


def _refusal(problem: str) -> InputError:
    return InputError(
        f"this is not a stored ruleset: {problem}", expected=f"the bytes of one `{SCHEMA}` as they were kept"
    )
