"""The record, `cds-record/1`: a header without patient data, which the Merkle tree holds, and the body it names.

The header is canonical JSON and is itself the leaf of the tree. The body is stored as it was sealed, verbatim; the
header holds its hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any, Literal, get_args

import orjson
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from cds.audit.canonical_pattern import canonical_pattern
from cds.canonical import LARGEST_INTEGER, NotCanonicalError, canonical_bytes
from cds.errors import InputError, NotRecorded

SCHEMA = "cds-record/1"
BODY_SCHEMA = "cds-body/1"
LARGEST_HEADER = 65_535
"""Bytes; an entry of `tlog-tiles` has two bytes for its length."""
_LONGEST_NUMBER = len(str(LARGEST_INTEGER))
LARGEST_BODY = 64 * 2**20
"""Bytes; far above what a patient's facts need, so that one caller's record cannot fail the commit of all."""

Kind = Literal[
    "decision",
    "no_advice",
    "disagreement",
    "refusal",
    "feedback",
    "acknowledgement",
    "adoption",
    "ruleset_activation",
    "configuration",
    "key_destruction",
]
KINDS: tuple[str, ...] = get_args(Kind)

_CLOSED = ConfigDict(extra="forbid", strict=True)
Hash = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
Hex = Annotated[str, Field(pattern=r"^([0-9a-f]{2})+$")]
Name = Annotated[str, Field(min_length=1)]
Number = Annotated[int, Field(ge=0, le=LARGEST_INTEGER)]
_TIME = r"^[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$"
Time = Annotated[str, Field(pattern=_TIME)]


@with_config(_CLOSED)
class Actor(TypedDict):
    """Who asked, and whether something proved that it was they."""

    id: Name
    authenticated: bool


@with_config(_CLOSED)
class Subject(TypedDict):
    """Whom the record is about: a keyed hash, and the name of its key."""

    pseudonym: Hex
    key: Name


@with_config(_CLOSED)
class RulesetName(TypedDict):
    """Which ruleset decided: its digest, and the hash of its bytes as the log keeps them."""

    digest: Name
    stored: Hash


@with_config(_CLOSED)
class Encryption(TypedDict):
    """How the body was encrypted, and to which key that commits."""

    scheme: Name
    commitment: Hex
    key: Name


@with_config(_CLOSED)
class BodyName(TypedDict):
    """The hash of the body as it is stored; `encryption` is null for a body in the clear."""

    hash: Hash
    encryption: Encryption | None


@with_config(_CLOSED)
class Header(TypedDict):
    """What the Merkle tree holds of a record."""

    schema: Literal["cds-record/1"]
    seq: Number
    recorded_at: Time
    clock: Literal["system", "given"]
    kind: Kind
    actor: Actor
    purpose: Name
    subject: Subject | None
    ruleset: RulesetName | None
    engine: Name
    semantics: Number
    renderer: Number
    body: BodyName


@with_config(_CLOSED)
class Outcome(TypedDict):
    """Why there is no advice, without patient values."""

    problem: str


@with_config(_CLOSED)
class DecisionBody(TypedDict):
    """The body of a decision, or of a request that got no advice; `masked` are the paths that a site does not store."""

    schema: Literal["cds-body/1"]
    salt: Hex
    facts: dict[str, Any] | None
    masked: list[str]
    decision: dict[str, Any] | None
    outcome: Outcome | None


@with_config(_CLOSED)
class ContentBody(TypedDict):
    """The body of every other kind."""

    schema: Literal["cds-body/1"]
    salt: Hex
    content: dict[str, Any]


class _Whole(TypedDict):
    header: Header
    body: DecisionBody | ContentBody


_HEADER: TypeAdapter[Header] = TypeAdapter(Header)
HEADER_PATTERN = canonical_pattern(
    _HEADER.json_schema(), {"body.hash", "kind", "ruleset.digest", "ruleset.stored", "seq", "subject.pseudonym"}
)
"""Matches nearly every header, and nothing that `read_header` refuses but what is too long; gives these in this order.

A header that it does not match is looked at the long way.
"""


# a quotation mark inside a text is escaped, so these bytes can only be keys
_KIND, _SEQ, _PSEUDONYM = b'"kind":"', b'"seq":', b'"pseudonym":"'


@dataclass(frozen=True, slots=True)
class Entry:
    """What a caller hands to the writer: the header without its `seq`, and the body as it is to be stored."""

    header: Mapping[str, Any]
    body: bytes


@dataclass(frozen=True, slots=True)
class Record:
    """What the log keeps; `body` is None where retention has removed it."""

    seq: int
    header: bytes
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A checked entry: the bytes of its header before and after the number, and its body."""

    before: bytes
    after: bytes
    body: bytes

    def numbered(self, seq: int) -> Record:
        """Give the record that this entry is under a number."""
        return Record(seq, b"%b%d%b" % (self.before, seq, self.after), self.body)


def read_header(header: bytes) -> Header:
    """Read the bytes of a header.

    Raises:
        InputError: they are not the canonical bytes of a header of `cds-record/1`, or are too many.
    """
    if len(header) > LARGEST_HEADER:
        raise InputError(f"the header has {len(header)} bytes", expected=f"at most {LARGEST_HEADER}")
    try:
        document = orjson.loads(header)
    except orjson.JSONDecodeError:
        raise InputError("the header is not JSON", expected=f"a header of `{SCHEMA}`") from None
    if header.isascii() and HEADER_PATTERN.fullmatch(header.decode()):
        right: Header = document
        return right
    read = _valid(document)
    if canonical_bytes(document) != header:
        raise InputError("the header is not written canonically", expected="JSON as RFC 8785 has it")
    return read


def prepare(entry: Entry) -> Prepared:
    """Check an entry, so that a wrong one fails alone, and lay its bytes out around the number it will get.

    Raises:
        NotRecorded: its header is not one of `cds-record/1`, does not name its body, or something is too large.
    """
    if "seq" in entry.header:
        raise NotRecorded("not recorded: the header has a `seq`, which only the log gives")
    document: Any = {**entry.header, "seq": 0}
    try:
        header = _header_bytes(document)
    except (InputError, NotCanonicalError) as error:
        raise NotRecorded(f"not recorded: {error}") from None
    longest = len(header) - 1 + _LONGEST_NUMBER
    if longest > LARGEST_HEADER:
        raise NotRecorded(f"not recorded: the header has {longest} bytes; expected at most {LARGEST_HEADER}")
    if len(entry.body) > LARGEST_BODY:
        raise NotRecorded(f"not recorded: the body has {len(entry.body)} bytes; expected at most {LARGEST_BODY}")
    if document["body"]["hash"] != f"sha256:{sha256(entry.body).hexdigest()}":
        raise NotRecorded("not recorded: the header names another body than the one handed over")
    place = header.index(_SEQ) + len(_SEQ)
    return Prepared(header[:place], header[place + 1 :], entry.body)


def kind_and_subject(header: bytes) -> tuple[str, str | None]:
    """Give what a record is found by, out of a header that was checked: its kind, and its pseudonym if it has one."""
    start = header.index(_KIND) + len(_KIND)
    kind = str(header[start : header.index(b'"', start)], "ascii")
    about = header.rfind(_PSEUDONYM)
    if about < 0:
        return kind, None
    start = about + len(_PSEUDONYM)
    return kind, str(header[start : header.index(b'"', start)], "ascii")


def record_schema() -> dict[str, Any]:
    """Give the JSON Schema, draft 2020-12, of a record's two parts: the header, and the body before it is encrypted."""
    schema = _untitled(TypeAdapter(_Whole).json_schema())
    definitions = schema["$defs"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A record, {SCHEMA}",
        "type": "object",
        "properties": schema["properties"],
        "required": ["header", "body"],
        "additionalProperties": False,
        "$defs": definitions,
    }


def _header_bytes(document: dict[str, Any]) -> bytes:
    """Give the canonical bytes of a header; what the pattern matches is right, and need not be looked at again."""
    try:
        header = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        header = b""
    if header.isascii() and HEADER_PATTERN.fullmatch(header.decode()):
        return header
    _valid(document)
    return canonical_bytes(document)


def _valid(document: Any) -> Header:
    try:
        return _HEADER.validate_python(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        path = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise InputError(f"`{path}` of the header is wrong or missing", expected=f"a header of `{SCHEMA}`") from None


def _untitled(part: Any) -> Any:
    """Leave out the titles that only repeat a key."""
    if isinstance(part, list):
        return [_untitled(element) for element in part]
    if not isinstance(part, dict):
        return part
    return {key: _untitled(value) for key, value in part.items() if not (key == "title" and isinstance(value, str))}
