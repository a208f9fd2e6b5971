"""How indexing goes on when history grows: made-up blocks of whole lives of claims, up to a million events, into one database.

No node holds that many here, so the blocks are computed as they are asked for: 40 payables are issued in each, those of the block before
are accepted, then passed on, paid and redeemed. Header, receipts root and bloom are not part of it: blocks count as read before.
"""

import hashlib
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chain.abi import INTERFACE, load
from chain.codec import Entry, Field
from chain.hashing import word
from chain.types import Block, BlockRef, Log, Receipt
from registry.kernel import money
from registry.sync.indexer import Indexer
from scripts.benchmarks.figures import Figure, Values
from scripts.benchmarks.index import empty
from scripts.benchmarks.site import PROFILE, START, Site, opened

# Events after which the run is looked at.
MARKS = {10_000: "10k", 100_000: "100k", 1_000_000: "1m"}
_PER_BLOCK = 40
_OBLIGOR, _AGENT, _PAYEES, _FACE = 100, 102, 50, 125_000
_CURRENCY = money.numeric_code("GBP")
# By the names of the ABI; what is not named is 0.
_RULES = {"until": 2**32 - 1, "tenor": 2**31, "hops": 10, "depth": 10, "children": 40, "reopenPeriod": 86_400, "smallestLot": 1}
_EVENTS: dict[str, tuple[bytes, tuple[Field, ...]]] = {
    raw["name"]: (Entry.of(raw).hash, tuple(raw["inputs"])) for raw in load(INTERFACE).entries("event")
}


@dataclass
class MadeUp:
    """The part of a gateway that the indexer needs; any block is a function of its number."""

    contract: str
    last: int
    chain_id: int
    finality: int = 0

    def head(self) -> BlockRef:
        """The latest block."""
        return BlockRef(self.last, _digest("block", self.last))

    def block(self, number: int) -> Block:
        """A block."""
        return self.read(number)[0]

    def read(self, number: int) -> tuple[Block, list[Receipt]]:
        """A block and its receipts."""
        receipts = [
            Receipt(_digest("transaction", number, index), index, status=True, gas_used=50_000, logs=(self._log(name, args, index),))
            for index, (name, args) in enumerate(events(number))
        ]
        hashes = tuple(receipt.tx_hash for receipt in receipts)
        time_of = int(START.timestamp()) + number
        block = Block(number, _digest("block", number), _digest("block", number - 1), time_of, bytes(32), bytes(32), bytes(256), hashes)
        return block, receipts

    def _log(self, name: str, args: dict[str, Any], index: int) -> Log:
        event_hash, inputs = _EVENTS[name]
        topics = tuple(_value(args[field["name"]]) for field in inputs if field["indexed"])
        return Log(self.contract, (event_hash, *topics), _data([field for field in inputs if not field["indexed"]], args), index)


def events(number: int) -> list[tuple[str, dict[str, Any]]]:
    """What happens in a block: names and arguments."""
    if number == 0:
        return []
    if number == 1:
        rules = tuple(_RULES.get(part["name"], 0) for part in _EVENTS["ProfileSet"][1][1]["components"])
        limit = {"obligor": _OBLIGOR, "currency": _CURRENCY, "limit": 2**71, "agent": _AGENT}
        return [("ProfileSet", {"profile": PROFILE, "rules": rules}), ("LimitSet", limit)]
    found = []
    for age, step in enumerate((_issued, _accepted, _passed_on, _paid, _redeemed)):
        if number - age > 1:
            found += [step(place) for place in range((number - age) * _PER_BLOCK, (number - age + 1) * _PER_BLOCK)]
    return found


def count(number: int) -> int:
    """How many events a block has."""
    return 2 if number == 1 else _PER_BLOCK * min(5, number - 1)


def _issued(place: int) -> tuple[str, dict[str, Any]]:
    parties = {"obligor": _OBLIGOR, "payee": 200 + place % _PAYEES}
    terms = {"profile": PROFILE, "currency": _CURRENCY, "due": 2**31, "face": _FACE, "terms": _digest("terms", place), "salt": bytes(32)}
    return "Issued", {"payableId": _payable(place), **parties, **terms, "portions": [(_digest("invoice", place), _FACE, _FACE)]}


def _accepted(place: int) -> tuple[str, dict[str, Any]]:
    return "Accepted", {"payableId": _payable(place)}


def _passed_on(place: int) -> tuple[str, dict[str, Any]]:
    lot, seller = _payable(place) << 96, 200 + place % _PAYEES
    return "Transferred", {
        "lot": lot,
        "child": lot,
        "from": seller,
        "to": seller + _PAYEES,
        "amount": _FACE,
        "kind": 0,
        "documents": bytes(32),
    }


def _paid(place: int) -> tuple[str, dict[str, Any]]:
    return "PaymentRecorded", {"payableId": _payable(place), "sequence": 1, "amount": _FACE, "receipt": _digest("payment", place)}


def _redeemed(place: int) -> tuple[str, dict[str, Any]]:
    holder = 200 + place % _PAYEES + _PAYEES
    return "Redeemed", {"lot": _payable(place) << 96, "holder": holder, "amount": _FACE, "round": 0, "receipt": _digest("payout", place)}


def _payable(place: int) -> int:
    return int.from_bytes(_digest("payable", place)[:20], "big")


def _digest(*parts: str | int) -> bytes:
    return hashlib.sha256(repr(parts).encode()).digest()


def _data(fields: Sequence[Field], args: dict[str, Any]) -> bytes:
    """Static values, or static ones and a list of structs at the end."""
    head, tail = b"", b""
    for field in fields:
        value = args[field["name"]]
        if str(field["type"]).endswith("[]"):
            head += word(32 * len(fields))
            tail = word(len(value)) + b"".join(_value(part) for item in value for part in item)
        else:
            head += b"".join(map(_value, value)) if isinstance(value, tuple) else _value(value)
    return head + tail


def _value(value: int | bytes) -> bytes:
    return value if isinstance(value, bytes) else word(value)


def run(folder: Path, *, most: int) -> tuple[Values, list[Figure]]:
    """Indexes up to so many events on an empty folder; figures at each mark on the way."""
    with opened(folder) as site:
        found = measure(site, [mark for mark in MARKS if mark <= most] or [most])
    return found, figures(found)


def measure(site: Site, marks: Sequence[int]) -> Values:
    """Events per second since the mark before, and the most memory that the process ever had, in MB, at each mark."""
    contract = site.platform.work.network.contract
    chain = MadeUp(contract, 0, site.platform.gateway.chain_id)
    found: Values = {}
    done, before = 0, 0
    with empty(site, "bench_history") as work:
        indexer = Indexer(work, chain, ahead=True)  # type: ignore[arg-type]
        for mark in marks:
            while done < mark:
                chain.last += 1
                done += count(chain.last)
            began = time.perf_counter()
            indexer.catch_up()
            name = MARKS.get(mark, str(mark))
            found[f"history_{name}_events_per_s"] = round((done - before) / (time.perf_counter() - began))
            found[f"history_{name}_peak_mb"] = _peak()
            before = done
    return found


def _peak() -> int:
    """The most memory of this process so far, MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1024 * 1024 if sys.platform == "darwin" else 1024)


def figures(found: Values) -> list[Figure]:
    """Rows of the table: rate and memory at each mark."""
    rows = []
    for key, value in found.items():
        mark, _, kind = key.removeprefix("history_").partition("_")
        rate = kind == "events_per_s"
        name = f"{mark} events: {'rate since the mark before' if rate else 'most memory so far'}"
        rows.append(Figure(name=name, ours=value, unit="events/s" if rate else "MB"))
    return rows
