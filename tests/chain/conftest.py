"""A real node per module, a world deployed on it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chain.engine import EmbeddedEngine
from chain.gateway import EmbeddedGateway
from tests.chain.world import World
from tests.fakes.journal import MemoryJournal

CHAIN_ID = 31_337
GENESIS = 1_790_000_000
EngineMaker = Callable[..., EmbeddedEngine]


@pytest.fixture(scope="session")
def anvil() -> Path:
    """The native binary that scripts/setup exports."""
    return Path(os.environ["TALLYSTICK_ANVIL"])


@pytest.fixture
def make_engine(anvil: Path, tmp_path: Path) -> Iterator[EngineMaker]:
    """Makes engines (not started) on one folder; stops them at the end."""
    made: list[EmbeddedEngine] = []

    def make(journal: MemoryJournal, **settings: int) -> EmbeddedEngine:
        engine = EmbeddedEngine(journal, binary=anvil, folder=tmp_path / "node", chain_id=CHAIN_ID, genesis_time=GENESIS, **settings)
        made.append(engine)
        return engine

    yield make
    for engine in made:
        engine.stop()


@pytest.fixture(scope="module")
def world(anvil: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A deployment with everybody on board, shared by the tests of a module."""
    engine = EmbeddedEngine(MemoryJournal(), binary=anvil, folder=tmp_path_factory.mktemp("node"), chain_id=CHAIN_ID, genesis_time=GENESIS)
    engine.start()
    made = World(EmbeddedGateway(engine), GENESIS)
    made.deploy()
    made.onboard()
    yield made
    engine.stop()
