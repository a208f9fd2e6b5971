"""Nodes that are not to be believed: one that lags is left, one that forges a block is named, and so is one of another network."""

import logging
from collections.abc import Sequence
from typing import Any

import pytest

from chain.errors import NodeLied
from chain.hashing import keccak
from chain.headers import header_items
from chain.network import NetworkGateway
from chain.nodes import Nodes
from chain.rlp import encode
from chain.rpc import Request, Rpc
from chain.schemes import Clique
from scripts.validators import nodes
from scripts.validators.layout import Layout
from tests.network.ground import EPOCH, SECONDS, isolate, rejoin


class Forging(Rpc):
    """A node that shows another state than its network has sealed, with a hash to match."""

    def outcomes(self, requests: Sequence[Request]) -> list[Any]:
        """The latest block is changed."""
        found = super().outcomes(requests)
        for (method, params), answer in zip(requests, found, strict=True):
            if method == "eth_getBlockByNumber" and params[0] == "latest":
                answer["stateRoot"] = "0x" + "11" * 32
                answer["hash"] = "0x" + keccak(encode(header_items(answer))).hex()
        return found


def test_a_forged_block_is_nobodys(network: Layout) -> None:
    with Forging(network.of(1).url) as rpc, pytest.raises(NodeLied, match=r"block \d+: 0x[0-9a-f]{40} sealed block \d+ and is no signer"):
        NetworkGateway(rpc, Clique(EPOCH)).head()


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
