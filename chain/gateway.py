"""The chain as the rest of the product sees it, whatever node is behind it: read with suspicion, send and repeat without harm."""

import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Protocol

from chain import admission, answers, pool, reverts, signing, tracing
from chain.engine import EmbeddedEngine
from chain.errors import BlockNotFound, NodeLied, NodeRefused, NodeUnavailable, NonceGap, NonceSpent
from chain.headers import hexdata, parse_block, parse_receipt, parse_receipts
from chain.reverts import Refusal
from chain.rpc import Endpoint, Request
from chain.types import Block, BlockRef, Evidence, Receipt

# Transactions in a block of the embedded engine: Anvil's time to give a block's receipts grows with the square of their number.
_BLOCK = 250
# How often a node is asked why a transaction was refused, before nobody will ever know.
_ASKED = 20


class ChainGateway(Protocol):
    """What `registry.sync` holds. Numbers are block numbers; None means the head."""

    @property
    def chain_id(self) -> int:
        """The chain id that transactions and typed data carry."""

    @property
    def finality(self) -> int:
        """How many blocks below the head may still be replaced; 0: none."""

    @property
    def scheme(self) -> str:
        """Whose seals make a block final (see `chain.schemes`); empty where nobody seals and the registry's word stands for a block."""

    def validators(self) -> tuple[str, ...]:
        """Who may seal the next block, in ascending order; none where nobody seals."""

    def evidence(self, number: int) -> Evidence:
        """What proves a final block to outsiders. BlockNotFound while there is none, and where nobody seals."""

    def head(self) -> BlockRef:
        """The latest block."""

    def block(self, number: int) -> Block:
        """A block whose hash was recomputed. BlockNotFound, NodeLied."""

    def receipts(self, number: int) -> list[Receipt]:
        """All receipts of a block, checked against its header. BlockNotFound, NodeLied."""

    def read(self, number: int) -> tuple[Block, list[Receipt]]:
        """A block and its receipts in one request, checked as above."""

    def broadcast(self, raws: Sequence[bytes], timestamp: int) -> None:
        """Sends signed transactions; sending one again does no harm. The embedded engine mines a block at `timestamp` at once."""

    def receipt(self, tx_hash: bytes) -> tuple[BlockRef, Receipt] | None:
        """Where a transaction was mined and what came of it; None while it isn't. Unchecked: a hint to look at that block."""

    def nonce(self, address: str, block: int | None = None) -> int:
        """The number of transactions that were mined of a sender: its next nonce."""

    def call(self, to: str, data: bytes, block: int | None = None) -> bytes:
        """What a view returns. CallReverted when it refuses."""

    def calls(self, calls: Sequence[tuple[str, bytes]], block: int | None = None) -> list[bytes]:
        """Many views in one request. CallReverted with the first that refuses."""

    def storage(self, address: str, slot: int, block: int | None = None) -> bytes:
        """A storage word, 32 bytes."""

    def storages(self, address: str, slots: Sequence[int], block: int | None = None) -> list[bytes]:
        """Many storage words in one request."""

    def code(self, address: str) -> bytes:
        """The code at an address; empty when there is none."""

    def refusal(self, tx_hash: bytes) -> Refusal:
        """Why a mined transaction reverted."""

    def raw_rpc(self, method: str, params: Sequence[Any]) -> Any:
        """Passes a call on as it is. The caller decides which methods are allowed."""


class RpcGateway:
    """Any node behind JSON-RPC."""

    def __init__(self, rpc: Endpoint, *, finality: int, chain_id: int | None = None, verify_headers: bool = True) -> None:
        """Asks the node for its chain id when none is given; another one than given is NodeLied.

        `verify_headers` off: for seal schemes whose block hash is not that of the header as shown.
        """
        self._rpc = rpc
        self._finality = finality
        self._verify_headers = verify_headers
        self._unanswered: Counter[bytes] = Counter()
        self.chain_id = answers.number(rpc.call("eth_chainId"))
        if chain_id not in {None, self.chain_id}:
            raise NodeLied(f"the node is of chain {self.chain_id}, not {chain_id}")

    @property
    def rpc(self) -> Endpoint:
        """The node's endpoint."""
        return self._rpc

    @property
    def finality(self) -> int:
        """See ChainGateway."""
        return self._finality

    @property
    def scheme(self) -> str:
        """See ChainGateway: nobody's seals are looked at here."""
        return ""

    def validators(self) -> tuple[str, ...]:
        """See ChainGateway."""
        return ()

    def evidence(self, number: int) -> Evidence:
        """See ChainGateway."""
        raise BlockNotFound(number)

    def head(self) -> BlockRef:
        """See ChainGateway."""
        return self._parse(answers.given(self.rpc.outcomes([("eth_getBlockByNumber", ["latest", False])])[0]), None).ref

    def block(self, number: int) -> Block:
        """See ChainGateway."""
        return self._parse(answers.given(self.rpc.outcomes([("eth_getBlockByNumber", [hex(number), False])])[0]), number)

    def receipts(self, number: int) -> list[Receipt]:
        """See ChainGateway."""
        return self.read(number)[1]

    def read(self, number: int) -> tuple[Block, list[Receipt]]:
        """See ChainGateway."""
        requests: list[Request] = [("eth_getBlockByNumber", [hex(number), False]), ("eth_getBlockReceipts", [hex(number)])]
        header, receipts = self.rpc.outcomes(requests)
        block = self._parse(answers.given(header), number)
        if isinstance(receipts, NodeRefused) and receipts.code == admission.METHOD_MISSING:
            found = self.rpc.outcomes([("eth_getTransactionReceipt", ["0x" + item.hex()]) for item in block.transactions])
            receipts = [answers.given(item) for item in found]
        receipts = answers.given(receipts)
        if receipts is None or (isinstance(receipts, list) and any(answers.elsewhere(item, block) for item in receipts)):
            # Another block took its place between the two answers, or the node has not finished it: ask again.
            raise BlockNotFound(number)
        return block, parse_receipts(receipts, block)

    def broadcast(self, raws: Sequence[bytes], timestamp: int) -> None:  # noqa: ARG002 - a network's validators choose the time
        """See ChainGateway. A transaction that the node knows or has mined is not an error; NonceSpent when another took its nonce.

        PoolFull, NonceContested and Underpriced say that the same bytes are to be sent again later.
        """
        outcomes = self.rpc.outcomes([("eth_sendRawTransaction", ["0x" + raw.hex()]) for raw in raws])
        for raw, outcome in zip(raws, outcomes, strict=True):
            if isinstance(outcome, NodeRefused) and not self._known(raw, outcome):
                raise pool.error_of(outcome)

    def _known(self, raw: bytes, refused: NodeRefused) -> bool:
        if pool.knows(refused):
            return True
        if pool.nonce_spent(refused):
            if self.rpc.call("eth_getTransactionReceipt", "0x" + signing.transaction_hash(raw).hex()) is None:
                raise NonceSpent(refused.code, refused.message) from refused
            return True
        return False

    def receipt(self, tx_hash: bytes) -> tuple[BlockRef, Receipt] | None:
        """See ChainGateway."""
        raw = self.rpc.call("eth_getTransactionReceipt", "0x" + tx_hash.hex())
        if raw is None or raw.get("blockNumber") is None:
            return None
        return BlockRef(int(raw["blockNumber"], 16), hexdata(raw["blockHash"])), parse_receipt(raw)

    def nonce(self, address: str, block: int | None = None) -> int:
        """See ChainGateway."""
        return answers.number(self.rpc.call("eth_getTransactionCount", address, _tag(block)))

    def call(self, to: str, data: bytes, block: int | None = None) -> bytes:
        """See ChainGateway."""
        return self.calls([(to, data)], block)[0]

    def calls(self, calls: Sequence[tuple[str, bytes]], block: int | None = None) -> list[bytes]:
        """See ChainGateway."""
        at = _tag(block)
        outcomes = self.rpc.outcomes([("eth_call", [{"to": to, "data": "0x" + data.hex()}, at]) for to, data in calls])
        return [hexdata(tracing.reverting(outcome)) for outcome in outcomes]

    def storage(self, address: str, slot: int, block: int | None = None) -> bytes:
        """See ChainGateway."""
        return self.storages(address, [slot], block)[0]

    def storages(self, address: str, slots: Sequence[int], block: int | None = None) -> list[bytes]:
        """See ChainGateway."""
        at = _tag(block)
        words = self.rpc.batch([("eth_getStorageAt", [address, f"0x{slot:064x}", at]) for slot in slots])
        return [hexdata(word).rjust(32, b"\0") for word in words]

    def code(self, address: str) -> bytes:
        """See ChainGateway."""
        return hexdata(self.rpc.call("eth_getCode", address, "latest"))

    def refusal(self, tx_hash: bytes) -> Refusal:
        """See ChainGateway. NodeUnavailable while the node does not say; what it will never say is Unknown."""
        found = tracing.refusal(self.rpc, tx_hash, thorough=self._unanswered[tx_hash] > 0)
        if found is None:
            self._unanswered[tx_hash] += 1
            if self._unanswered[tx_hash] < _ASKED:
                raise NodeUnavailable(f"the node does not say why 0x{tx_hash.hex()} was refused")
            found = Refusal(reverts.UNKNOWN, {"data": "0x"})
        self._unanswered.pop(tx_hash, None)
        return found

    def raw_rpc(self, method: str, params: Sequence[Any]) -> Any:
        """See ChainGateway."""
        return self.rpc.call(method, *params)

    def _parse(self, raw: dict[str, Any] | None, number: int | None) -> Block:
        if raw is None:
            raise BlockNotFound(-1 if number is None else number)
        block = parse_block(raw, verify=self._verify_headers)
        if number is not None and block.number != number:
            raise NodeLied(f"asked for block {number}, got {block.number}")
        return block


class EmbeddedGateway(RpcGateway):
    """The embedded engine: what is sent is mined at once, journal first; final at once."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        """The engine must be started."""
        self._engine = engine
        self._sending = threading.Lock()
        super().__init__(engine.rpc(), finality=0, chain_id=engine.chain_id)

    @property
    def rpc(self) -> Endpoint:
        """The present node's endpoint; a dead node is replaced first."""
        return self._engine.rpc()

    def broadcast(self, raws: Sequence[bytes], timestamp: int) -> None:
        """See ChainGateway. Nothing reaches the journal unless it can be mined now: all of it or, with an error, nothing.

        What was mined before is skipped; a long list takes several blocks of the same time. BadCall or BadSignature for what is no
        transaction of this chain, NonceGap, NonceSpent.
        """
        with self._sending:
            fresh = self._fresh(raws)
            if not fresh:
                return
            hashes = list(fresh)
            for start in range(0, len(hashes), _BLOCK):
                part = hashes[start : start + _BLOCK]
                block = self._engine.mine([fresh[each] for each in part], timestamp)
                if not set(part) <= set(block.transactions):
                    raise NodeLied(f"block {block.number} lacks transactions that were to be mined in it")

    def dump(self) -> bytes:
        """The whole state after the head, as the node dumps it (JSON)."""
        return self._engine.dump()

    def _fresh(self, raws: Sequence[bytes]) -> dict[bytes, bytes]:
        """Those that can be mined now, by hash and in order; the ones mined before are left out."""
        transactions = [signing.decode_transaction(raw) for raw in raws]
        senders = list({transaction.sender for transaction in transactions})
        counts = self.rpc.batch([("eth_getTransactionCount", [sender, "latest"]) for sender in senders])
        expected = {sender: answers.number(count) for sender, count in zip(senders, counts, strict=True)}
        fresh: dict[bytes, bytes] = {}
        for raw, transaction in zip(raws, transactions, strict=True):
            admission.check(transaction, self.chain_id)
            following = expected[transaction.sender]
            if transaction.fields.nonce > following:
                raise NonceGap(-32000, f"{transaction.sender}: nonce {transaction.fields.nonce} follows {following}")
            if transaction.fields.nonce == following:
                expected[transaction.sender] += 1
                fresh[transaction.hash] = raw
            elif transaction.hash not in fresh and self.receipt(transaction.hash) is None:
                raise NonceSpent(-32000, f"{transaction.sender}: nonce {transaction.fields.nonce} was used by another transaction")
        return fresh

    def raw_rpc(self, method: str, params: Sequence[Any]) -> Any:
        """See ChainGateway. Reads only: what changes the node past the journal is refused here, whoever asks."""
        return super().raw_rpc(method, admission.read_only(method, params))

    def refusal(self, tx_hash: bytes) -> Refusal:
        """See ChainGateway. The node keeps what a transaction returned, in its snapshots too."""
        with suppress(NodeRefused):
            output = self.rpc.call("ots_getTransactionError", "0x" + tx_hash.hex())
            return reverts.decode(hexdata(output or "0x"))
        return super().refusal(tx_hash)


def _tag(block: int | None) -> str:
    return "latest" if block is None else hex(block)
