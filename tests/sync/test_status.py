"""How the sync stands, in figures that an operator can trust; and the alarms that follow from them."""

from datetime import timedelta

from sqlalchemy import Engine

from registry.kernel.uow import SERVICE, Work
from registry.sync import recording
from registry.sync.check import CheckReport
from registry.sync.indexer import Indexer
from registry.sync.status import Status, collect
from tests.fakes.clock import SimulatedClock
from tests.sync.branches import BranchingChain
from tests.sync.people import TIER1, Play
from tests.sync.site import Site
from tests.sync.test_breaks import Silent, plant
from tests.sync.test_outage import revoke_offers


def names(status: Status) -> list[str]:
    return [each.name for each in status.alarms]


def test_an_idle_installation_is_in_step(site: Site) -> None:
    site.runtime.drain()
    found = collect(site.work, site.gateway, engine="embedded")
    assert (found.ready, found.reason, names(found)) == (True, "", [])
    assert found.head == found.final == found.indexed
    assert (found.lag_blocks, found.lag_seconds, found.queued, found.signed, found.oldest) == (0, 0, 0, 0, None)


def test_lag_is_how_old_the_first_missing_block_is(work: Work, clock: SimulatedClock) -> None:
    chain = BranchingChain(3, finality=4)
    chain.extend(3)
    Indexer(work, chain).catch_up()  # type: ignore[arg-type]
    chain.extend(6)
    head, missing = chain.head().number, chain.block(chain.head().number - 5)
    clock.advance(timedelta(seconds=max(0, missing.timestamp + 40 - int(clock.now().timestamp()))))
    found = collect(work, chain, engine="network")  # type: ignore[arg-type]
    assert (found.engine, found.head, found.final, found.indexed, found.lag_blocks) == ("network", head, head - 4, head - 6, 6)
    assert found.lag_seconds == int(clock.now().timestamp()) - missing.timestamp
    assert (names(found), found.ready) == (["index_lag"], True)


def test_a_call_that_waits_too_long_is_an_alarm(site: Site) -> None:
    play = Play(site.work)
    play.enrol()
    site.runtime.drain()
    play.act(TIER1, revoke_offers)
    site.clock.advance(timedelta(seconds=119))
    play.act(TIER1, revoke_offers)
    found = collect(site.work, site.gateway, engine="embedded")
    assert (names(found), found.queued, found.signed, found.oldest_seconds) == ([], 2, 0, 119)
    site.clock.advance(timedelta(seconds=2))
    assert names(collect(site.work, site.gateway, engine="embedded")) == ["queue_stuck"]
    site.runtime.drain()
    assert names(collect(site.work, site.gateway, engine="embedded")) == []


def test_checks_that_fall_silent_are_an_alarm(site: Site) -> None:
    site.runtime.drain()
    assert names(collect(site.work, site.gateway, engine="embedded", checks_every=60)) == []
    with site.work.begin(SERVICE) as unit:
        recording.finish(unit, recording.begin(unit, "quick").id, CheckReport(1))
    site.clock.advance(timedelta(seconds=181))
    assert names(collect(site.work, site.gateway, engine="embedded", checks_every=60)) == ["check_overdue"]
    assert names(collect(site.work, site.gateway, engine="embedded")) == []


def test_a_node_that_does_not_answer_is_told(site: Site) -> None:
    found = collect(site.work, Silent(), engine="network")  # type: ignore[arg-type]
    assert (found.head, found.final, found.ready, names(found)) == (None, None, False, ["node_unreachable"])


def test_other_processes_see_what_the_service_has_raised(site: Site, owner: Engine) -> None:
    site.runtime.alarms.put("sync_halted", "a fault")
    found = collect(site.work, site.gateway, engine="embedded")
    assert (names(found), found.reason) == (["sync_halted"], "sync_halted: a fault")
    # An alarm of a newer version is taken seriously.
    plant(owner, "update alarms set alarm = 'from_the_future'")
    assert not collect(site.work, site.gateway, engine="embedded").ready
