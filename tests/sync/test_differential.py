"""The fold against the contract itself: after random calls on a real node every mirrored word is the chain's."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from registry.kernel.tables import OutboxMessage
from registry.kernel.uow import SERVICE
from registry.sync import check
from registry.sync.fold import EFFECTS
from registry.sync.tables import ChainEvent
from tests.sync.chaos import Chaos
from tests.sync.site import Site

# Events of constructors, and of acts that this game does not play.
NOT_PLAYED = {"AuthorityUpdated", "EIP712DomainChanged", "Anchored"}
ROUNDS, MOST_ROUNDS, CALLS = 60, 300, 25


def unseen(site: Site) -> set[str]:
    with site.work.begin(SERVICE) as unit:
        return set(EFFECTS) - set(unit.session.scalars(select(ChainEvent.name).distinct())) - NOT_PLAYED


@pytest.mark.parametrize("seed", [1, 2])
def test_random_calls_leave_chain_and_mirror_equal(site: Site, seed: int) -> None:
    """Until every event has happened, and for a while."""
    game = Chaos(site, seed)
    for number in range(MOST_ROUNDS):
        game.round(CALLS)
        site.clock.advance(timedelta(seconds=game.random.randrange(12)))
        if number % 20 == 19:
            assert check.run(site.work, site.gateway).breaks == []
        if number >= ROUNDS and not unseen(site):
            break
    assert check.run(site.work, site.gateway).breaks == []
    assert unseen(site) == set()
    with site.work.begin(SERVICE) as unit:
        refused = set(unit.session.scalars(select(OutboxMessage.error).distinct())) - {None}
    assert "Unknown" not in refused
    assert len(refused) > 15
