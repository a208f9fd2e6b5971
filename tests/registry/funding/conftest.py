"""The cast of these tests, registered afresh for each; and a chain of one's own for those that need it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.kernel.uow import Work
from tests.factories.cast import Cast, enrol
from tests.fakes.clock import SimulatedClock
from tests.registry.live import Live, live


@pytest.fixture
def cast(work: Work) -> Cast:
    """Everybody, registered and known to the chain."""
    return enrol(work)


@pytest.fixture
def chain(work: Work, clock: SimulatedClock, tmp_path: Path) -> Iterator[Live]:
    """The registry on a real node."""
    with live(work, clock, anvil=Path(os.environ["TALLYSTICK_ANVIL"]), folder=tmp_path) as made:
        yield made
