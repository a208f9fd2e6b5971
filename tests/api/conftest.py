"""One platform per test process: real PostgreSQL, real node, served over HTTP."""

from collections.abc import Iterator

import pytest

from tests.factories.api import World, opened
from tests.fakes.clock import SimulatedClock


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The served platform with its cast."""
    with opened(tmp_path_factory.mktemp("platform"), SimulatedClock()) as found:
        yield found
