"""What a recommendation cites: keys that a source does not fill are left out (language §3.2, §6.1)."""

from __future__ import annotations

from cds.ir.program import Citation, Position
from cds.outcome.citation_document import position_document, source_document

SAID = {"id": "handout", "locator": "p. 3", "strength": "must", "confirmed": "primary"}
TAKEN = {"of": "$limit", "source": "handout", "value": "5", "adopted": True, "confirmed": "primary"}


def test_standing_is_told_only_where_the_source_says_one() -> None:
    """A citation without one looks as it always did."""
    assert source_document(Citation("handout", "p. 3", "must", "primary")) == SAID
    assert source_document(Citation("handout", "p. 3", "must", "primary", "relative")) == {
        **SAID,
        "standing": "relative",
    }


def test_locator_and_note_of_a_position_are_told_only_where_there_are() -> None:
    """Each for itself."""
    assert position_document(Position("$limit", "handout", "5", adopted=True, confirmed="primary")) == TAKEN
    located = Position("$limit", "handout", "5", adopted=True, confirmed="primary", locator="p. 3")
    assert position_document(located) == {**TAKEN, "locator": "p. 3"}
    noted = Position("$limit", "handout", "5", adopted=True, confirmed="primary", note="For most")
    assert position_document(noted) == {**TAKEN, "note": "For most"}
