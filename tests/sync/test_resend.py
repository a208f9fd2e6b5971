"""A network that turns and forgets: what was sent is sent again, byte for byte, until a receipt is final."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from chain import rlp, signing
from chain.errors import NonceSpent, PoolFull
from chain.hashing import keccak
from chain.reverts import Refusal
from chain.trie import EMPTY_ROOT
from chain.types import Block, Receipt
from registry.identity import keys, service
from registry.kernel import outbox
from registry.kernel.tables import OutboxMessage
from registry.kernel.uow import SERVICE, Work
from registry.sync.runtime import Runtime, _passes
from tests.conftest import NETWORK
from tests.factories.chains import block_of
from tests.factories.states import Trie
from tests.sync.branches import BranchingChain, Tip


class Pool(BranchingChain):
    """A chain with a pool of transactions, which it may forget. Every transaction succeeds or fails as told."""

    def __init__(self) -> None:
        super().__init__(5, finality=3)
        self.pool: dict[bytes, bytes] = {}
        self.received: list[bytes] = []
        self.failing = False

    def broadcast(self, raws: Sequence[bytes], timestamp: int) -> None:  # noqa: ARG002
        self.received += raws
        self.pool |= {signing.decode_transaction(raw).hash: raw for raw in raws}

    def nonce(self, address: str, block: int | None = None) -> int:  # noqa: ARG002
        return 0

    def mine(self) -> None:
        """Puts the pool into a block."""
        parent = self.tips[-1]
        self.salt += 1
        block, _ = block_of([], parent=parent.block, address=NETWORK.contract, salt=self.salt.to_bytes(4, "big"), failed=list(self.pool))
        receipts = [Receipt(tx_hash, place, not self.failing, 21_000, ()) for place, tx_hash in enumerate(self.pool)]
        self.tips.append(Tip(block, receipts, parent.history))
        self.pool = {}

    def refusal(self, tx_hash: bytes) -> Refusal:  # noqa: ARG002
        return Refusal("LotEnded", {"lot": 7})


def rounds(runtime: Runtime) -> None:
    """Until there is nothing left to do at the moment."""
    while runtime._work_once():
        pass


def messages(work: Work) -> list[tuple[str, int | None, str | None, bytes | None]]:
    with work.begin(SERVICE) as unit:
        rows = unit.session.query(OutboxMessage).order_by(OutboxMessage.id).all()
        return [(row.state, row.block_number, row.error, row.raw) for row in rows]


def start(work: Work) -> tuple[Pool, Runtime]:
    with work.begin(SERVICE) as unit:
        service.ensure_registrar(unit)
        outbox.enqueue(unit, signer=keys.signer_for(unit, 1), function="revokeOffers", args=[], subject="test")
    pool = Pool()
    return pool, Runtime(work, pool)  # type: ignore[arg-type]


def test_a_block_that_is_gone_takes_results_along_and_the_bytes_are_sent_again(work: Work) -> None:
    pool, runtime = start(work)
    rounds(runtime)
    assert {state for state, *_ in messages(work)} == {"signed"}
    pool.failing = True
    pool.mine()
    rounds(runtime)
    mined = pool.tips[-1].block.number
    assert [(state, number, error) for state, number, error, _ in messages(work)] == [("reverted", mined, "LotEnded")] * 3
    sent = list(pool.received)

    # Another branch without them takes over, and the node has forgotten them.
    pool.turn(1)
    rounds(runtime)
    assert [(state, number, error) for state, number, error, _ in messages(work)] == [("signed", None, None)] * 3
    assert pool.received == sent * 2
    pool.failing = False
    pool.mine()
    rounds(runtime)
    mined = pool.tips[-1].block.number
    assert [(state, number, error) for state, number, error, _ in messages(work)] == [("confirmed", mined, None)] * 3
    assert [raw for *_, raw in messages(work)] == sent


def test_nothing_is_sent_twice_while_it_may_still_be_mined(work: Work) -> None:
    pool, runtime = start(work)
    for _ in range(5):
        rounds(runtime)
    assert len(pool.received) == 3


def test_after_a_restart_what_has_no_receipt_is_sent_again(work: Work) -> None:
    pool, runtime = start(work)
    rounds(runtime)
    pool.pool = {}
    rounds(Runtime(work, pool))  # type: ignore[arg-type]
    assert pool.received == pool.received[:3] * 2
    pool.mine()
    rounds(runtime)
    assert {state for state, *_ in messages(work)} == {"confirmed"}


class Refusing(Pool):
    """A pool with room for so many, and an account that somebody else has used too."""

    def __init__(self) -> None:
        super().__init__()
        self.room = 100
        self.taken_by_another: set[bytes] = set()
        # The senders' count as of any final block; proven, because nobody believes it.
        self.final_count = 0
        self.senders: set[str] = set()

    def broadcast(self, raws: Sequence[bytes], timestamp: int) -> None:
        mined = {tx_hash for tip in self.tips for tx_hash in tip.block.transactions}
        for raw in raws:
            decoded = signing.decode_transaction(raw)
            self.senders.add(decoded.sender)
            tx_hash = decoded.hash
            if tx_hash in self.taken_by_another:
                raise NonceSpent(-32000, "nonce too low")
            if tx_hash not in mined and tx_hash not in self.pool and len(self.pool) == self.room:
                raise PoolFull(-32000, "txpool is full")
            if tx_hash not in mined:
                super().broadcast([raw], timestamp)

    def _accounts(self) -> Trie:
        account = rlp.encode([rlp.number(self.final_count), b"", EMPTY_ROOT, keccak(b"")])
        return Trie({bytes.fromhex(sender[2:]): account for sender in self.senders})

    def block(self, number: int) -> Block:
        return replace(super().block(number), state_root=self._accounts().root)

    def raw_rpc(self, method: str, params: Sequence[Any]) -> dict[str, list[str]]:
        assert method == "eth_getProof"
        return {"accountProof": self._accounts().prove(bytes.fromhex(params[0][2:]))}

    def receipt(self, tx_hash: bytes) -> None:  # noqa: ARG002
        return None


def refusing(work: Work) -> tuple[Refusing, Runtime]:
    start(work)
    pool = Refusing()
    return pool, Runtime(work, pool)  # type: ignore[arg-type]


def test_a_full_pool_gets_the_same_bytes_later(work: Work) -> None:
    pool, runtime = refusing(work)
    pool.room = 1
    for place in range(2):
        with pytest.raises(PoolFull) as full:
            rounds(runtime)
        assert _passes(full.value)
        assert len(pool.pool) == 1
        signed = [raw for *_, raw in messages(work)]
        pool.mine()
        assert len(set(pool.received)) == place + 1
    rounds(runtime)
    pool.mine()
    rounds(runtime)
    assert [raw for *_, raw in messages(work)] == signed == pool.received
    assert {state for state, *_ in messages(work)} == {"confirmed"}


def test_a_nonce_is_used_for_good_only_in_a_final_block(work: Work) -> None:
    pool, runtime = refusing(work)
    pool.room = 0
    with pytest.raises(PoolFull):
        rounds(runtime)
    before = messages(work)
    pool.room, pool.taken_by_another = 100, {signing.decode_transaction(raw).hash for *_, raw in before[:1] if raw}
    # On a branch that may be left another transaction has it: ours may still be mined.
    rounds(runtime)
    assert messages(work) == before
    pool.final_count = 1
    # It is asked again after a while, or after a restart; the round that finds out does nothing else.
    runtime = Runtime(work, pool)  # type: ignore[arg-type]
    rounds(runtime)
    rounds(runtime)
    after = messages(work)
    assert {state for state, *_ in after} == {"signed"}
    assert after[0][3] != before[0][3]
    assert after[1:] == before[1:]
