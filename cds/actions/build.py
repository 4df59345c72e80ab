"""Which build of cds this is, as records and `cds --version` say it."""

from __future__ import annotations

from functools import cache
from importlib import metadata

UNKNOWN = "unknown: cds runs without being installed"


@cache
def version() -> str:
    """Give the version of the installed package."""
    try:
        return metadata.version("cds")
    except metadata.PackageNotFoundError:
        return UNKNOWN
