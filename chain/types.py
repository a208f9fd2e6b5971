"""What comes from a chain: addresses, blocks, logs, receipts. Pure; every room may import it."""

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from chain.errors import BadAddress

_ADDRESS = re.compile(r"0x[0-9a-f]{40}")
ZERO_ADDRESS = "0x" + "00" * 20


def parse_address(text: str) -> str:
    """An address in lower case: "0x" and 40 hex digits. Any case is taken, so a checksum is not verified. Raises BadAddress."""
    address = text.strip().lower()
    if not _ADDRESS.fullmatch(address):
        raise BadAddress(text)
    return address


@dataclass(frozen=True, slots=True)
class BlockRef:
    """A block by number and hash: the number alone names different blocks on different forks."""

    number: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Block:
    """A block's header, as far as it is needed, and the hashes of its transactions in order."""

    number: int
    hash: bytes
    parent_hash: bytes
    # UTC seconds.
    timestamp: int
    state_root: bytes
    receipts_root: bytes
    logs_bloom: bytes
    transactions: tuple[bytes, ...]

    @property
    def ref(self) -> BlockRef:
        """Number and hash."""
        return BlockRef(self.number, self.hash)


class Log(NamedTuple):
    """One event as the chain stores it. `log_index` counts within the block."""

    address: str
    topics: tuple[bytes, ...]
    data: bytes
    log_index: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of a transaction. A reverted one (`status` false) has no logs."""

    tx_hash: bytes
    # Position in the block.
    index: int
    status: bool
    gas_used: int
    logs: tuple[Log, ...]


@dataclass(frozen=True)
class Evidence:
    """What proves a final block to somebody who knows an earlier set of validators: blocks as a node's JSON.

    `validators`: the set before the first of the hand-overs, each of which is a run of blocks. `on_top`: blocks whose seals make this one
    final, where its own don't.
    """

    validators: tuple[str, ...]
    handovers: tuple[tuple[dict[str, Any], ...], ...]
    on_top: tuple[dict[str, Any], ...]
