"""Gateways distrust their node and guard the journal."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest

from chain import calldata, signing
from chain.errors import (
    BadCall,
    BlockNotFound,
    CallReverted,
    NodeLied,
    NodeRefused,
    NodeUnavailable,
    NonceGap,
    NonceSpent,
)
from chain.gateway import EmbeddedGateway, RpcGateway
from chain.reverts import Refusal, decode
from chain.rpc import Endpoint, Request, Rpc
from chain.signing import TransactionFields
from tests.chain.conftest import CHAIN_ID, GENESIS, EngineMaker
from tests.chain.traffic import SENDERS, block_of, transaction
from tests.chain.world import World
from tests.fakes.journal import MemoryJournal

# Creation code that reverts with the bytes deadbeef.
REVERTS = bytes.fromhex("63deadbeef6000526004601cfd")
Answers = list[Any]


@dataclass
class Answer:
    """JSON of a block's header and its receipts, before a gateway looks at it."""

    header: dict[str, Any]
    receipts: list[dict[str, Any]]


class LyingEndpoint:
    """Passes everything on and changes the answers to a block's header and receipts."""

    def __init__(self, honest: Endpoint, lie: Callable[[Answer], Any]) -> None:
        self.honest = honest
        self.lie = lie

    def call(self, method: str, *params: Any) -> Any:
        return self.batch([(method, params)])[0]

    def batch(self, requests: Sequence[Request]) -> Answers:
        return self.outcomes(requests)

    def outcomes(self, requests: Sequence[Request]) -> Answers:
        answers = deepcopy(self.honest.outcomes(requests))
        if len(answers) == 2:
            self.lie(Answer(*answers))
        return answers


class Raising:
    """Raises the refusals of the endpoint inside, as `Rpc` does."""

    def __init__(self, inner: LyingEndpoint) -> None:
        self.inner = inner

    def call(self, method: str, *params: Any) -> Any:
        return self.batch([(method, params)])[0]

    def batch(self, requests: Sequence[Request]) -> Answers:
        outcomes = self.outcomes(requests)
        for outcome in outcomes:
            if isinstance(outcome, NodeRefused):
                raise outcome
        return outcomes

    def outcomes(self, requests: Sequence[Request]) -> Answers:
        return self.inner.outcomes(requests)


@pytest.fixture(scope="module")
def busy_block(world: World) -> int:
    """A block with several receipts, one of them with logs, one reverted."""
    payable = world.issue(70_000, salt=31)
    first, second, third = (
        world.sign("supplier", "split", [payable << 96, [0, 1], [10_000, 20_000]]),
        world.sign("bank", "accept", [payable]),
        world.sign("agent", "recordPayment", [payable, 1, 5_000, b"\x01" * 32]),
    )
    world.gateway.broadcast([first.raw, second.raw, third.raw], world.now)
    return world.gateway.head().number


LIES: dict[str, Callable[[Answer], Any]] = {
    "a log is dropped": lambda answer: answer.receipts[0]["logs"].pop(),
    "a log is changed": lambda answer: answer.receipts[0]["logs"][0].update(data="0x" + "00" * 64),
    "a log has another address": lambda answer: answer.receipts[2]["logs"][0].update(address="0x" + "11" * 20),
    "a receipt is dropped": lambda answer: answer.receipts.pop(),
    "a receipt is repeated": lambda answer: answer.receipts.append(answer.receipts[0]),
    "receipts are swapped": lambda answer: answer.receipts.reverse(),
    "a refusal is called a success": lambda answer: answer.receipts[1].update(status="0x1"),
    "gas is changed": lambda answer: answer.receipts[0].update(cumulativeGasUsed="0x5208"),
    "another transaction is named": lambda answer: answer.receipts[0].update(transactionHash="0x" + "22" * 32),
    "the receipts root is changed": lambda answer: answer.header.update(receiptsRoot="0x" + "33" * 32),
    "the bloom is changed": lambda answer: answer.header.update(logsBloom="0x" + "00" * 256),
    "the time is changed": lambda answer: answer.header.update(timestamp="0x1"),
    "a transaction is hidden": lambda answer: answer.header["transactions"].pop(),
    "a field is missing": lambda answer: answer.header.pop("stateRoot"),
    "a field is none": lambda answer: answer.receipts[0].update(logs=None),
    "another block is given": lambda answer: answer.header.update(number="0x1"),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_a_lying_node_is_caught(world: World, busy_block: int, lie: Callable[[Answer], Any]) -> None:
    honest = RpcGateway(LyingEndpoint(world.gateway.rpc, lambda _: None), finality=0)
    assert [receipt.status for receipt in honest.receipts(busy_block)] == [True, False, True]
    lying = RpcGateway(LyingEndpoint(world.gateway.rpc, lie), finality=0)
    with pytest.raises(NodeLied):
        lying.receipts(busy_block)


def test_a_bloom_that_hides_a_log_is_caught_without_header_check(world: World, busy_block: int) -> None:
    lying = RpcGateway(LyingEndpoint(world.gateway.rpc, LIES["the bloom is changed"]), finality=0, verify_headers=False)
    with pytest.raises(NodeLied, match="bloom"):
        lying.receipts(busy_block)


def test_a_block_replaced_between_answers_is_asked_again(world: World, busy_block: int) -> None:
    def other_block(answer: Answer) -> None:
        for receipt in answer.receipts:
            receipt["blockHash"] = "0x" + "44" * 32

    with pytest.raises(BlockNotFound):
        RpcGateway(LyingEndpoint(world.gateway.rpc, other_block), finality=0).receipts(busy_block)


def test_receipts_one_by_one_where_blocks_are_not_served(world: World, busy_block: int) -> None:
    class Older(LyingEndpoint):
        def outcomes(self, requests: Sequence[Request]) -> Answers:
            return [
                NodeRefused(-32601, "not found") if request[0] == "eth_getBlockReceipts" else answer
                for request, answer in zip(requests, self.honest.outcomes(requests), strict=True)
            ]

    older = RpcGateway(Older(world.gateway.rpc, lambda _: None), finality=0)
    assert older.read(busy_block) == world.gateway.read(busy_block)


def test_a_node_of_another_chain_is_refused(world: World) -> None:
    with pytest.raises(NodeLied, match="chain"):
        RpcGateway(world.gateway.rpc, finality=0, chain_id=1)


def test_views_that_refuse(world: World) -> None:
    with pytest.raises(CallReverted) as caught:
        world.view("ownerOf", 77)
    assert decode(caught.value.revert) == Refusal("UnknownLot", {"lot": 77})


def test_reads_at_an_earlier_block(world: World) -> None:
    before = world.gateway.head().number
    world.act("registrar", "setLimit", 2, 978, 5_000, 6)
    word = calldata.encode("limitWord", [2, 978])
    assert world.gateway.call(world.contract, word, before) == bytes(32)
    assert world.gateway.call(world.contract, word, before + 1) == world.gateway.call(world.contract, word)
    assert int.from_bytes(world.gateway.call(world.contract, word)) & (2**72 - 1) == 5_000


def test_only_reads_pass_through(world: World) -> None:
    assert world.gateway.raw_rpc("eth_chainId", []) == hex(CHAIN_ID)
    for method in (
        "anvil_setBalance",
        "evm_mine",
        "hardhat_reset",
        "debug_traceCall",
        "eth_sendRawTransaction",
        "eth_sendTransaction",
        "eth_sign",
    ):
        with pytest.raises(NodeRefused, match="not served"):
            world.gateway.raw_rpc(method, [])


def test_a_read_has_a_bounded_cost(world: World) -> None:
    for call in ({"data": "0x5b600056"}, {"data": "0x5b600056", "gas": hex(10**12)}, {"data": "0x5b600056", "gas": "all"}):
        with pytest.raises(NodeRefused, match="OutOfGas"):
            world.gateway.raw_rpc("eth_call", [call, "latest"])


def test_a_node_that_knows_a_transaction_is_no_obstacle(world: World) -> None:
    class Saying(LyingEndpoint):
        message = ""

        def outcomes(self, requests: Sequence[Request]) -> Answers:
            sending = requests[0][0] == "eth_sendRawTransaction"
            return [NodeRefused(-32000, self.message)] if sending else self.honest.outcomes(requests)

    endpoint = Saying(world.gateway.rpc, lambda _: None)
    gateway = RpcGateway(Raising(endpoint), finality=0)
    for endpoint.message in ("already known", "Known transaction", "transaction already imported", "AlreadyKnown: already exists"):
        gateway.broadcast([transaction(SENDERS[0], 0)], GENESIS)
    for endpoint.message in ("unknown transaction type", "unknown account", "insufficient funds"):
        with pytest.raises(NodeRefused, match=endpoint.message):
            gateway.broadcast([transaction(SENDERS[0], 0)], GENESIS)
    endpoint.message = "nonce too low"
    with pytest.raises(NonceSpent):
        gateway.broadcast([transaction(SENDERS[0], 0)], GENESIS)


def test_nothing_unminable_reaches_the_journal(make_engine: EngineMaker) -> None:
    journal = MemoryJournal()
    engine = make_engine(journal)
    engine.start()
    gateway = EmbeddedGateway(engine)
    good = transaction(SENDERS[0], 0)
    other_chain = signing.sign_transaction(SENDERS[1], TransactionFields(1, 0, None, b"", 100_000)).raw
    paid = signing.sign_transaction(SENDERS[1], TransactionFields(CHAIN_ID, 0, "0x" + "00" * 20, b"", 100_000, value=1)).raw
    refused: list[tuple[bytes, type[Exception]]] = [
        (b"junk", BadCall),
        (b"", BadCall),
        (good[:-1], BadCall),
        (other_chain, BadCall),
        (paid, BadCall),
        (transaction(SENDERS[1], 0, gas=21_000, data=b"\x01"), BadCall),
        (transaction(SENDERS[1], 0, gas=10**8 + 1), BadCall),
        (transaction(SENDERS[1], 0, gas=10**7, data=bytes(140_000)), BadCall),
        (transaction(SENDERS[1], 1), NonceGap),
        (good[:-65] + bytes(65), BadCall),
    ]
    for raw, error in refused:
        with pytest.raises(error):
            gateway.broadcast([good, raw], GENESIS)
    assert journal.entries == {}
    gateway.broadcast([good, good], GENESIS)
    with pytest.raises(NonceSpent):
        gateway.broadcast([transaction(SENDERS[0], 0, data=b"\x09"), transaction(SENDERS[1], 0)], GENESIS)
    gateway.broadcast([good], GENESIS)
    assert [len(entry.raws) for entry in journal.blocks(1)] == [1]


def test_a_long_list_takes_several_blocks_of_one_time(make_engine: EngineMaker) -> None:
    journal = MemoryJournal()
    engine = make_engine(journal)
    engine.start()
    gateway = EmbeddedGateway(engine)
    raws = [transaction(SENDERS[place % 2], place // 2) for place in range(600)]
    gateway.broadcast(raws, GENESIS + 9)
    assert [(len(entry.raws), entry.timestamp) for entry in journal.blocks(1)] == [
        (250, GENESIS + 9),
        (250, GENESIS + 9),
        (100, GENESIS + 9),
    ]
    gateway.broadcast(raws, GENESIS + 10)
    assert len(journal.entries) == 3
    assert [receipt.index for receipt in gateway.receipts(3)] == list(range(100))


def test_a_refusal_outlives_the_node(make_engine: EngineMaker) -> None:
    journal = MemoryJournal()
    engine = make_engine(journal, snapshot_every=1)
    engine.start()
    failing = transaction(SENDERS[0], 0, to=None, data=REVERTS)
    EmbeddedGateway(engine).broadcast([failing], GENESIS)
    for number in range(1, 25):
        engine.mine(block_of(number)[1:], GENESIS + number)
    engine.stop()
    again = make_engine(journal)
    again.start()
    tx_hash = signing.transaction_hash(failing)
    assert EmbeddedGateway(again).refusal(tx_hash) == Refusal("Unknown", {"data": "0xdeadbeef"})


def test_refusals_by_trace_and_by_calling_again(world: World, busy_block: int) -> None:
    refused = next(receipt for receipt in world.gateway.receipts(busy_block) if not receipt.status)
    plain = RpcGateway(world.gateway.rpc, finality=0)
    assert plain.refusal(refused.tx_hash).name == "WrongState"

    class Traceless(LyingEndpoint):
        def outcomes(self, requests: Sequence[Request]) -> Answers:
            if requests[0][0] == "debug_traceTransaction":
                return [NodeRefused(-32601, "not found")]
            return self.honest.outcomes(requests)

    traceless = RpcGateway(Raising(Traceless(world.gateway.rpc, lambda _: None)), finality=0)
    assert traceless.refusal(refused.tx_hash).name == "WrongState"
    # What a node does not have now it is asked for again, but not for ever.
    for _ in range(19):
        with pytest.raises(NodeUnavailable, match="does not say why"):
            traceless.refusal(b"\x01" * 32)
    assert traceless.refusal(b"\x01" * 32) == Refusal("Unknown", {"data": "0x"})


def test_a_node_that_is_not_there() -> None:
    with pytest.raises(NodeUnavailable), Rpc("http://127.0.0.1:1", timeout=1) as rpc:
        rpc.call("eth_chainId")
