"""An installation per test: real node, real database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Database
from tests.fakes.clock import SimulatedClock
from tests.sync.site import Site, opened


@pytest.fixture
def site(database: Database, tmp_path: Path, clock: SimulatedClock) -> Iterator[Site]:
    """Deployed and idle; `site.runtime.drain()` does what is enqueued."""
    with opened(database.engine, tmp_path / "node", clock=clock) as found:
        yield found
