"""A sync that has halted takes nothing in: 503 at once, the key is free, and the same request is done once when it goes on."""

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from api.bootstrap import NODE, Platform
from chain.rpc import Rpc
from registry.kernel.tables import OutboxMessage
from registry.kernel.uow import SERVICE
from tests.factories.api import Client, World, opened, served
from tests.fakes.clock import SimulatedClock

CALL = "/v1/offers/withdraw"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A platform of its own: the shared one must not halt."""
    with opened(tmp_path, SimulatedClock()) as found:
        yield found


def turned(world: World) -> None:
    """Somebody reaches the node behind the journal's back: its last block, which is final, becomes another one."""
    with Rpc(json.loads((world.platform.settings.data_dir / NODE).read_text())["url"]) as rpc:
        head = rpc.call("eth_getBlockByNumber", "latest", False)
        rpc.call("anvil_rollback", 1)
        rpc.call("evm_mine", {"timestamp": int(head["timestamp"], 16) + 7})


def contract_calls(platform: Platform, entity: int) -> list[tuple[str, str]]:
    with platform.work.begin(SERVICE) as unit:
        rows = unit.session.query(OutboxMessage).filter_by(entity_id=entity).order_by(OutboxMessage.id)
        return [(row.function, row.state) for row in rows]


def test_writes_are_refused_while_it_has_halted_and_done_once_when_it_goes_on(world: World) -> None:
    """FireFly #1219: there, the key was spent and the transaction never submitted."""
    platform, supplier, key = world.platform, world["supplier"], str(uuid4())
    before = contract_calls(platform, supplier.entity)
    turned(world)
    assert platform.runtime._thread is not None
    platform.runtime._thread.join(timeout=60)
    ready = world.anonymous().get("/ready")
    assert ready.status_code == 503
    assert {"chain_halted", "sync_halted"} <= {alarm["name"] for alarm in ready.json()["alarms"]}
    refused = supplier.post(CALL, key=key)
    assert (refused.status_code, refused.json()["code"]) == (503, "sync_halted"), refused.text
    assert "chain_halted" in {each.name for each in platform.runtime.alarms.raised}
    assert contract_calls(platform, supplier.entity) == before
    # What needs no contract call goes on.
    assert world.invoice()


def test_after_a_restart_the_same_key_works(tmp_path: Path) -> None:
    clock, key = SimulatedClock(), str(uuid4())
    with opened(tmp_path, clock) as world:
        turned(world)
        assert world.platform.runtime._thread is not None
        world.platform.runtime._thread.join(timeout=60)
        supplier = world["supplier"]
        token, before = supplier.http.headers["Authorization"].removeprefix("Bearer "), contract_calls(world.platform, supplier.entity)
        assert supplier.post(CALL, key=key).status_code == 503
        settings = world.platform.settings
    with Platform.open(settings, clock=clock) as platform, served(platform) as url:
        client = Client(url, token, supplier.entity)
        # The halt outlives the process: it ends with the first round that succeeds on the node that the journal has rebuilt.
        while client.get("/ready").status_code != 200:
            assert platform.runtime.halted is None
        answer = client.post(CALL, key=key)
        assert answer.status_code in {200, 201}, answer.text
        assert client.post(CALL, key=key).headers["Idempotency-Replayed"] == "true"
        assert contract_calls(platform, supplier.entity) == [*before, ("revokeOffers", "confirmed")]
        client.http.close()
