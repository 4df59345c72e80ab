"""A secret key as one line of text, which says what the key is for, so that no file is taken for another.

The form is `CDS+KEY+body.k1+` and the base64 of 32 random bytes. The key that signs the log has a form of its own, that
of signed notes, and is not read here.
"""

from __future__ import annotations

import base64
import binascii
import secrets

from cds.errors import InputError

KEY_BYTES = 32
_MARK = "CDS+KEY"


def new_key_text(name: str) -> str:
    """Make a new random key for a purpose and version such as `body.k1`, as text."""
    return f"{_MARK}+{name}+{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"


def parse_key_text(text: str, *, name: str, where: str) -> bytes:
    """Read the text of the key of that name; nothing of it is ever shown.

    Raises:
        InputError: it is no key, or another one.
    """
    *mark, found, encoded = ["", "", "", *text.strip().split("+", 3)][-4:]
    if "+".join(mark) != _MARK:
        raise InputError(f"{where} holds no key of cds", expected=f"one line that begins with `{_MARK}+{name}+`")
    if found != name:
        raise InputError(f"{where} holds another key than its name says", expected=f"the key `{name}`")
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise InputError(f"{where} holds a damaged key", expected=f"the base64 of {KEY_BYTES} bytes at its end")
    return key
