"""Validators die and come back; the work goes on, or stops without harm and resumes. Whatever was signed is sent again, byte for byte."""

from registry.kernel.uow import SERVICE
from scripts.validators import nodes
from scripts.validators.layout import Layout
from tests.network.ground import SECONDS, Ground, sealers
from tests.sync.chaos import Chaos


def test_one_validator_killed_and_the_work_goes_on(ground: Ground, network: Layout) -> None:
    chaos = Chaos(ground, 1)  # type: ignore[arg-type]
    chaos.round(20)
    # The one that the service asks first; out of turn the others race, and their branches are taken back.
    nodes.kill(network, network.of(1))
    for _ in range(4):
        chaos.round(20)
    ground.assert_whole()
    nodes.start(network, [network.of(1)])
    reached = ground.gateway.head().number
    nodes.await_that("the dead one is up to date", lambda: nodes.height(network.of(1)) >= reached, seconds=SECONDS)
    chaos.round(20)
    ground.assert_whole()


def test_two_validators_killed_it_stops_without_harm_and_resumes(ground: Ground, network: Layout) -> None:
    chaos = Chaos(ground, 2)  # type: ignore[arg-type]
    chaos.round(20)
    dead, alive = [network.of(1), network.of(2)], [network.of(3), network.of(4)]
    for validator in dead:
        nodes.kill(network, validator)
    # Both that live have sealed last: neither may seal again before another one.
    addresses = {validator.address for validator in alive}

    def stands_still() -> bool:
        return all({*sealers(validator, 2)} == addresses for validator in alive)

    nodes.await_that("a standstill", stands_still, seconds=SECONDS)
    heights = [nodes.height(validator) for validator in alive]
    with ground.work.begin(SERVICE) as unit:
        for number in range(8):
            chaos.call(unit, 6, "revokeOffers", [])
            chaos.call(unit, 7 if number % 2 else 8, "revokeOffers", [])
    before = ground.messages()
    while ground.runtime._work_once():
        pass
    sent = ground.raws()
    assert ground.messages()["signed"] == 16 + before.get("signed", 0)
    assert ground.runtime.health().reason == ""
    assert [nodes.height(validator) for validator in alive] == heights
    # The pools of the living are lost too.
    for validator in alive:
        nodes.kill(network, validator)
    nodes.start(network, network.validators)
    ground.runtime._submitter.look_again()
    ground.assert_whole()
    assert {number: raw for number, raw in ground.raws().items() if number in sent} == sent
