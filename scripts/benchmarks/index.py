"""Events per second into the index: mirror, history, ledger, outbox results, all in PostgreSQL.

From blocks that were read before, and over RPC with every block checked; beside it Ponder over RPC from the same node (`peer.py`), and a
bare `eth_getLogs` over the same blocks with each log decoded and nothing stored. How fast the transactions came in is measured on the way.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from chain import events
from chain.gateway import ChainGateway
from chain.headers import hexdata
from chain.types import Block, BlockRef, Log, Receipt
from registry.identity import limits
from registry.kernel.engine import make_engine
from registry.kernel.postgres import SERVICE_ROLE, EmbeddedPostgres
from registry.kernel.schema import prepare_embedded
from registry.kernel.uow import Work
from registry.receivables import payables
from registry.sync.indexer import Indexer
from scripts.benchmarks import peer
from scripts.benchmarks.figures import Figure, Values
from scripts.benchmarks.site import PROFILE, REGISTRAR, Site, chunks, opened, seconds

# Payables that are issued and accepted.
COUNT = 4000
# How many in one unit of work.
_PART = 1000


@dataclass
class Recorded:
    """The part of a gateway that the indexer needs, from memory."""

    reads: list[tuple[Block, list[Receipt]]]
    chain_id: int
    finality: int = 0

    def head(self) -> BlockRef:
        """The latest block."""
        return self.reads[-1][0].ref

    def block(self, number: int) -> Block:
        """A block."""
        return self.reads[number][0]

    def read(self, number: int) -> tuple[Block, list[Receipt]]:
        """A block and its receipts."""
        return self.reads[number]


def run(folder: Path, *, count: int = COUNT) -> tuple[Values, list[Figure]]:
    """Measures on an empty folder, and gives the figures as JSON and as rows."""
    with opened(folder) as site:
        found = measure(site, count, home=peer.installed())
    return found, figures(found)


def measure(site: Site, count: int, *, home: Path | None = None) -> Values:
    """Fills the chain, then indexes it twice into empty databases, and reads its logs bare. `home`: where Ponder is, to run it too."""
    submitted = sum(fill(site, site.take_in(min(_PART, count - first), first=first)) for first in range(0, count, _PART))
    gateway, last = site.platform.gateway, site.platform.gateway.head().number
    if home is not None:
        _bury(site)
    logs: list[events.Event] = []
    bare = seconds(lambda: logs.extend(decoded(gateway, site.platform.work.network.contract)))
    with empty(site, "bench_rpc") as work:
        over_rpc = seconds(Indexer(work, gateway, ahead=True).catch_up)
    theirs = None if home is None else peer.run(site, home, last=last)
    recorded = Recorded([gateway.read(number) for number in range(gateway.head().number + 1)], gateway.chain_id)
    with empty(site, "bench_cached") as work:
        # The indexer asks a gateway for nothing else while no transaction has failed.
        cached = seconds(Indexer(work, recorded, ahead=True).catch_up)  # type: ignore[arg-type]
    ponder = None if theirs is None else theirs[0] / theirs[1]
    return {
        "events": len(logs),
        "blocks": len(recorded.reads),
        "cached_events_per_s": round(len(logs) / cached),
        "rpc_events_per_s": round(len(logs) / over_rpc),
        "ponder_events": None if theirs is None else theirs[0],
        "ponder_events_per_s": None if ponder is None else round(ponder),
        "ratio": None if ponder is None else round(len(logs) / over_rpc / ponder, 2),
        "getlogs_events_per_s": round(len(logs) / bare),
        "submit_tx_per_s": round(2 * count / submitted),
    }


def fill(site: Site, invoices: list[int]) -> float:
    """A payable for each invoice, accepted; seconds from the decisions to the indexed blocks, two transactions each."""
    began = time.perf_counter()
    found = site.act(site.obligor, lambda unit: payables.confirm_many(unit, profile=PROFILE, invoice_ids=invoices))
    for part in chunks(found, _PART):
        site.act(site.supplier, lambda unit, part=part: payables.accept(unit, part))  # type: ignore[misc]
    return time.perf_counter() - began


def _bury(site: Site) -> None:
    """Blocks on top, so that all before are final for Ponder and read as history, its fastest way."""
    obligor, agent = site.obligor.entity_id, site.agent.entity_id
    for step in range(peer.FINALITY + 1):
        site.act(
            REGISTRAR,
            lambda unit, step=step: limits.set_limit(unit, obligor, currency="GBP", limit=10**15 + step, agent=agent),  # type: ignore[misc]
        )


def decoded(gateway: ChainGateway, contract: str) -> list[events.Event]:
    """All events of a contract, by one `eth_getLogs`."""
    raw = gateway.raw_rpc("eth_getLogs", [{"fromBlock": "0x0", "toBlock": "latest", "address": contract}])
    logs = (Log(item["address"], tuple(map(hexdata, item["topics"])), hexdata(item["data"]), int(item["logIndex"], 16)) for item in raw)
    return [event for log in logs if (event := events.decode(log)) is not None]


@contextmanager
def empty(site: Site, name: str) -> Iterator[Work]:
    """An empty database of the newest schema on the site's server."""
    server = EmbeddedPostgres(site.folder / "postgres")
    prepare_embedded(server, name)
    engine = make_engine(server.url(SERVICE_ROLE, name))
    try:
        yield replace(site.platform.work, engine=engine)
    finally:
        engine.dispose()


def figures(found: Values) -> list[Figure]:
    """Rows of the table."""
    bare = found["getlogs_events_per_s"]
    return [
        Figure(
            name="from cached blocks",
            ours=found["cached_events_per_s"],
            unit="events/s",
            target=25_000,
            least=True,
            baseline=bare,
            beside="baseline: eth_getLogs and decoding of the same events, nothing stored; Ponder from its cache 25,000 (M1)",
        ),
        Figure(
            name="over RPC, blocks checked",
            ours=found["rpc_events_per_s"],
            unit="events/s",
            target=10_000,
            least=True,
            baseline=found["ponder_events_per_s"],
            beside="baseline: Ponder, same node, same events; published: Envio 9,984, graph-node 236",
        ),
        Figure(name="ours over Ponder's", ours=found["ratio"], unit="times", target=3, least=True, beside="accepted from 1 on"),
        Figure(name="submitted and indexed meanwhile", ours=found["submit_tx_per_s"], unit="tx/s", target=500, least=True),
    ]
