"""The third engine, in this process: the contracts deploy and run behind the same gateway, without a node."""

from chain import deploy, ids
from chain.gateway import RpcGateway
from chain.structs import LOT_RECOURSE, OFFER_SALE_RECOURSE
from chain.words import LotWord
from tests.chain.eth_tester_endpoint import EthTesterEndpoint
from tests.chain.world import World


def test_a_claim_changes_hands_in_process() -> None:
    endpoint = EthTesterEndpoint()
    world = World(RpcGateway(endpoint, finality=0), endpoint.chain.header.timestamp)
    world.deploy()
    assert deploy.verify_code(world.gateway, world.manifest) == []
    world.onboard()
    payable = world.issue(10_000)
    root = ids.root(payable)
    offer = world.offer(root, 4, 2_500, "bank", kind=OFFER_SALE_RECOURSE)
    (moved,) = world.act("bank", "acceptOffer", offer, world.signature("supplier", offer))
    assert moved.args["child"] == ids.child(root, 4)
    word = LotWord.of(world.view("lotWord", ids.child(root, 4))[0])
    assert (word.holder, word.amount, word.hops, word.flags) == (5, 2_500, 1, LOT_RECOURSE)
