"""The whole sync on a real node and a real database, as the service composes it; also as a process of its own that tests can kill.

python -m tests.sync.site SERVICE_URL FOLDER: runs until its standard input ends.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Engine

from chain.engine import EmbeddedEngine
from chain.gateway import EmbeddedGateway
from registry.identity import service as identity
from registry.kernel import installation
from registry.kernel.engine import make_engine
from registry.kernel.uow import SERVICE, Network, Work
from registry.sync.deployment import ensure_deployed
from registry.sync.journal import DatabaseJournal
from registry.sync.runtime import Runtime
from tests.fakes.clock import SimulatedClock

CHAIN_ID = 31_337
MASTER_KEY = bytes(range(32, 64))


@dataclass
class Site:
    """An installation that runs."""

    work: Work
    clock: SimulatedClock
    node: EmbeddedEngine
    gateway: EmbeddedGateway
    runtime: Runtime


@contextmanager
def opened(engine: Engine, folder: Path, *, clock: SimulatedClock | None = None) -> Iterator[Site]:
    """Starts node and contracts where they are missing. The runtime is not started: use `drain`, or start it."""
    clock = clock or SimulatedClock()
    row = installation.load_or_create(engine, MASTER_KEY, now=clock.now(), chain_id=CHAIN_ID)
    network = Network(CHAIN_ID, row.contract or "", installation.network_key(row, MASTER_KEY))
    work = Work(engine=engine, clock=clock, network=network, master_key=MASTER_KEY)
    node = EmbeddedEngine(
        DatabaseJournal(engine),
        binary=Path(os.environ["TALLYSTICK_ANVIL"]),
        folder=folder,
        chain_id=CHAIN_ID,
        genesis_time=int(row.genesis_time.timestamp()),
    )
    node.start()
    try:
        gateway = EmbeddedGateway(node)
        with work.begin(SERVICE) as unit:
            identity.ensure_registrar(unit)
        work = replace(work, network=replace(network, contract=ensure_deployed(work, gateway)))
        runtime = Runtime(work, gateway)
        yield Site(work, clock, node, gateway, runtime)
        runtime.stop()
    finally:
        node.stop()


def main(url: str, folder: str) -> None:
    """Runs the sync until standard input ends."""
    engine = make_engine(url)
    with opened(engine, Path(folder)) as site:
        site.runtime.start()
        print("ready", flush=True)
        sys.stdin.read()
    engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
