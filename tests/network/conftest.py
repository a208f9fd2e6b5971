"""Four validators for all tests of this folder, and an installation on them for each test.

Collected where TALLYSTICK_GETH names the node program; `scripts/test-network` builds it and runs these tests.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scripts.validators import founding, nodes
from scripts.validators.__main__ import await_blocks
from scripts.validators.layout import Layout
from tests.conftest import Database
from tests.network.ground import Ground, opened

collect_ignore_glob = [] if os.environ.get("TALLYSTICK_GETH") else ["test_*.py"]

Opener = Callable[..., Ground]


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Layout]:
    """The network of this test process; none of its processes outlives the run."""
    layout = founding.found(tmp_path_factory.mktemp("network") / "validators", validators=4)
    try:
        nodes.start(layout, layout.validators)
        await_blocks(layout)
        yield layout
    finally:
        nodes.stop(layout, layout.validators)


@pytest.fixture
def network(running: Layout) -> Layout:
    """Four validators that seal, whatever an earlier test did to them."""
    nodes.start(running, running.validators)
    await_blocks(running)
    return running


@pytest.fixture
def ground(database: Database, network: Layout, tmp_path: Path) -> Iterator[Ground]:
    """An installation that knows all nodes, its contracts deployed; `ground.runtime` is not started."""
    with opened(database.engine, network.urls) as found:
        yield found
