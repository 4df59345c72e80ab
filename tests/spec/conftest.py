"""The long enumeration runs on its own command, `pytest tests/spec -m long`, and not with everything else."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long tests of this folder out unless markers were chosen."""
    if config.getoption("markexpr"):
        return
    long_ones = [item for item in items if item.path.is_relative_to(HERE) and item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=long_ones)
    items[:] = [item for item in items if item not in long_ones]
