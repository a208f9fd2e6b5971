"""Blocks made of events: logs as the contract would write them, receipts, linked headers. For tests of what reads a chain."""

import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Any

import eth_abi

from chain.abi import INTERFACE, load
from chain.codec import Entry, Field
from chain.events import Event
from chain.types import Block, Log, Receipt

GENESIS_TIME = 1_700_000_000


@cache
def _entry(name: str) -> tuple[bytes, tuple[Field, ...], tuple[Field, ...], tuple[str, ...]]:
    raw = next(entry for entry in load(INTERFACE).entries("event") if entry["name"] == name)
    indexed = tuple(field for field in raw["inputs"] if field["indexed"])
    data = tuple(field for field in raw["inputs"] if not field["indexed"])
    types = Entry(name, data).types
    return Entry.of(raw).hash, indexed, data, types


def log_of(event: Event, *, address: str, log_index: int) -> Log:
    """The log of an event."""
    topic, indexed, data, types = _entry(event.name)
    topics = tuple(eth_abi.encode([field["type"]], [event.args[field["name"]]]) for field in indexed)
    values: list[Any] = [event.args[field["name"]] for field in data]
    return Log(address, (topic, *topics), eth_abi.encode(types, values), log_index)


def block_of(
    calls: Sequence[Sequence[Event]], *, parent: Block | None, address: str, salt: bytes = b"", failed: Sequence[bytes] = ()
) -> tuple[Block, list[Receipt]]:
    """A block with one transaction per call. `salt` makes its hash another one; `failed` are hashes of reverted transactions."""
    number = parent.number + 1 if parent else 0
    receipts: list[Receipt] = []
    index = 0
    digest = hashlib.sha256((parent.hash if parent else b"") + salt)
    for position, call in enumerate(calls):
        logs = tuple(log_of(event, address=address, log_index=index + offset) for offset, event in enumerate(call))
        index += len(logs)
        for log in logs:
            digest.update(b"".join(log.topics) + log.data)
        tx_hash = hashlib.sha256(digest.digest() + position.to_bytes(4, "big")).digest()
        receipts.append(Receipt(tx_hash, position, True, 21_000, logs))
    receipts += [Receipt(tx_hash, len(receipts) + place, False, 21_000, ()) for place, tx_hash in enumerate(failed)]
    digest.update(b"".join(receipt.tx_hash for receipt in receipts))
    block = Block(
        number=number,
        hash=hashlib.sha256(digest.digest()).digest(),
        parent_hash=parent.hash if parent else bytes(32),
        timestamp=GENESIS_TIME + number,
        state_root=bytes(32),
        receipts_root=bytes(32),
        logs_bloom=bytes(256),
        transactions=tuple(receipt.tx_hash for receipt in receipts),
    )
    return block, receipts


def chain_of(
    calls: Sequence[Sequence[Event]], *, address: str, size: int = 3, parent: Block | None = None
) -> list[tuple[Block, list[Receipt]]]:
    """Blocks of `size` calls each, on top of `parent`; with a genesis block when there is none."""
    blocks: list[tuple[Block, list[Receipt]]] = []
    if parent is None:
        blocks.append(block_of([], parent=None, address=address))
        parent = blocks[0][0]
    for start in range(0, len(calls), size):
        blocks.append(block_of(calls[start : start + size], parent=parent, address=address))
        parent = blocks[-1][0]
    return blocks
