"""Write into README.md what its commands print now: `python tests/docs/rewrite_pages.py`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from pages import README, with_printed


def main() -> None:
    """Run every command of the page and put its output below it."""
    with tempfile.TemporaryDirectory() as folder:
        README.write_text(with_printed(README.read_text(encoding="utf-8"), Path(folder)), encoding="utf-8")


if __name__ == "__main__":
    main()
