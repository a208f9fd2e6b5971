"""Other nodes of a network: one that has another final block is told, one that lags or is away is waited for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chain import signing
from chain.errors import WitnessDisagrees
from chain.gateway import RpcGateway
from chain.node import AnvilNode, NodeSettings
from chain.witnesses import Witnesses
from tests.chain.conftest import CHAIN_ID, GENESIS
from tests.chain.traffic import SENDERS, transaction


@pytest.fixture
def nodes(anvil: Path, tmp_path: Path) -> Iterator[tuple[RpcGateway, RpcGateway]]:
    """Two nodes that make the same blocks when they are told the same."""
    started = [AnvilNode(NodeSettings(anvil, tmp_path / name, CHAIN_ID, GENESIS)) for name in ("ours", "theirs")]
    yield RpcGateway(started[0].start(), finality=0), RpcGateway(started[1].start(), finality=0)
    for node in started:
        node.stop()


def mine(gateway: RpcGateway, nonce: int, data: bytes = b"") -> None:
    gateway.broadcast([transaction(SENDERS[0], nonce, data=data, gas=50_000)], GENESIS)
    gateway.rpc.call("evm_mine", {"timestamp": GENESIS + nonce + 1})


def test_a_node_with_the_same_blocks_agrees_and_one_that_lags_is_waited_for(nodes: tuple[RpcGateway, RpcGateway]) -> None:
    ours, theirs = nodes
    witnesses = Witnesses.of([theirs.rpc.url])  # type: ignore[attr-defined]
    for nonce in range(2):
        mine(ours, nonce)
    witnesses.compare(ours.head())
    witnesses.heard()
    assert list(witnesses.silent(0).values()) == ["it does not have block 2 yet"]
    for nonce in range(2):
        mine(theirs, nonce)
    witnesses.compare(ours.head())
    witnesses.heard()
    assert (witnesses.silent(0), witnesses.all[0].agreed) == ({}, 2)
    witnesses.close()


def test_a_node_with_another_block_is_told_by_name(nodes: tuple[RpcGateway, RpcGateway]) -> None:
    ours, theirs = nodes
    witnesses = Witnesses.of([theirs.rpc.url])  # type: ignore[attr-defined]
    mine(ours, 0)
    mine(theirs, 0, data=b"\x01")
    witnesses.compare(ours.head())
    witnesses.heard()
    with pytest.raises(WitnessDisagrees) as told:
        witnesses.compare(ours.head())
    assert (told.value.witness, told.value.number) == (theirs.rpc.url, 1)  # type: ignore[attr-defined]
    assert (told.value.ours, told.value.theirs) == (ours.head().hash, theirs.head().hash)
    witnesses.close()


def test_a_node_that_is_away_says_nothing(nodes: tuple[RpcGateway, RpcGateway]) -> None:
    ours, _ = nodes
    witnesses = Witnesses.of(["http://127.0.0.1:1"])
    witnesses.compare(ours.head())
    witnesses.heard()
    assert "NodeUnavailable" in witnesses.silent(0)["http://127.0.0.1:1"]
    assert witnesses.silent(60) == {}
    witnesses.close()


def test_the_hash_is_that_of_a_signed_history(nodes: tuple[RpcGateway, RpcGateway]) -> None:
    """One final hash stands for all below: blocks that differ at 1 differ at 3, though their own transactions are equal."""
    ours, theirs = nodes
    mine(ours, 0)
    mine(theirs, 0, data=b"\x01")
    for nonce in (1, 2):
        mine(ours, nonce)
        mine(theirs, nonce)
    assert ours.nonce(signing.address_of(SENDERS[0])) == theirs.nonce(signing.address_of(SENDERS[0])) == 3
    assert ours.head().hash != theirs.head().hash
