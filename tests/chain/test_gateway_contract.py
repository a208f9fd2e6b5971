"""What every gateway promises, asked of all: the fake, the embedded engine, plain JSON-RPC to Anvil, eth-tester in this process."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from chain import signing
from chain.engine import EmbeddedEngine
from chain.errors import BlockNotFound, ChainError, NonceSpent
from chain.gateway import ChainGateway, EmbeddedGateway, RpcGateway
from chain.node import AnvilNode, NodeSettings
from chain.signing import TransactionFields
from tests.chain.conftest import CHAIN_ID, GENESIS
from tests.chain.eth_tester_endpoint import EthTesterEndpoint
from tests.fakes.gateway import FakeGateway
from tests.fakes.journal import MemoryJournal

SECRET, OTHER = b"\x21" * 32, b"\x22" * 32


class MinedAtOnce(RpcGateway):
    """A node that mines when it is told to, told after each broadcast."""

    def broadcast(self, raws: list[bytes], timestamp: int) -> None:  # type: ignore[override]
        super().broadcast(raws, timestamp)
        self.rpc.call("evm_mine", {"timestamp": timestamp})


@pytest.fixture(params=["fake", "embedded", "rpc", "eth-tester"])
def gateway(request: pytest.FixtureRequest, anvil: Path, tmp_path: Path) -> Iterator[ChainGateway]:
    settings = NodeSettings(anvil, tmp_path, CHAIN_ID, GENESIS)
    if request.param == "fake":
        yield FakeGateway()
    elif request.param == "embedded":
        engine = EmbeddedEngine(MemoryJournal(), binary=anvil, folder=tmp_path, chain_id=CHAIN_ID, genesis_time=GENESIS)
        engine.start()
        yield EmbeddedGateway(engine)
        engine.stop()
    elif request.param == "rpc":
        node = AnvilNode(settings)
        yield MinedAtOnce(node.start(), finality=3)
        node.stop()
    else:
        yield RpcGateway(EthTesterEndpoint(), finality=0)


def transfer(gateway: ChainGateway, secret: bytes, nonce: int, data: bytes = b"") -> signing.Signed:
    return signing.sign_transaction(secret, TransactionFields(gateway.chain_id, nonce, "0x" + "00" * 18 + "0099", data, 100_000))


def test_blocks_form_a_chain(gateway: ChainGateway) -> None:
    first = gateway.head()
    for nonce in range(3):
        gateway.broadcast([transfer(gateway, SECRET, nonce).raw], GENESIS + nonce)
    blocks = [gateway.block(number) for number in range(first.number, first.number + 4)]
    assert blocks[0].ref == first
    assert blocks[-1].ref == gateway.head()
    assert all(block.parent_hash == parent.hash for parent, block in pairwise(blocks))
    assert gateway.read(blocks[-1].number) == (blocks[-1], gateway.receipts(blocks[-1].number))


def test_receipts_say_what_was_mined(gateway: ChainGateway) -> None:
    sent = [transfer(gateway, SECRET, 0), transfer(gateway, OTHER, 0)]
    assert gateway.receipt(sent[0].hash) is None
    gateway.broadcast([each.raw for each in sent], GENESIS + 1)
    for each in sent:
        mined = gateway.receipt(each.hash)
        assert mined is not None
        ref, receipt = mined
        assert gateway.block(ref.number).ref == ref
        assert receipt in gateway.receipts(ref.number)
        assert (receipt.tx_hash, receipt.status, receipt.gas_used, receipt.logs) == (each.hash, True, 21_000, ())


def test_sending_again_does_no_harm(gateway: ChainGateway) -> None:
    address = signing.address_of(SECRET)
    assert gateway.nonce(address) == 0
    sent = [transfer(gateway, SECRET, nonce).raw for nonce in range(3)]
    gateway.broadcast(sent[:2], GENESIS)
    head = gateway.head()
    gateway.broadcast(sent[:2], GENESIS)
    assert gateway.nonce(address) == 2
    gateway.broadcast(sent, GENESIS)
    assert gateway.nonce(address) == 3
    mined = [gateway.receipt(signing.transaction_hash(raw)) for raw in sent]
    assert [each[0].number <= head.number for each in mined if each] == [True, True, False]


def test_a_nonce_is_spent_once(gateway: ChainGateway) -> None:
    gateway.broadcast([transfer(gateway, SECRET, 0).raw], GENESIS)
    with pytest.raises(NonceSpent) as caught:
        gateway.broadcast([transfer(gateway, SECRET, 0, b"\x01").raw], GENESIS)
    assert caught.value.action == "replace"
    assert gateway.nonce(signing.address_of(SECRET)) == 1


def test_what_is_not_there(gateway: ChainGateway) -> None:
    with pytest.raises(BlockNotFound):
        gateway.block(gateway.head().number + 5)
    with pytest.raises(ChainError):
        gateway.receipts(gateway.head().number + 5)
    assert gateway.receipt(b"\x01" * 32) is None
    assert gateway.code("0x" + "00" * 18 + "0077") == b""
    assert gateway.storage("0x" + "00" * 18 + "0077", 1) == bytes(32)
    assert gateway.storages("0x" + "00" * 18 + "0077", [1, 2]) == [bytes(32)] * 2
