"""The items of a list while they are gathered from resources: ids that stay, fields that the ruleset declares."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cds.facts.dictionary import FactType
from cds.fhir.bundle import Found
from cds.fhir.reading import Draft, NoteKind

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_END_OF_URL = re.compile(r"[/:]")
_HASHED = 16


@dataclass(slots=True)
class Items:
    """The items of one list."""

    name: str
    draft: Draft
    items: dict[str, dict[str, Any]] = field(default_factory=dict)

    def begin(self, found: Found[Any], prefix: str) -> dict[str, Any]:
        """Begin the item of a resource; two that have no id and say the same are two items."""
        own = _id_of(found, prefix)
        item_id, number = own, 1
        while item_id in self.items:
            number += 1
            item_id = f"{own}-{number}"
        self.items[item_id] = {"id": item_id}
        self.draft.note(NoteKind.READ, found.name, found.at, fact=self.name)
        return self.items[item_id]

    def put(self, item: dict[str, Any], fact: str, value: Any, found: Found[Any], *, always: bool = False) -> None:
        """Give an item a fact, if the ruleset declares it and, for an enum, has that word; otherwise note it."""
        declared = self.draft.dictionary.get(self.name)
        of_item = declared.items.get(fact) if declared is not None else None
        if of_item is None and not always:
            self.draft.note(NoteKind.NOT_DECLARED, found.resource.resource_type, fact=f"{self.name}.{fact}")
        elif of_item is not None and of_item.type is FactType.ENUM and value not in of_item.values:
            self.draft.note(NoteKind.NO_WORD, found.name, found.at, fact=f"{self.name}.{fact}", detail=str(value))
        else:
            item[fact] = value

    def say(self) -> None:
        """Say the list, never as complete; a list without an item is not said at all."""
        if not self.items:
            return
        if self.name not in self.draft.dictionary:
            self.draft.note(NoteKind.NOT_DECLARED, "", fact=self.name, count=len(self.items))
            return
        self.draft.say(self.name, {"reconciled": False, "items": [self.items[id_] for id_ in sorted(self.items)]})


def _id_of(found: Found[Any], prefix: str) -> str:
    """Give an id that depends on the resource alone: its own id, the end of its URL, or what it says."""
    own = found.resource.id or (_END_OF_URL.split(found.full_url)[-1] if found.full_url else None)
    if own and _ID.fullmatch(f"{prefix}-{own}"):
        return f"{prefix}-{own}"
    said = own or json.dumps(found.resource.model_dump(), sort_keys=True, default=str)
    digest = sha256(said.encode(errors="surrogatepass")).hexdigest()
    return f"{prefix}-{digest[:_HASHED]}"
