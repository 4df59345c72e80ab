"""Make the picture of a hold sheet from the patient beside it: `python tests/docs/make_pictures.py`.

The picture carries a digest of its words. A test compares it with the words of today, so that the picture is made again
when the sheet says something else, and not when only the digest of the ruleset is another.
"""

from __future__ import annotations

import struct
import zlib
from hashlib import sha256

from pages import REPOSITORY

from cds import actions
from cds.canonical import canonical_bytes
from cds.holds.model import Sheet
from cds.holds.printed import printed_sheet
from cds.holds.timeline import timeline_svg
from cds.holds.to_pdf import sheet_png

_IMAGES = REPOSITORY / "docs" / "images"
PATIENT, PICTURE = _IMAGES / "hold-sheet.json", _IMAGES / "hold-sheet.png"
_KEYWORD = b"words\0"
_AFTER_HEADER = 33
"""Where the second chunk of a PNG file begins: after its signature and its header."""


def shown_sheet() -> Sheet:
    """Decide for the patient of the picture."""
    ruleset = actions.load_ruleset()
    return actions.hold_sheet(ruleset, actions.read_patient(PATIENT.read_bytes(), ruleset).facts)


def words_digest(sheet: Sheet) -> str:
    """Hash what a sheet shows, but for the identity of its ruleset and decision."""
    words = {key: value for key, value in printed_sheet(sheet).items() if key not in {"identity", "lines"}}
    lines = [{**line, "mark": line["mark"].word} for line in printed_sheet(sheet)["lines"]]
    return sha256(canonical_bytes([words, lines, timeline_svg(sheet)])).hexdigest()


def with_words(picture: bytes, digest: str) -> bytes:
    """Put a digest into a PNG file, as a chunk of text."""
    content = b"tEXt" + _KEYWORD + digest.encode()
    chunk = struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))
    return picture[:_AFTER_HEADER] + chunk + picture[_AFTER_HEADER:]


def words_in(picture: bytes) -> str:
    """Give the digest that a PNG file carries."""
    start = picture.index(_KEYWORD) + len(_KEYWORD)
    return picture[start : start + 64].decode()


if __name__ == "__main__":
    sheet = shown_sheet()
    PICTURE.write_bytes(with_words(sheet_png(sheet), words_digest(sheet)))
