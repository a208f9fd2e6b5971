"""A validator is voted in and another out; certificates lead whoever pinned the first set to the present one."""

import pytest

from chain.certificate import check
from chain.errors import EvidenceRefused
from registry.sync import certificates
from scripts.validators import founding, nodes
from scripts.validators.__main__ import cast, introduce
from scripts.validators.layout import Layout
from tests.network.ground import SECONDS, Ground
from tests.sync.people import TIER1, Play


def certificate(ground: Ground, lot: str) -> bytes:
    with ground.work.begin(TIER1) as unit:
        draft = certificates.draft(unit, lot)
    return certificates.issue(ground.work, ground.gateway, draft)


def await_final(ground: Ground) -> None:
    """Until what is the head now is final, and a change at it is settled."""
    wanted = ground.gateway.head().number + 10
    nodes.await_that("final blocks", lambda: ground.gateway.head().number - ground.gateway.finality > wanted, seconds=SECONDS)


def test_certificates_follow_the_validators(ground: Ground, network: Layout) -> None:
    play = Play(ground.work)
    play.enrol()
    ground.runtime.drain()
    payable = play.confirm(play.invoices(1))
    ground.runtime.drain()
    await_final(ground)
    lot = f"{payable}{0:024x}"
    pin = certificates.pin(ground.work, ground.gateway)
    assert (pin.scheme, len(pin.keys)) == ("clique", 4)
    first = certificate(ground, lot)
    proven = check.verify(first, pin)
    assert proven.pinned
    assert proven.lot.amount == 100_000

    joined = founding.join(network)
    introduce(network, joined)
    cast(network, joined.address, add=True)
    dropped = network.of(2)
    await_final(ground)
    cast(network, dropped.address, add=False)
    await_final(ground)
    later = certificates.pin(ground.work, ground.gateway)
    assert set(later.keys) == {validator.address for validator in network.validators} - {dropped.address}
    second = certificate(ground, lot)
    for known in (pin, later):
        assert check.verify(second, known).pinned
    # The first certificate still is what it was, to those who knew that set.
    assert check.verify(first, pin).number == proven.number
    with pytest.raises(EvidenceRefused):
        check.verify(first, later)
    ground.assert_whole()
    cast(network, dropped.address, add=True)
