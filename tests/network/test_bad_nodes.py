"""Nodes that are not to be believed: one that lags is left, one that forges a block is named, and so is one of another network."""

import logging
from typing import Any

import pytest

from chain.errors import NodeLied, WitnessDisagrees
from chain.hashing import keccak
from chain.headers import header_items
from chain.network import NetworkGateway
from chain.nodes import Nodes
from chain.rlp import encode
from chain.rpc import Rpc
from chain.schemes import Clique
from chain.witnesses import Witnesses
from scripts.validators import nodes
from scripts.validators.layout import Layout
from tests.network.ground import EPOCH, SECONDS, Ground, isolate, rejoin
from tests.network.proxy import lying


def forged(method: str, params: list[Any], result: Any) -> Any:
    """Every block but genesis has another state than its network has sealed, with a hash to match."""
    if method == "eth_getBlockByNumber" and int(result["number"], 16):
        result["stateRoot"] = "0x" + "11" * 32
        result["hash"] = "0x" + keccak(encode(header_items(result))).hex()
    return result


def only_the_latest(method: str, params: list[Any], result: Any) -> Any:
    """The same of the latest block alone."""
    return forged(method, params, result) if params and params[0] == "latest" else result


def emptied(method: str, params: list[Any], result: Any) -> Any:
    """No block has receipts."""
    return [] if method == "eth_getBlockReceipts" else result


def test_a_forged_block_is_nobodys(network: Layout) -> None:
    named = r"block \d+: 0x[0-9a-f]{40} sealed block \d+ and is no signer"
    with lying(network.of(1).url, only_the_latest) as url, Rpc(url) as rpc, pytest.raises(NodeLied, match=named):
        NetworkGateway(rpc, Clique(EPOCH)).head()


def test_receipts_that_are_kept_back_are_missed(ground: Ground, network: Layout) -> None:
    busy = next(number for number in range(1, 10**6) if ground.gateway.block(number).transactions)
    with lying(network.of(1).url, emptied) as url, Rpc(url) as rpc, pytest.raises(NodeLied, match="0 receipts for"):
        NetworkGateway(rpc, Clique(EPOCH)).read(busy)


def test_a_node_that_shows_others_another_chain_is_named(ground: Ground, network: Layout) -> None:
    with lying(network.of(2).url, forged) as url:
        ground.runtime.witnesses = Witnesses.of([network.of(3).url, url])
        with pytest.raises(WitnessDisagrees, match=url):
            nodes.await_that("a dispute", lambda: ground.runtime._work_once() and False, seconds=SECONDS)
        ground.runtime.witnesses.close()
    ground.runtime.witnesses = Witnesses.of([])
    ground.assert_whole()


def test_a_node_that_stands_still_is_left(network: Layout, caplog: pytest.LogCaptureFixture) -> None:
    first = network.of(1)
    isolate(network, first)
    client = Nodes([first.url, network.of(2).url])
    gateway = NetworkGateway(client, Clique(EPOCH))
    with caplog.at_level(logging.WARNING, "tallystick.nodes"):
        nodes.await_that("the node is left", lambda: gateway.head().number > 0 and client.url != first.url, seconds=SECONDS)
    assert f"node {first.url} is behind" in caplog.text
    client.close()
    rejoin(network, first)


def test_a_dead_node_is_left_for_another(network: Layout) -> None:
    nodes.kill(network, network.of(3))
    client = Nodes([network.of(3).url, network.of(4).url])
    assert NetworkGateway(client, Clique(EPOCH)).head().number > 0
    assert client.url == network.of(4).url
    client.close()


def test_another_epoch_than_the_networks_is_noticed(network: Layout) -> None:
    with Rpc(network.of(1).url) as rpc, pytest.raises(NodeLied, match="epoch"):
        NetworkGateway(rpc, Clique(2)).head()
