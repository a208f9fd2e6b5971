"""An installation on a live network, and what tests do to the network under it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Engine, func, select

from chain import seals
from chain.headers import header_items
from chain.network import NetworkGateway
from chain.nodes import Nodes
from chain.rpc import Endpoint
from chain.schemes import Clique
from registry.identity import service as identity
from registry.kernel import installation
from registry.kernel.clock import SystemClock
from registry.kernel.tables import OutboxMessage
from registry.kernel.uow import SERVICE, Network, Work
from registry.sync import check, repo
from registry.sync.deployment import ensure_deployed
from registry.sync.runtime import Runtime
from scripts.validators import nodes
from scripts.validators.layout import Layout, Validator
from tests.sync.site import MASTER_KEY

SECONDS = 120
EPOCH = 30_000


@dataclass
class Ground:
    """An installation on a network."""

    work: Work
    gateway: NetworkGateway
    runtime: Runtime

    def messages(self) -> dict[str, int]:
        """How many contract calls are in each state."""
        with self.work.begin(SERVICE) as unit:
            rows = unit.session.execute(select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state))
            return {str(state): int(count) for state, count in rows}

    def raws(self) -> dict[int, bytes | None]:
        """The signed bytes of every contract call."""
        with self.work.begin(SERVICE) as unit:
            return {row.id: row.raw for row in unit.session.scalars(select(OutboxMessage))}

    def indexed(self, number: int) -> bytes | None:
        """Hash of an applied block."""
        with self.work.begin(SERVICE) as unit:
            found = repo.applied(unit.session, number)
            return None if found is None else found.hash

    def assert_whole(self) -> None:
        """Everything has a result, each call is on the chain once, and all records agree with it."""
        self.runtime.drain()
        assert set(self.messages()) <= {"confirmed", "reverted"}
        # The chain goes on meanwhile, and may turn under a check: then another one is made.
        for _ in range(5):
            self.runtime.drain()
            found = check.run(self.work, self.gateway).breaks
            if not found:
                break
        assert [f"{each.code} {each.subject}: expected {each.expected}, found {each.found}" for each in found] == []


@contextmanager
def opened(engine: Engine, urls: Sequence[str], *, endpoint: Endpoint | None = None) -> Iterator[Ground]:
    """The parts as the service puts them together, for nodes or another endpoint. The runtime is not started."""
    clients = Nodes(urls, timeout=10.0)
    try:
        gateway = NetworkGateway(endpoint or clients, Clique(EPOCH))
        row = installation.load_or_create(engine, MASTER_KEY, now=SystemClock().now(), chain_id=gateway.chain_id)
        network = Network(gateway.chain_id, row.contract or "", installation.network_key(row, MASTER_KEY))
        work = Work(engine=engine, clock=SystemClock(), network=network, master_key=MASTER_KEY)
        with work.begin(SERVICE) as unit:
            identity.ensure_registrar(unit)
        work = replace(work, network=replace(network, contract=ensure_deployed(work, gateway, seconds=SECONDS)))
        runtime = Runtime(work, gateway)
        yield Ground(work, gateway, runtime)
        runtime.stop()
    finally:
        clients.close()


def raw_block(validator: Validator, number: int | str) -> dict[str, Any]:
    """A node's block as JSON."""
    found: dict[str, Any] | None = nodes.ask(validator, "eth_getBlockByNumber", number if isinstance(number, str) else hex(number), False)
    assert found is not None
    return found


def sealers(validator: Validator, count: int) -> list[str]:
    """Who sealed the latest blocks of a node's chain, newest first."""
    head = nodes.height(validator)
    return [seals.clique_signer(header_items(raw_block(validator, number))) for number in range(head, max(0, head - count), -1)]


def isolate(network: Layout, validator: Validator) -> None:
    """Drops a node's peers, on both sides, so that nobody dials again."""
    for other in network.validators:
        if other is not validator:
            for one, peer in ((validator, other), (other, validator)):
                nodes.ask(one, "admin_removePeer", peer.peer)
                nodes.ask(one, "admin_removeTrustedPeer", peer.peer)
    nodes.await_that("a node without peers", lambda: nodes.peers(validator) == 0, seconds=SECONDS)


def rejoin(network: Layout, validator: Validator) -> None:
    """Peers it again, and waits until all are on one branch that grows."""
    for other in network.validators:
        if other is not validator:
            for one, peer in ((validator, other), (other, validator)):
                nodes.ask(one, "admin_addPeer", peer.peer)
    others = [other for other in network.validators if nodes.height(other) >= 0]
    reached = max(map(nodes.height, others))
    nodes.await_that("one branch", lambda: all(nodes.height(each) > reached for each in others), seconds=SECONDS)
