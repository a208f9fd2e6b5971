"""Deploys in a process of its own that dies as soon as one more step of the deployment stands on the chain.

python -m tests.sync.deployer SERVICE_URL FOLDER [NODE_URL]: on the embedded engine, or on a node that is there. When nothing is missing
any more, it prints the manifest.
"""

import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from chain.engine import EmbeddedEngine
from chain.gateway import EmbeddedGateway, RpcGateway
from chain.hashing import keccak
from chain.rpc import Rpc
from registry.identity import service as identity
from registry.kernel import installation
from registry.kernel.engine import make_engine
from registry.kernel.uow import SERVICE, Network, Work
from registry.sync.deployment import ensure_deployed, recorded
from registry.sync.journal import DatabaseJournal
from tests.chain.nodes import Mining
from tests.fakes.clock import SimulatedClock
from tests.sync.site import CHAIN_ID, MASTER_KEY


def one_more(gateway: RpcGateway, raws: Sequence[bytes]) -> list[bytes]:
    """The first step that is not there yet."""
    return [raw for raw in raws if gateway.receipt(keccak(raw)) is None][:1]


class DyingEmbedded(EmbeddedGateway):
    """Mines one more step; then the process is gone."""

    def broadcast(self, raws: Sequence[bytes], timestamp: int) -> None:
        """Never returns when there was one."""
        step = one_more(self, raws)
        super().broadcast(step, timestamp)
        if step:
            os.kill(os.getpid(), signal.SIGKILL)


class DyingOutside(Mining):
    """The same on a node of others."""

    def broadcast(self, raws: Sequence[bytes], timestamp: int) -> None:
        """Never returns when there was one."""
        step = one_more(self, raws)
        super().broadcast(step, timestamp)
        if step:
            os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def reached(work: Work, folder: Path, genesis_time: int, node_url: str) -> Iterator[RpcGateway]:
    if node_url:
        with Rpc(node_url) as rpc:
            yield DyingOutside(rpc, finality=0)
        return
    binary = Path(os.environ["TALLYSTICK_ANVIL"])
    journal = DatabaseJournal(work.engine)
    node = EmbeddedEngine(journal, binary=binary, folder=folder, chain_id=CHAIN_ID, genesis_time=genesis_time)
    node.start()
    try:
        yield DyingEmbedded(node)
    finally:
        node.stop()


def main(url: str, folder: str, node_url: str = "") -> None:
    engine = make_engine(url)
    clock = SimulatedClock()
    row = installation.load_or_create(engine, MASTER_KEY, now=clock.now(), chain_id=CHAIN_ID)
    work = Work(engine, clock, Network(CHAIN_ID, row.contract or "", installation.network_key(row, MASTER_KEY)), MASTER_KEY)
    with reached(work, Path(folder), int(row.genesis_time.timestamp()), node_url) as gateway:
        with work.begin(SERVICE) as unit:
            identity.ensure_registrar(unit)
        ensure_deployed(work, gateway)
        print(json.dumps(recorded(work)), flush=True)
    engine.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])
