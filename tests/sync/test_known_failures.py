"""Failures that others have had, as tests by name: a nonce counter that drifts, receipts that are missing, blocks that are gone."""

import itertools
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest
from sqlalchemy import select

from chain.gateway import RpcGateway
from chain.rpc import Rpc
from chain.witnesses import Witness, Witnesses
from registry.kernel import outbox
from registry.kernel.tables import Nonce, OutboxMessage
from registry.kernel.uow import SERVICE, Work
from registry.sync import alarms, repo
from registry.sync.outbox import Secrets
from registry.sync.runtime import Habits, Runtime
from registry.sync.tables import ChainBlock, ChainEvent
from tests.sync.faults.node import Chain, Node
from tests.sync.faults.simulation import SIGNERS
from tests.sync.faults.weather import GRID, Climate, Weather

Json = dict[str, Any]


class Falsifier(Node):
    """A node of calm weather that answers one method otherwise."""

    def __init__(self, finality: int = 2) -> None:
        rates: dict[str, Any] = dict.fromkeys(GRID, 0)
        weather = Weather(Climate(seed=3, finality=finality, blocks=0, batch=1000, block_receipts=True, **rates))
        super().__init__(Chain(weather), weather)
        self.false: dict[str, Callable[[Any], Any]] = {}

    def _one(self, item: Json) -> Json:
        answer = super()._one(item)
        change = self.false.get(item["method"])
        return answer if change is None else {**answer, "result": change(answer.get("result"))}

    def grow(self, blocks: int) -> None:
        for _ in range(blocks):
            self.chain.grow()


def process(work: Work, node: Node) -> Runtime:
    gateway = RpcGateway(Rpc("http://node", transport=node.transport()), finality=node.weather.climate.finality)
    seconds = itertools.count(step=4)
    habits = Habits(doubts=3, ticks=lambda: next(seconds), ahead=False)
    return Runtime(work, gateway, secrets=Secrets(lambda _, address: SIGNERS[address]), habits=habits)


def rounds(runtime: Runtime, count: int = 4) -> None:
    for _ in range(count):
        runtime.turn()


def enqueue(work: Work, count: int = 1) -> None:
    with work.begin(SERVICE) as unit:
        for _ in range(count):
            outbox.enqueue(unit, signer=(1, next(iter(SIGNERS))), function="revokeOffers", args=[], subject="test")


def messages(work: Work) -> list[tuple[str, int | None, int | None]]:
    with work.begin(SERVICE) as unit:
        rows = unit.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
        return [(row.state, row.nonce, row.block_number) for row in rows]


def mined(node: Node, runtime: Runtime, work: Work) -> None:
    """Until every message has its result."""
    for _ in range(40):
        if all(state in {"confirmed", "reverted"} for state, _, _ in messages(work)):
            return
        node.chain.grow(calls=0)
        runtime.turn()
    raise AssertionError(messages(work))


def test_openzeppelin_relayer_843_the_counter_never_drifts_above_the_chain(work: Work) -> None:
    """There, a counter above the chain's made every later transaction wait for ever. Here a node's word alone raises no counter."""
    node = Falsifier()
    node.false["eth_getTransactionCount"] = lambda _: "0x7"
    node.grow(3)
    runtime = process(work, node)
    rounds(runtime)
    enqueue(work, 2)
    rounds(runtime)
    assert [nonce for _, nonce, _ in messages(work)] == [0, 1]
    mined(node, runtime, work)
    with work.begin(SERVICE) as unit:
        assert [row.next for row in unit.session.scalars(select(Nonce))] == [2]


def test_openzeppelin_relayer_843_a_counter_that_fell_behind_catches_up_by_proof(work: Work) -> None:
    """The key was used elsewhere: the counter follows as soon as a final block proves it, not before, and nothing waits for ever."""
    node = Falsifier()
    runtime = process(work, node)
    enqueue(work)
    rounds(runtime)
    mined(node, runtime, work)
    node.chain.elsewhere.append(next(iter(SIGNERS)))
    node.chain.grow(calls=0)
    enqueue(work)
    rounds(runtime)
    assert messages(work)[1][:2] == ("signed", 1)
    mined(node, runtime, work)
    assert messages(work)[1][1] == 2


def test_paladin_1048_a_node_that_gives_too_few_receipts_loses_nothing(work: Work) -> None:
    """There, state was lost for good. Here such a block is not taken, and read again."""
    node = Falsifier()
    node.grow(5)
    node.false["eth_getBlockReceipts"] = lambda receipts: receipts[:-1]
    runtime = process(work, node)
    rounds(runtime, 2)
    with work.begin(SERVICE) as unit:
        assert repo.checkpoint(unit.session) == (0, node.chain.blocks[0].hash)
    assert [each.name for each in runtime.alarms.raised] == ["node_lied"]
    node.false = {}
    rounds(runtime)
    assert runtime.alarms.raised == []
    events = sum(len(call) for block in node.chain.blocks for call in block.calls)
    with work.begin(SERVICE) as unit:
        assert len(unit.session.scalars(select(ChainEvent)).all()) == events > 20


@pytest.mark.parametrize("kept", [0, -1])
def test_paladin_1048_a_node_that_insists_on_too_few_halts_the_sync(work: Work, kept: int) -> None:
    node = Falsifier()
    node.grow(2)
    node.false["eth_getBlockReceipts"] = lambda receipts: receipts[:kept]
    runtime = process(work, node)
    rounds(runtime)
    assert "receipts for" in str(runtime.halted)
    assert {each.name for each in runtime.alarms.raised} == {"node_lied", "sync_halted"}
    assert not runtime.health().ready


def test_safe_transaction_service_2955_a_block_that_is_gone_is_served_no_more(work: Work) -> None:
    """There, a reorged block went on being served as valid."""
    node = Falsifier(finality=3)
    node.grow(4)
    runtime = process(work, node)
    enqueue(work)
    rounds(runtime)
    mined(node, runtime, work)
    gone, number = node.chain.head.hash, node.chain.head.number
    node.weather.strikes = lambda *_: True  # type: ignore[method-assign] - what falls out is forgotten by the pool
    node.chain.turn(1)
    del node.weather.strikes  # type: ignore[attr-defined]
    rounds(runtime)
    with work.begin(SERVICE) as unit:
        assert gone not in set(unit.session.scalars(select(ChainBlock.hash)))
        assert gone not in set(unit.session.scalars(select(ChainEvent.block_hash)))
        assert node.chain.head.hash in set(unit.session.scalars(select(ChainBlock.hash)))
    assert all(block != number or state not in {"confirmed", "reverted"} for state, _, block in messages(work))
    mined(node, runtime, work)


def test_safe_transaction_service_1236_after_a_turn_it_goes_on(work: Work) -> None:
    """There, indexing stood still after a reorg. Here many turns in a row, each to the full depth, are followed without a restart."""
    node = Falsifier(finality=3)
    node.grow(5)
    runtime = process(work, node)
    for depth in (3, 1, 3, 2, 3, 3):
        rounds(runtime, 2)
        node.chain.turn(depth)
    rounds(runtime)
    with work.begin(SERVICE) as unit:
        assert repo.checkpoint(unit.session) == (node.chain.head.number, node.chain.head.hash)
    assert runtime.health().ready


def test_a_halt_outlives_the_process_until_a_round_succeeds(work: Work) -> None:
    node = Falsifier()
    node.grow(2)
    node.false["eth_getBlockReceipts"] = lambda receipts: receipts[:-1]
    rounds(process(work, node))
    runtime = process(work, node)
    runtime.turn()
    with work.begin(SERVICE) as unit:
        assert "receipts for" in alarms.halted(unit.session)
    node.false = {}
    runtime.turn()
    with work.begin(SERVICE) as unit:
        assert alarms.halted(unit.session) == ""
    assert asdict(runtime.health())["ready"]


def test_a_witness_with_another_final_block_halts_the_sync(work: Work) -> None:
    """Two nodes of one network part below what is final: nobody can say here which one is wrong, so nothing goes on."""
    node, other = Falsifier(), Falsifier()
    node.grow(6)
    other.grow(3)
    other.chain.random.seed(9)
    runtime = process(work, node)
    runtime.witnesses = Witnesses([Witness(Rpc("http://other", transport=other.transport()), "other")])
    rounds(runtime)
    runtime.witnesses.heard()
    assert runtime.halted is None
    assert runtime.witnesses.silent(0) == {"other": f"it does not have block {node.chain.head.number - 2} yet"}
    other.grow(5)
    for _ in range(4):
        rounds(runtime, 1)
        runtime.witnesses.heard()
    assert {each.name for each in runtime.alarms.raised} == {"witness_disagrees", "sync_halted"}
    assert "other has block 0x" in runtime.health().reason
    with work.begin(SERVICE) as unit:
        assert "other has block 0x" in alarms.halted(unit.session)


def test_a_witness_that_agrees_or_is_away_changes_nothing(work: Work) -> None:
    node, other = Falsifier(), Falsifier()
    node.grow(6)
    other.grow(8)
    runtime = process(work, node)
    away = Witness(Rpc("http://127.0.0.1:1", 1.0), "away")
    runtime.witnesses = Witnesses([Witness(Rpc("http://other", transport=other.transport()), "other"), away])
    rounds(runtime)
    runtime.witnesses.heard()
    assert runtime.health().ready
    assert runtime.witnesses.all[0].agreed == node.chain.head.number - 2
    assert list(runtime.witnesses.silent(0)) == ["away"]
