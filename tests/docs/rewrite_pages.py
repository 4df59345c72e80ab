"""Write into README.md and docs/reviewing.md what their commands print now: `python tests/docs/rewrite_pages.py`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from pages import README, REVIEWING, with_printed


def main() -> None:
    """Run every command of the pages and put its output below it."""
    with tempfile.TemporaryDirectory() as folder:
        for page in (README, REVIEWING):
            page.write_text(with_printed(page.read_text(encoding="utf-8"), Path(folder)), encoding="utf-8")


if __name__ == "__main__":
    main()
