"""Read one YAML file strictly: plain data with the place of every key and value, or every problem (language §1.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import yaml
from yaml import events

from cds.errors import Place
from cds.ruleset.characters import BadTextError, decoded, invisible, normalised
from cds.ruleset.places import Path, Places, Spot, name_elements
from cds.ruleset.problems import Problems
from cds.ruleset.scalars import OddScalarError, plain_value
from cds.ruleset.wording import quoted

MOST_BYTES = 8 * 1024 * 1024
MOST_LEVELS = 64
MOST_NODES = 100_000

PARSER: Any = getattr(yaml, "CLoader", yaml.Loader)
"""libyaml where it is installed; only the events of its parser are used, nothing is ever constructed by it."""
_STARTS = (events.MappingStartEvent, events.SequenceStartEvent)
_ENDS = (events.MappingEndEvent, events.SequenceEndEvent)


@dataclass(slots=True)
class Budget:
    """What is left of the limits of one ruleset (language §1.4) while its files are read."""

    bytes: int = MOST_BYTES
    nodes: int = MOST_NODES


def read_yaml(raw: bytes, *, file: str, budget: Budget, parser: Any = PARSER) -> tuple[dict[str, Any], Spot]:
    """Give the mapping that a YAML file holds, and where its parts stand.

    Values are dict, list, str, bool, int and Decimal; text is in NFC. Nothing is constructed before it is checked, and
    nothing here recurses, so that no input can exhaust the stack.

    Raises:
        RulesetError: naming every place where the file is not strict YAML, or the limit that it breaks.
    """
    reader = _Reader(file, budget, parser)
    reader.read(raw)
    reader.problems.raise_if_any()
    return reader.value, reader.root


class _StopReading(Exception):
    """The problem is noted, and reading on makes no sense."""


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being filled."""

    value: dict[str, Any] | list[Any]
    spot: Spot
    path: Path
    key: str | None = None
    key_line: int = 0
    key_column: int = 0


class _Reader:
    def __init__(self, file: str, budget: Budget, parser: Any) -> None:
        self.file = file
        self.budget = budget
        self.parser = parser
        self.problems = Problems()
        self.value: dict[str, Any] = {}
        self.root = Spot(file, 1, 1, 1, 1)
        self._open: list[_Open] = []
        self._documents = 0
        self._found: list[tuple[Path, int, int, str, str | None]] = []

    def read(self, raw: bytes) -> None:
        """Fill `value` and `root`, or note problems."""
        try:
            for event in self._events(self._text(raw)):
                self._take(event)
            if self._documents == 0:
                self._stop(1, 1, "the file is empty", "a mapping that starts with `schema: cds-ruleset/1`")
        except _StopReading:
            pass
        self._hand_over()

    def _hand_over(self) -> None:
        # Paths are rendered last: a rule's id may stand below the problem.
        name_elements(self.value, self.root)
        places = Places(self.root)
        for path, line, column, problem, expected in self._found:
            place = Place(file=self.file, line=line, column=column, path=places.describe(path) or None)
            self.problems.add_at(place, problem, expected=expected)

    def _text(self, raw: bytes) -> str:
        self.budget.bytes -= len(raw)
        if self.budget.bytes < 0:
            self._stop(1, 1, "the ruleset is too large", f"at most {MOST_BYTES // 1024 // 1024} MiB in all its files")
        try:
            return decoded(raw)
        except BadTextError as bad:
            self._stop(bad.line, bad.column, str(bad), bad.expected)

    def _events(self, text: str) -> Iterator[events.Event]:
        try:
            yield from yaml.parse(text, Loader=self.parser)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            said = error.problem or error.context or "it cannot be read"
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            self._stop(line, column, f"this is not YAML: {said}", "two spaces of indentation a level, closed brackets")
        except (yaml.YAMLError, ValueError, OverflowError):
            self._stop(1, 1, "this is not YAML: a character or an escape in it cannot be read")

    def _take(self, event: events.Event) -> None:
        if isinstance(event, events.ScalarEvent):
            self._check_node(event)
            self._scalar(event)
        elif isinstance(event, _STARTS):
            self._check_node(event)
            self._start(event)
        elif isinstance(event, _ENDS):
            self._open.pop()
        elif isinstance(event, events.AliasEvent):
            self._note(event, f"the alias {quoted(f'*{event.anchor}')} stands for another place", "the value itself")
            self._put_alias(event)
        elif isinstance(event, events.DocumentStartEvent):
            self._document(event)

    def _document(self, event: events.DocumentStartEvent) -> None:
        self._documents += 1
        line, column = _position(event)
        if self._documents > 1:
            self._stop(line, column, "the file holds several YAML documents", "one document a file, no second `---`")
        if event.version or event.tags:
            self._stop(line, column, "the file has a YAML directive", "no line that starts with `%`")

    def _check_node(self, event: Any) -> None:
        self.budget.nodes -= 1
        if self.budget.nodes < 0:
            self._stop(*_position(event), "the ruleset has too many values", f"at most {MOST_NODES:,} in all its files")
        if event.anchor:
            self._note(event, f"the anchor {quoted(f'&{event.anchor}')} cannot stand in a ruleset", "the value itself")
        if event.tag:
            self._note(event, f"the tag {quoted(event.tag)} cannot stand in a ruleset", "the value without a tag")

    def _start(self, event: events.MappingStartEvent | events.SequenceStartEvent) -> None:
        line, column = _position(event)
        is_mapping = isinstance(event, events.MappingStartEvent)
        if not self._open:
            if not is_mapping:
                self._stop(line, column, "the file is a list", "a mapping that starts with `schema: cds-ruleset/1`")
            self.root = Spot(self.file, line, column, line, column)
            self._open.append(_Open(self.value, self.root, ()))
            return
        if len(self._open) >= MOST_LEVELS:
            self._stop(line, column, "the nesting is too deep", f"at most {MOST_LEVELS} levels")
        inside: dict[str, Any] | list[Any] = {} if is_mapping else []
        path = self._path()
        self._open.append(_Open(inside, self._put(inside, line, column), path))

    def _scalar(self, event: events.ScalarEvent) -> None:
        line, column = _position(event)
        if not self._open:
            self._stop(line, column, "the file is a single value", "a mapping that starts with `schema: cds-ruleset/1`")
        frame = self._open[-1]
        if isinstance(frame.value, dict) and frame.key is None:
            self._key(event, frame, line, column)
        else:
            self._put(self._value(event), line, column)

    def _value(self, event: events.ScalarEvent) -> Any:
        text = event.value
        if not event.style:  # None from the Python parser, empty from the C parser: plain
            try:
                value = plain_value(text)
            except OddScalarError as odd:
                self._note(event, str(odd), odd.expected)
                return text
            if not isinstance(value, str):
                return value
        if text.isascii() and text.isprintable():
            return text
        unseen = invisible(text)
        if unseen is not None:
            self._note(event, f"the character U+{ord(unseen):04X} cannot be seen and cannot stand in a ruleset")
        return normalised(text)

    def _key(self, event: events.ScalarEvent, frame: _Open, line: int, column: int) -> None:
        key = self._value(event)
        if not isinstance(key, str):
            self._note(event, f"the key {quoted(event.value)} is not text", f'the key in quotes: `"{event.value}"`')
            key = event.value
        frame.key, frame.key_line, frame.key_column = key, line, column
        earlier = frame.spot.children.get(key)
        if earlier is not None:
            self._note(event, f"the key {quoted(key)} stands twice in one mapping, first in line {earlier.key_line}")

    def _put_alias(self, event: events.AliasEvent) -> None:
        frame = self._open[-1] if self._open else None
        if frame is None:
            raise _StopReading
        line, column = _position(event)
        if isinstance(frame.value, dict) and frame.key is None:
            frame.key, frame.key_line, frame.key_column = f"*{event.anchor}", line, column
        else:
            self._put("", line, column)

    def _put(self, value: Any, line: int, column: int) -> Spot:
        frame = self._open[-1]
        part: str | int
        if isinstance(frame.value, list):
            part = len(frame.value)
            frame.value.append(value)
            spot = Spot(self.file, line, column, line, column)
        elif frame.key is None:
            self._stop(line, column, "a key is not text", "a word as the key")
        else:
            part = frame.key
            frame.value[part] = value
            spot = Spot(self.file, line, column, frame.key_line, frame.key_column)
            frame.key = None
        frame.spot.children[part] = spot
        return spot

    def _note(self, event: events.Event, problem: str, expected: str | None = None) -> None:
        line, column = _position(event)
        self._found.append((self._path(), line, column, problem, expected))

    def _stop(self, line: int, column: int, problem: str, expected: str | None = None) -> NoReturn:
        self._found.append((self._path(), line, column, problem, expected))
        raise _StopReading

    def _path(self) -> Path:
        if not self._open:
            return ()
        frame = self._open[-1]
        if isinstance(frame.value, list):
            return (*frame.path, len(frame.value))
        return frame.path if frame.key is None else (*frame.path, frame.key)


def _position(event: events.Event) -> tuple[int, int]:
    mark: Any = event.start_mark
    return mark.line + 1, mark.column + 1
