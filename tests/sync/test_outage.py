"""Node and database die under the running sync: it goes on when they are back, and nothing is lost or doubled."""

import os
import signal
from pathlib import Path

from registry.identity import keys
from registry.kernel import outbox
from registry.kernel.engine import make_engine
from registry.kernel.postgres import SERVICE_ROLE, EmbeddedPostgres
from registry.kernel.schema import prepare_embedded
from registry.kernel.uow import Unit
from registry.sync import check
from tests.sync.people import TIER1, Play
from tests.sync.site import Site, opened

SECONDS = 60


def revoke_offers(unit: Unit) -> int:
    signer = keys.signer_for(unit, unit.actor.entity_id)
    return outbox.enqueue(unit, signer=signer, function="revokeOffers", args=[], subject="test")


def confirmed(site: Site, number: int) -> bool:
    return site.runtime.wait_for([number], SECONDS)[number].state == "confirmed"


def test_the_node_is_killed(site: Site) -> None:
    play = Play(site.work)
    play.enrol()
    site.runtime.start()
    for _ in range(3):
        number = play.act(TIER1, revoke_offers)
        os.kill(site.node.node_pid, signal.SIGKILL)
        assert confirmed(site, number)
        assert confirmed(site, play.act(TIER1, revoke_offers))
    assert check.run(site.work, site.gateway).breaks == []


def test_the_database_is_restarted(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "postgres")
    server.start()
    try:
        prepare_embedded(server, "outage")
        engine = make_engine(server.url(SERVICE_ROLE, "outage"))
        with opened(engine, tmp_path / "node") as site:
            play = Play(site.work)
            play.enrol()
            site.runtime.start()
            assert confirmed(site, play.act(TIER1, revoke_offers))
            number = play.act(TIER1, revoke_offers)
            server.stop()
            server.start()
            engine.dispose()
            assert confirmed(site, number)
            assert confirmed(site, play.act(TIER1, revoke_offers))
            assert site.runtime.health().ready
            assert check.run(site.work, site.gateway).breaks == []
        engine.dispose()
    finally:
        server.stop()
