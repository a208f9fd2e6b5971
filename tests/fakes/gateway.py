"""A chain that does what a test says: blocks with scripted logs and outcomes, reorganisations, a node that is down."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from chain import rlp, signing
from chain.errors import BlockNotFound, NodeUnavailable, NonceGap, NonceSpent
from chain.hashing import keccak, word
from chain.headers import logs_bloom
from chain.reverts import Refusal
from chain.types import Block, BlockRef, Log, Receipt


@dataclass(frozen=True)
class Scripted:
    """What becomes of a transaction: these logs (their indexes are counted when it is mined), or a refusal."""

    tx_hash: bytes
    logs: tuple[Log, ...] = ()
    refusal: Refusal | None = None


@dataclass
class FakeGateway:
    """Implements chain.gateway.ChainGateway without a node."""

    chain_id: int = 31_337
    finality: int = 0
    now: int = 1_790_000_000
    # False: what is broadcast waits for `mine_pending`.
    auto_mine: bool = True
    # Every call fails while this is set.
    down: bool = False
    outcomes: dict[bytes, Scripted] = field(default_factory=dict)
    answers: dict[tuple[str, bytes], bytes] = field(default_factory=dict)
    words: dict[tuple[str, int], bytes] = field(default_factory=dict)
    codes: dict[str, bytes] = field(default_factory=dict)
    # Everything that was ever broadcast, repeats included.
    sent: list[bytes] = field(default_factory=list)
    _chain: list[tuple[Block, list[Receipt]]] = field(default_factory=list)
    _pending: list[bytes] = field(default_factory=list)
    _refusals: dict[bytes, Refusal] = field(default_factory=dict)
    _senders: dict[bytes, str] = field(default_factory=dict)
    _fork: int = 0

    def __post_init__(self) -> None:
        self._add([], self.now)

    # What a test does.

    def mine(self, *transactions: Scripted, timestamp: int | None = None) -> Block:
        """A block of scripted transactions on top of the head."""
        return self._add(list(transactions), self._chain[-1][0].timestamp if timestamp is None else timestamp)

    def mine_pending(self, timestamp: int | None = None) -> Block:
        """A block of what was broadcast and waits."""
        waiting, self._pending = self._pending, []
        scripts = [self.outcomes.get(signing.transaction_hash(raw), Scripted(signing.transaction_hash(raw))) for raw in waiting]
        return self.mine(*scripts, timestamp=timestamp)

    def reorganise(self, depth: int) -> None:
        """Drops the latest blocks; those mined next are others, even with the same content. Their transactions are forgotten."""
        assert 0 < depth < len(self._chain)
        del self._chain[-depth:]
        self._fork += 1

    # What the product does.

    def head(self) -> BlockRef:
        self._answer()
        return self._chain[-1][0].ref

    def block(self, number: int) -> Block:
        return self.read(number)[0]

    def receipts(self, number: int) -> list[Receipt]:
        return self.read(number)[1]

    def read(self, number: int) -> tuple[Block, list[Receipt]]:
        self._answer()
        if not 0 <= number < len(self._chain):
            raise BlockNotFound(number)
        block, receipts = self._chain[number]
        return block, list(receipts)

    def broadcast(self, raws: Sequence[bytes], timestamp: int) -> None:
        self._answer()
        fresh: list[bytes] = []
        for raw in raws:
            self.sent.append(raw)
            transaction = signing.decode_transaction(raw)
            self._senders[transaction.hash] = transaction.sender
            if raw in fresh or raw in self._pending or self.receipt(transaction.hash):
                continue
            following = self.nonce(transaction.sender) + sum(
                self._senders[signing.transaction_hash(other)] == transaction.sender for other in (*self._pending, *fresh)
            )
            if transaction.fields.nonce < following:
                raise NonceSpent(-32000, "nonce too low")
            if transaction.fields.nonce > following:
                raise NonceGap(-32000, "nonce too high")
            fresh.append(raw)
        self._pending += fresh
        if self.auto_mine and self._pending:
            self.mine_pending(max(timestamp, self._chain[-1][0].timestamp))

    def receipt(self, tx_hash: bytes) -> tuple[BlockRef, Receipt] | None:
        self._answer()
        found = ((block.ref, receipt) for block, receipts in self._chain for receipt in receipts if receipt.tx_hash == tx_hash)
        return next(found, None)

    def nonce(self, address: str, block: int | None = None) -> int:
        self._answer()
        seen = (receipt for at, receipts in self._chain if block is None or at.number <= block for receipt in receipts)
        return sum(self._senders.get(receipt.tx_hash) == address for receipt in seen)

    def call(self, to: str, data: bytes, block: int | None = None) -> bytes:  # noqa: ARG002 - the same at every block
        self._answer()
        return self.answers[to, data]

    def calls(self, calls: Sequence[tuple[str, bytes]], block: int | None = None) -> list[bytes]:
        return [self.call(to, data, block) for to, data in calls]

    def storage(self, address: str, slot: int, block: int | None = None) -> bytes:  # noqa: ARG002 - the same at every block
        self._answer()
        return self.words.get((address, slot), bytes(32))

    def storages(self, address: str, slots: Sequence[int], block: int | None = None) -> list[bytes]:
        return [self.storage(address, slot, block) for slot in slots]

    def code(self, address: str) -> bytes:
        self._answer()
        return self.codes.get(address, b"")

    def refusal(self, tx_hash: bytes) -> Refusal:
        self._answer()
        return self._refusals.get(tx_hash, Refusal("Unknown", {"data": "0x"}))

    def raw_rpc(self, method: str, params: Sequence[Any]) -> Any:
        self._answer()
        return {"method": method, "params": list(params)}

    def _answer(self) -> None:
        if self.down:
            raise NodeUnavailable("the node is down")

    def _add(self, transactions: list[Scripted], timestamp: int) -> Block:
        parent = self._chain[-1][0].hash if self._chain else bytes(32)
        receipts: list[Receipt] = []
        log_index, bloom = 0, 0
        for place, script in enumerate(transactions):
            logs = tuple(Log(log.address, log.topics, log.data, log_index + offset) for offset, log in enumerate(script.logs))
            log_index += len(logs)
            bloom |= logs_bloom(logs)
            if script.refusal is not None:
                self._refusals[script.tx_hash] = script.refusal
            receipts.append(Receipt(script.tx_hash, place, script.refusal is None, 21_000, logs))
        content = rlp.encode([parent, word(self._fork), word(timestamp), [script.tx_hash for script in transactions]])
        block = Block(
            number=len(self._chain),
            hash=keccak(content),
            parent_hash=parent,
            timestamp=timestamp,
            state_root=keccak(b"state" + content),
            receipts_root=keccak(b"receipts" + content),
            logs_bloom=bloom.to_bytes(256, "big"),
            transactions=tuple(receipt.tx_hash for receipt in receipts),
        )
        self._chain.append((block, receipts))
        return block
