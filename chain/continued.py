"""A chain that began on the embedded engine and goes on on a network, as one: the network's genesis block follows the last embedded one.

Numbers are counted through: the network's block k is block `base + k` here, and `base` is one more than the last embedded block. This file
is the one place that knows the difference.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from chain.errors import BlockNotFound
from chain.gateway import ChainGateway
from chain.reverts import Refusal
from chain.trie import EMPTY_ROOT
from chain.types import Block, BlockRef, Evidence, Receipt


class ContinuedGateway:
    """Implements `chain.gateway.ChainGateway`. What is old is read from the embedded chain, everything else from the network."""

    def __init__(self, network: ChainGateway, *, base: int, past: Callable[[], ChainGateway]) -> None:
        """`base`: number of the network's genesis block. `past` brings up the embedded chain for reading, the first time it is needed."""
        self.network = network
        self.base = base
        self._bring = past
        # Failed transactions of old blocks that were read.
        self._refused: set[bytes] = set()

    @cached_property
    def _past(self) -> ChainGateway:
        return self._bring()

    @property
    def chain_id(self) -> int:
        """See ChainGateway; the same before and after."""
        return self.network.chain_id

    @property
    def finality(self) -> int:
        """See ChainGateway."""
        return self.network.finality

    @property
    def scheme(self) -> str:
        """See ChainGateway."""
        return self.network.scheme

    def validators(self) -> tuple[str, ...]:
        """See ChainGateway."""
        return self.network.validators()

    def evidence(self, number: int) -> Evidence:
        """See ChainGateway. BlockNotFound below the network's first block: nobody sealed there."""
        if number < self.base:
            raise BlockNotFound(number)
        return self.network.evidence(number - self.base)

    def head(self) -> BlockRef:
        """See ChainGateway."""
        found = self.network.head()
        return BlockRef(found.number + self.base, found.hash)

    def block(self, number: int) -> Block:
        """See ChainGateway."""
        gateway, own = self.at(number)
        return replace(gateway.block(own), number=number)

    def receipts(self, number: int) -> list[Receipt]:
        """See ChainGateway."""
        return self.read(number)[1]

    def read(self, number: int) -> tuple[Block, list[Receipt]]:
        """See ChainGateway. A genesis block has no receipts, and not every node answers when asked for them."""
        if number == self.base and (block := self.block(number)).receipts_root == EMPTY_ROOT:
            return block, []
        gateway, own = self.at(number)
        block, receipts = gateway.read(own)
        if number < self.base:
            self._refused |= {receipt.tx_hash for receipt in receipts if not receipt.status}
        return replace(block, number=number), receipts

    def broadcast(self, raws: Sequence[bytes], timestamp: int) -> None:
        """See ChainGateway: to the network."""
        self.network.broadcast(raws, timestamp)

    def receipt(self, tx_hash: bytes) -> tuple[BlockRef, Receipt] | None:
        """See ChainGateway. The network's only: what was mined before the move was indexed before it."""
        found = self.network.receipt(tx_hash)
        return None if found is None else (BlockRef(found[0].number + self.base, found[0].hash), found[1])

    def nonce(self, address: str, block: int | None = None) -> int:
        """See ChainGateway."""
        gateway, own = self._as_of(block)
        return gateway.nonce(address, own)

    def call(self, to: str, data: bytes, block: int | None = None) -> bytes:
        """See ChainGateway."""
        gateway, own = self._as_of(block)
        return gateway.call(to, data, own)

    def calls(self, calls: Sequence[tuple[str, bytes]], block: int | None = None) -> list[bytes]:
        """See ChainGateway."""
        gateway, own = self._as_of(block)
        return gateway.calls(calls, own)

    def storage(self, address: str, slot: int, block: int | None = None) -> bytes:
        """See ChainGateway."""
        gateway, own = self._as_of(block)
        return gateway.storage(address, slot, own)

    def storages(self, address: str, slots: Sequence[int], block: int | None = None) -> list[bytes]:
        """See ChainGateway."""
        gateway, own = self._as_of(block)
        return gateway.storages(address, slots, own)

    def code(self, address: str) -> bytes:
        """See ChainGateway."""
        return self.network.code(address)

    def refusal(self, tx_hash: bytes) -> Refusal:
        """See ChainGateway. Of an old transaction when its block was read before."""
        return (self._past if tx_hash in self._refused else self.network).refusal(tx_hash)

    def raw_rpc(self, method: str, params: Sequence[Any]) -> Any:
        """See ChainGateway: to the network, whose blocks have their own numbers there."""
        return self.network.raw_rpc(method, params)

    def at(self, number: int) -> tuple[ChainGateway, int]:
        """Who has a block, and its number there."""
        return (self._past, number) if number < self.base else (self.network, number - self.base)

    def _as_of(self, block: int | None) -> tuple[ChainGateway, int | None]:
        return (self.network, None) if block is None else self.at(block)


def present(gateway: ChainGateway) -> ChainGateway:
    """The chain that blocks are made on now, by its own numbers: what outsiders see and certificates speak of."""
    return gateway.network if isinstance(gateway, ContinuedGateway) else gateway


def located(gateway: ChainGateway, number: int) -> tuple[ChainGateway, int]:
    """The chain that has a block, and the block's number on it."""
    return gateway.at(number) if isinstance(gateway, ContinuedGateway) else (gateway, number)
