"""What a recommendation cites, as data: the sources of its rule, and the positions that it depends on."""

from __future__ import annotations

from cds.ir.program import Citation, Position
from cds.records import decision as doc


def source_document(cited: Citation) -> doc.SourceCited:
    """Give a citation; `standing` only where the source says one."""
    said: doc.SourceCited = {
        "id": cited.source,
        "locator": cited.locator,
        "strength": cited.strength,
        "confirmed": cited.confirmed,
    }
    if cited.standing is not None:
        said["standing"] = cited.standing
    return said


def position_document(position: Position) -> doc.PositionTaken:
    """Give a position; `locator` and `note` only where there are."""
    said: doc.PositionTaken = {
        "of": position.of,
        "source": position.source,
        "value": position.value,
        "adopted": position.adopted,
        "confirmed": position.confirmed,
    }
    if position.locator is not None:
        said["locator"] = position.locator
    if position.note is not None:
        said["note"] = position.note
    return said
