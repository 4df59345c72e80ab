"""Run the command line: `python -m cds`."""

from __future__ import annotations

from cds.cli import main

if __name__ == "__main__":
    main()
