"""Transactions per second: each an issue of a payable, from the decision to the indexed block.

Through the HTTP API, one payable per request from several clients, answered after the block or as soon as the decision is stored; through
outbox, submitter and index, without HTTP; and beside it the very same signed transactions, sent in batches straight to a second node of the
same kind that stands at the same block.
"""

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from chain.engine import JournalEntry
from chain.node import AnvilNode, NodeSettings
from registry.receivables import payables
from registry.sync.journal import DatabaseJournal
from scripts.benchmarks.figures import Figure, Values
from scripts.benchmarks.site import PROFILE, START, Site, opened, seconds
from scripts.story.client import Party
from scripts.story.process import Service

# Transactions without HTTP, and with it; clients at the same time.
COUNT, REQUESTS, CLIENTS = 3000, 1200, 16
# Seconds that the last of them may take to reach the index.
_PATIENCE = 300


def run(folder: Path, *, count: int = COUNT, requests: int = REQUESTS, clients: int = CLIENTS) -> tuple[Values, list[Figure]]:
    """Measures on an empty folder, and gives the figures as JSON and as rows."""
    with opened(folder) as site:
        found = queue(site, count)
        invoices = site.take_in(2 * requests, first=count)
    service = Service(folder, 0, now=START)
    try:
        found |= api(service, site.tokens["obligor"], invoices, clients=clients)
    finally:
        service.stop()
    return found, figures(found)


def queue(site: Site, count: int, *, first: int = 0) -> Values:
    """Transactions per second through outbox, submitter and index; and of the same ones sent straight to a node. `first`: see take_in."""
    invoices = site.take_in(count, first=first)
    journal = DatabaseJournal(site.platform.work.engine)
    before = site.platform.gateway.head().number
    ours = seconds(lambda: site.act(site.obligor, lambda unit: payables.confirm_many(unit, profile=PROFILE, invoice_ids=invoices)))
    straight = raw(site, list(journal.blocks(1)), after=before)
    return {"transactions": count, "queue_tps": round(count / ours, 1), "raw_tps": round(count / straight, 1)}


def raw(site: Site, entries: Sequence[JournalEntry], *, after: int) -> float:
    """Seconds that a fresh node takes for the blocks above a number, once it has those below. AssertionError when it ends elsewhere."""
    genesis = site.platform.gateway.block(0).timestamp
    folder = site.folder / "raw"
    folder.mkdir()
    node = AnvilNode(NodeSettings(Path(os.environ["TALLYSTICK_ANVIL"]), folder, site.platform.gateway.chain_id, genesis))
    rpc = node.start()
    spent = 0.0
    try:
        for entry in entries:
            began = time.perf_counter()
            rpc.outcomes([("eth_sendRawTransaction", ["0x" + item.hex()]) for item in entry.raws])
            rpc.call("evm_mine", {"timestamp": entry.timestamp})
            spent += time.perf_counter() - began if entry.number > after else 0
        head = rpc.call("eth_getBlockByNumber", "latest", False)
    finally:
        node.stop()
    if entries[-1].hash is None or head["hash"] != "0x" + entries[-1].hash.hex():
        raise AssertionError("the second node did not come to the same block")
    return spent


def api(service: Service, token: str, invoices: Sequence[int], *, clients: int) -> Values:
    """Requests per second, the time of half and of 99 % of them, and how many payables are too few or too many afterwards.

    One half of the invoices is confirmed with answers after the block, the other with answers as soon as the decision is stored.
    """
    with ExitStack() as stack:
        parties = [stack.enter_context(closing(Party(service.url, token, f"client {number}"))) for number in range(clients)]
        before, half = len(parties[0].every("/payables")), len(invoices) // 2
        waited = _rates("api", _all_of(parties, invoices[:half], _confirm))
        handed_in = _rates("async", _all_of(parties, invoices[half:], _hand_in))
        made = _settled(parties[0], before + len(invoices)) - before
    return {
        "requests": len(invoices),
        "clients": clients,
        **waited,
        **handed_in,
        "lost": max(0, len(invoices) - made),
        "doubled": max(0, made - len(invoices)),
    }


def _all_of(parties: Sequence[Party], invoices: Sequence[int], send: Callable[[Party, int], float]) -> tuple[float, list[float]]:
    """Seconds in all and of each request, ascending; every party has its share and sends one after the other."""

    def share(number: int) -> list[float]:
        return [send(parties[number], invoice) for invoice in invoices[number :: len(parties)]]

    with ThreadPoolExecutor(len(parties)) as pool:
        began = time.perf_counter()
        times = sorted(spent for each in pool.map(share, range(len(parties))) for spent in each)
        return time.perf_counter() - began, times


def _rates(name: str, measured: tuple[float, list[float]]) -> Values:
    wall, times = measured
    return {
        f"{name}_tps": round(len(times) / wall, 1),
        f"{name}_p50_ms": round(1000 * times[len(times) // 2], 1),
        f"{name}_p99_ms": round(1000 * times[len(times) * 99 // 100], 1),
    }


def _settled(party: Party, wanted: int) -> int:
    """Payables once there are so many, or as many as there are when patience ends."""
    deadline = time.monotonic() + _PATIENCE
    while (found := len(party.every("/payables"))) < wanted and time.monotonic() < deadline:
        pass
    return found


def _confirm(party: Party, invoice: int) -> float:
    return seconds(lambda: party.post(f"confirm:{invoice}", "/payables", _body(invoice)))


def _hand_in(party: Party, invoice: int) -> float:
    return seconds(lambda: party.hand_in(f"confirm:{invoice}", "/payables", _body(invoice)))


def _body(invoice: int) -> dict[str, Any]:
    return {"invoices": [{"invoice": invoice}], "profile": PROFILE}


def figures(found: Values) -> list[Figure]:
    """Rows of the table."""
    raw_tps, clients = found["raw_tps"], found["clients"]
    beside = "the same signed transactions straight to a node, nothing stored"
    return [
        Figure(
            name="outbox, submitter, index", ours=found["queue_tps"], unit="tx/s", target=500, least=True, baseline=raw_tps, beside=beside
        ),
        Figure(
            name=f"HTTP API, {clients} clients, one payable each",
            ours=found["api_tps"],
            unit="tx/s",
            baseline=raw_tps,
            beside="FireFly 117 tx/s at its peak; FastAPI with two rows and a commit 639/s",
        ),
        Figure(name="HTTP API, answer when it is decided", ours=found["async_tps"], unit="writes/s", target=600, least=True),
        Figure(name="answer when it is decided, half of them", ours=found["async_p50_ms"], unit="ms"),
        Figure(name="answer when it is decided, 99 %", ours=found["async_p99_ms"], unit="ms", target=50),
        Figure(name="answer after its block, half of them", ours=found["api_p50_ms"], unit="ms"),
        Figure(name="answer after its block, 99 %", ours=found["api_p99_ms"], unit="ms"),
        Figure(name="lost", ours=found["lost"], unit="", target=0),
        Figure(name="doubled", ours=found["doubled"], unit="", target=0),
    ]
