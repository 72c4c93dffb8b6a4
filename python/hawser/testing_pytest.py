"""The fixture `hawser_server` for pytest: one `hawser.testing.Server` for all tests of a run."""

from collections.abc import Iterator

import pytest

from .testing import Server, Unavailable, server


@pytest.fixture(scope="session")
def hawser_server() -> Iterator[Server]:
    with server() as running:
        yield running


__all__ = ["Server", "Unavailable", "hawser_server"]
