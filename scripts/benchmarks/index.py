"""Events per second into the index: mirror, history, ledger, outbox results, all in PostgreSQL.

From blocks that were read before, and over RPC with every block checked; beside it a bare `eth_getLogs` over the same blocks with each log
decoded and nothing stored.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from chain import events
from chain.gateway import ChainGateway
from chain.headers import hexdata
from chain.types import Block, BlockRef, Log, Receipt
from registry.kernel.engine import make_engine
from registry.kernel.postgres import SERVICE_ROLE, EmbeddedPostgres
from registry.kernel.schema import prepare_embedded
from registry.kernel.uow import Work
from registry.receivables import payables
from registry.sync.indexer import Indexer
from scripts.benchmarks.figures import Figure, Values
from scripts.benchmarks.site import PROFILE, Site, chunks, opened, seconds

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
        found = measure(site, count)
    return found, figures(found)


def measure(site: Site, count: int) -> Values:
    """Fills the chain, then indexes it twice into empty databases, and reads its logs bare."""
    for first in range(0, count, _PART):
        _fill(site, site.take_in(min(_PART, count - first), first=first))
    gateway = site.platform.gateway
    logs: list[events.Event] = []
    bare = seconds(lambda: logs.extend(decoded(gateway, site.platform.work.network.contract)))
    with empty(site, "bench_rpc") as work:
        over_rpc = seconds(Indexer(work, gateway).catch_up)
    recorded = Recorded([gateway.read(number) for number in range(gateway.head().number + 1)], gateway.chain_id)
    with empty(site, "bench_cached") as work:
        # The indexer asks a gateway for nothing else while no transaction has failed.
        cached = seconds(Indexer(work, recorded).catch_up)  # type: ignore[arg-type]
    return {
        "events": len(logs),
        "blocks": len(recorded.reads),
        "cached_events_per_s": round(len(logs) / cached),
        "rpc_events_per_s": round(len(logs) / over_rpc),
        "getlogs_events_per_s": round(len(logs) / bare),
    }


def _fill(site: Site, invoices: list[int]) -> None:
    found = site.act(site.obligor, lambda unit: payables.confirm_many(unit, profile=PROFILE, invoice_ids=invoices))
    for part in chunks(found, _PART):
        site.act(site.supplier, lambda unit, part=part: payables.accept(unit, part))  # type: ignore[misc]


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
            beside="Ponder from its cache 25,000 (M1); Envio 9,984; graph-node 236",
        ),
        Figure(
            name="over RPC, blocks checked",
            ours=found["rpc_events_per_s"],
            unit="events/s",
            target=10_000,
            least=True,
            baseline=bare,
            beside="baseline: eth_getLogs and decoding of the same events, nothing stored; Ponder cold over RPC 44",
        ),
    ]
