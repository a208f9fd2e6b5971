"""Blocks as the index takes them: read through the gateway, linked by parent hash, their logs decoded. No database here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from chain import events
from chain.events import Event
from chain.gateway import ChainGateway
from chain.reverts import Refusal
from chain.types import Block, Log, Receipt


class Located(NamedTuple):
    """An event and where it stands in its block."""

    event: Event
    log_index: int
    tx_hash: bytes


@dataclass(frozen=True, slots=True)
class Read:
    """A block with what the index needs of it."""

    block: Block
    receipts: Sequence[Receipt]
    events: Sequence[Located]
    # Why each failed transaction was refused, by its hash.
    refusals: dict[bytes, Refusal] = field(default_factory=dict)


def read(gateway: ChainGateway, contract: str, *, first: int, last: int) -> list[Read]:
    """Blocks `first` to `last`. The gateway has checked each block's receipts against its header. Raises its errors."""
    found = []
    for number in range(first, last + 1):
        block, receipts = gateway.read(number)
        refusals = {receipt.tx_hash: gateway.refusal(receipt.tx_hash) for receipt in receipts if not receipt.status}
        found.append(Read(block, receipts, decoded(receipts, contract), refusals))
    return found


def decoded(receipts: Sequence[Receipt], contract: str) -> list[Located]:
    """The contract's events of a block, in order."""
    found = []
    for receipt in receipts:
        for log in receipt.logs:
            located = _located(log, receipt, contract)
            if located is not None:
                found.append(located)
    return found


def _located(log: Log, receipt: Receipt, contract: str) -> Located | None:
    event = events.decode(log) if log.address == contract else None
    return None if event is None else Located(event, log.log_index, receipt.tx_hash)


def linked(reads: Sequence[Read], parent: bytes) -> bool:
    """Whether the blocks follow each other and the first follows `parent`."""
    for each in reads:
        if each.block.parent_hash != parent:
            return False
        parent = each.block.hash
    return True
