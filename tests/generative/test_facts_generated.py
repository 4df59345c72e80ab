"""Facts documents under the shipped dictionary: valid ones, the same written otherwise, broken ones, mere text."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
from hypothesis import given, settings
from hypothesis import strategies as st

from cds.errors import FactsError
from cds.facts.decimals import number_text
from cds.facts.dictionary import Declaration, Dictionary, FactType
from cds.facts.json_schema import facts_schema
from cds.facts.model import Facts
from cds.facts.schema import parse_facts, read_facts_text
from cds.facts.shape import Group, Leaf, Shape, shape_of
from cds.facts.units import convert, parse_quantity
from cds.ir.concepts_from_ruleset import concepts_of
from cds.ir.dictionary_from_ruleset import dictionary_of
from cds.ruleset.loader import load_ruleset
from cds.ruleset.problems import Problems
from cds.terminology.codes import System
from cds.terminology.concepts import Concepts

Json = Any
AS_OF = datetime(2026, 11, 21, 14, tzinfo=UTC)
OTHER_UNITS = {
    "kg": "g",
    "cm": "mm",
    "a": "mo",
    "mg": "ug",
    "Cel": "[degF]",
    "10*9/L": "/uL",
    "mg/dL": "g/L",
    "/d": "/wk",
}


@cache
def shipped() -> tuple[Dictionary, Concepts]:
    """Load dictionary and substances of the shipped ruleset."""
    loaded = load_ruleset(Path(__file__).parents[2] / "rulesets" / "vertebral-augmentation")
    problems = Problems(loaded.places)
    return dictionary_of(loaded.document, problems), concepts_of(loaded.document, problems)


def read(document: Json) -> Facts:
    """Read a document by the shipped dictionary."""
    return parse_facts(document, *shipped())


def _times(declared: Declaration) -> st.SearchStrategy[str]:
    latest = timedelta(0) if declared.not_after_as_of else timedelta(days=400)
    instants = st.integers(int(timedelta(days=-400) / timedelta(minutes=1)), int(latest / timedelta(minutes=1)))
    moments = instants.map(lambda minutes: AS_OF + timedelta(minutes=minutes))
    offsets = st.sampled_from([0, -300, -240, 60, 330, 840])
    return st.one_of(
        moments.map(lambda moment: moment.date().isoformat()),
        st.builds(_with_offset, moments, offsets),
    )


def _with_offset(moment: datetime, minutes: int) -> str:
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    local = (moment + timedelta(minutes=minutes)).replace(tzinfo=None).isoformat()
    return f"{local}{sign}{hours:02}:{rest:02}"


def _numbers(declared: Declaration) -> st.SearchStrategy[str]:
    low = declared.minimum if declared.minimum is not None else Fraction(0)
    high = declared.maximum if declared.maximum is not None else low + 500
    first = 1 if declared.type is FactType.QUANTITY else 0  # nothing is calculated from a quantity of nothing
    return st.integers(first, 1000).map(lambda step: number_text(low + (high - low) * Fraction(step, 1000)))


def _known(declared: Declaration) -> st.SearchStrategy[Json]:
    match declared.type:
        case FactType.BOOLEAN:
            return st.booleans()
        case FactType.ENUM:
            return st.sampled_from(declared.values)
        case FactType.NUMBER:
            return st.one_of(_numbers(declared), _numbers(declared).map(Decimal))
        case FactType.QUANTITY:
            return _numbers(declared).map(lambda number: f"{number} {declared.unit}")
        case FactType.TIME:
            return _times(declared)
        case FactType.TEXT:
            words = st.sampled_from(
                ["warfarin", "Advil", "aspirin", "tablet", "caf\u00e9", "cafe\u0301", "Aggrenox", "x"]
            )
            return st.lists(words, min_size=1, max_size=3).map(" ".join)
        case FactType.CODE:
            codes = st.sampled_from(["11289", "5640", "1191", "0"])
            return codes.map(lambda code: {"system": System.RXNORM.uri, "code": code})
        case _:
            raise AssertionError(declared.type)


def _said(declared: Declaration) -> st.SearchStrategy[Json]:
    if declared.required:
        return _known(declared)
    reports = st.lists(_known(declared), min_size=2, max_size=3)
    return st.one_of(
        _known(declared),
        st.none(),
        st.sampled_from(["refused", "not_assessed", "absent"]).map(lambda reason: {"unknown": reason}),
        reports.map(lambda said: {"conflicting": said}),
    )


def _measured(leaf: Leaf) -> st.SearchStrategy[Json]:
    plain = _said(leaf.declared)
    if leaf.taken is None:
        return plain
    report = st.fixed_dictionaries({"value": _known(leaf.declared)}, optional={"taken": _known(leaf.taken)})
    timed = st.fixed_dictionaries({"value": plain}, optional={"taken": _said(leaf.taken)})
    return st.one_of(plain, timed, st.lists(report, min_size=2, max_size=2).map(lambda said: {"conflicting": said}))


@st.composite
def _facts_of(draw: st.DrawFn, shape: Shape, most: int) -> Json:
    """Draw some facts of a shape, the required ones always."""
    never_given = {*shape.concepts, *(declared.name for declared, _ in shape.calculated)}
    names = [name for name in shape.names if name not in never_given]
    chosen = set(draw(st.lists(st.sampled_from(names), max_size=most))) | set(shape.required)
    document: Json = {}
    for name in sorted(chosen):
        *groups, last = name.split(".")
        here, member = document, shape.root
        for group in groups:
            here, member = here.setdefault(group, {}), member.members[group]
            assert isinstance(member, Group)
        leaf = member.members[last]
        assert isinstance(leaf, Leaf)
        here[last] = draw(_list(leaf.items) if leaf.items else _measured(leaf))
    return document


@st.composite
def _list(draw: st.DrawFn, shape: Shape) -> Json:
    ids = draw(st.lists(st.sampled_from(["m1", "m2", "m10", "A.b_c-d"]), unique=True, max_size=3))
    items = [{"id": item_id} | draw(_facts_of(shape, 5)) for item_id in ids]
    return {"reconciled": draw(st.sampled_from([True, False, None])), "items": items}


@st.composite
def documents(draw: st.DrawFn) -> Json:
    """Draw a document that has to be read."""
    frame = {"schema": "cds-facts/1", "subject": "demo", "as_of": AS_OF.isoformat(), "zone": "America/New_York"}
    return frame | draw(_facts_of(shape_of(shipped()[0]), 12))


@st.composite
def rewritten(draw: st.DrawFn, node: Json, key: str | int = "") -> Json:
    """Write a normal form otherwise: other order, other offsets, other units, other notations of numbers."""
    if isinstance(node, dict):
        return {name: draw(rewritten(node[name], name)) for name in draw(st.permutations(list(node)))}
    if isinstance(node, list):
        return [draw(rewritten(below)) for below in draw(st.permutations(node))]
    if not isinstance(node, str):
        return node
    if re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", node):
        return _with_offset(datetime.fromisoformat(node), draw(st.sampled_from([0, -300, 330])))
    if re.fullmatch(r"-?\d+(\.\d+)?", node) and key != "code":
        return draw(st.sampled_from([node, Decimal(node), Decimal(node) * Decimal("1.00")]))
    number, space, unit = node.partition(" ")
    if space and unit in OTHER_UNITS and re.fullmatch(r"[\d./-]+", number):
        quantity = parse_quantity(node)
        return f"{number_text(convert(quantity.value, unit, OTHER_UNITS[unit]))} {OTHER_UNITS[unit]}"
    return node


junk = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.sampled_from([10**40, -(10**4000), Decimal("NaN"), Decimal("1E+999999"), 1.5, float("nan")]),
        st.decimals(),
        st.text(max_size=20),
        st.sampled_from(
            ["\ud800", "\x00", "2011-12-30", "1e999", "9" * 5000, "5 mg", "2026-02-30", "unknown", "9999-12-31"]
        ),
    ),
    lambda below: st.one_of(
        st.lists(below, max_size=3),
        st.dictionaries(
            st.one_of(
                st.sampled_from(
                    ["value", "taken", "from", "to", "unknown", "conflicting", "items", "id", "reconciled"]
                ),
                st.text(max_size=5),
            ),
            below,
            max_size=3,
        ),
    ),
    max_leaves=6,
)


@st.composite
def broken(draw: st.DrawFn) -> Json:
    """Draw a valid document and replace, add or remove something somewhere."""
    document = draw(documents())
    for _ in range(draw(st.integers(1, 3))):
        spots = list(_spots(document))
        holder, key = draw(st.sampled_from(spots))
        action = draw(st.integers(0, 2))
        if action == 0 and isinstance(holder, dict):
            holder[draw(st.text(max_size=8))] = draw(junk)
        elif action == 1 and isinstance(holder, dict):
            del holder[key]
        else:
            holder[key] = draw(junk)
    return document


def _spots(node: Json) -> list[tuple[Json, Any]]:
    keys = list(node) if isinstance(node, dict) else list(range(len(node))) if isinstance(node, list) else []
    return [spot for key in keys for spot in ((node, key), *_spots(node[key]))] or [({"": None}, "")]


def _is_plain(node: Json) -> bool:
    """Say whether a normal form consists of what canonical bytes can be made of."""
    if isinstance(node, dict):
        return all(key.isascii() and _is_plain(below) for key, below in node.items())
    if isinstance(node, list):
        return all(map(_is_plain, node))
    return node is None or type(node) in (str, bool, int)


def _check_normal_form(facts: Facts) -> None:
    assert _is_plain(facts.document)
    again = read(json.loads(json.dumps(facts.document)))
    assert again.document == facts.document
    assert (again.values, again.lists, again.as_of, again.zone) == (facts.values, facts.lists, facts.as_of, facts.zone)


@settings(deadline=None)
@given(documents())
def test_a_valid_document_is_read_and_its_normal_form_reads_back(document: Json) -> None:
    """The normal form gives the same facts and itself."""
    _check_normal_form(read(document))


@settings(deadline=None)
@given(st.data())
def test_other_notations_give_the_same_normal_form(data: st.DataObject) -> None:
    """Order, offsets, units and trailing zeros do not matter."""
    facts = read(data.draw(documents()))
    again = read(data.draw(rewritten(facts.document)))
    assert again.document == facts.document
    assert (again.values, again.lists) == (facts.values, facts.lists)


@settings(deadline=None)
@given(documents())
def test_what_is_read_fits_the_json_schema(document: Json) -> None:
    """An editor that follows the schema never warns of a document that is read."""
    validator = jsonschema.Draft202012Validator(_schema())
    validator.validate(json.loads(json.dumps(document, default=float)))
    validator.validate(read(document).document)


@cache
def _schema() -> Json:
    return facts_schema(shipped()[0])


@settings(deadline=None)
@given(broken())
def test_a_broken_document_is_refused_with_a_place_or_still_read(document: Json) -> None:
    """Nothing but a facts error comes out, and it can be printed."""
    facts, refusal = _attempt(document)
    if facts is None:
        assert refusal.startswith("$")
        assert len(refusal.encode()) < 1000
    else:
        _check_normal_form(facts)


def _attempt(document: Json) -> tuple[Facts | None, str]:
    """Read a document; gives the facts, or the message with which it is refused."""
    try:
        return read(document), ""
    except FactsError as error:
        return None, str(error)


@settings(deadline=None)
@given(st.one_of(st.text(), st.binary(), junk.map(lambda node: json.dumps(node, default=str))))
def test_any_text_is_json_or_refused(text: str | bytes) -> None:
    """Text and bytes of any kind are read as strict JSON or refused."""
    document, refusal = _attempt_text(text)
    assert isinstance(document, dict) or refusal.startswith("x.json")


@settings(deadline=None)
@given(documents(), st.data())
def test_torn_text_is_read_or_refused(document: Json, data: st.DataObject) -> None:
    """A document with some of its text cut out, doubled or replaced gives facts or a facts error."""
    text = json.dumps(document, default=float)
    start, end = sorted(data.draw(st.integers(0, len(text))) for _ in range(2))
    scrap = data.draw(
        st.sampled_from(["", text[start:end] * 2, "[" * 3000, "9" * 5000, "NaN", '"', "\\ud800", "1e999"])
    )
    torn, refusal = _attempt_text(text[:start] + scrap + text[end:])
    if torn is None:
        assert refusal.encode()
    else:
        facts, refusal = _attempt(torn)
        assert facts is not None or refusal.startswith("$")


def _attempt_text(text: str | bytes) -> tuple[Json, str]:
    """Read text; gives the document, or the message with which it is refused."""
    try:
        return read_facts_text(text, file="x.json"), ""
    except FactsError as error:
        return None, str(error)
