"""How things stood, and the digest that stands for it: two installations of one chain agree, a changed row does not go unseen."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from registry.funding import clearing, payments
from registry.kernel.engine import make_engine
from registry.kernel.errors import Invalid, NotFound
from registry.kernel.postgres import OWNER_ROLE, SERVICE_ROLE, EmbeddedPostgres
from registry.kernel.schema import scratch
from registry.kernel.uow import SERVICE, Actor, Work
from registry.ledger import service as ledger
from registry.receivables import lots, offers, payables
from registry.receivables.tables import Lot
from registry.sync import asof, check, repo_check
from registry.sync.indexer import Indexer
from registry.sync.journal import JournalConflict, RecordedJournal
from registry.sync.replaying import replay
from tests.conftest import DATABASE
from tests.sync.people import AGENT, BANK, OBLIGOR, REGISTRAR, TIER1, TIER2, Play
from tests.sync.site import Site
from tests.sync.test_check import deal


def digests(work: Work) -> dict[int, bytes]:
    with work.begin(SERVICE) as unit:
        return repo_check.digests(unit.session)


def head(work: Work) -> int:
    return max(digests(work))


def seen(site: Site, actor: Actor, *, block: int | None = None, entity: int | None = None) -> list[tuple[str, int, int]]:
    """Positions as of a block, page by page."""
    found: list[tuple[str, int, int]] = []
    after = None
    with site.work.begin(actor) as unit:
        at = asof.moment(unit, block=block)
        while True:
            page = asof.positions(unit, at, entity=entity, after=after, limit=1)
            found += [(row.lot, row.holder, row.amount) for row in page.items]
            if page.next is None:
                return found
            after = f"payable:{page.next}"


def live(site: Site) -> list[tuple[str, int, int]]:
    """Lots as the mirror has them now."""
    with site.work.begin(SERVICE) as unit:
        rows = unit.session.scalars(select(Lot).where(Lot.exists, Lot.flags.bitwise_and(16) == 0, Lot.amount > 0).order_by(Lot.id))
        return [(row.id, row.holder, int(row.amount)) for row in rows]


def test_positions_and_balances_at_every_block_are_what_they_were(site: Site) -> None:
    """Each block is looked at when it is the latest, and again when it is history."""
    play = Play(site.work)
    play.enrol()
    site.runtime.drain()
    then: dict[int, tuple[list[tuple[str, int, int]], list[ledger.Balance]]] = {}

    def look() -> None:
        site.runtime.drain()
        with site.work.begin(SERVICE) as unit:
            then[head(site.work)] = live(site), ledger.balances(unit.session)

    found = [play.confirm([invoice]) for invoice in play.invoices(2)]
    look()
    play.act(TIER1, lambda unit: payables.accept(unit, found))
    look()
    root = found[0] + "0" * 24
    play.act(TIER1, lambda unit: lots.split(unit, root, [1_000, 2_000]))
    look()
    site.clock.advance(timedelta(days=1))
    offer = play.offer(TIER1, root, to=TIER2, amount=30_000, kind="sale_recourse")
    play.act(TIER2, lambda unit: offers.accept(unit, offer))
    play.act(TIER1, lambda unit: lots.merge(unit, root, [lots.child_id(root, 0)]))
    look()
    play.act(AGENT, lambda unit: payments.record(unit, found[1], amount=100_000, reference="BANK"))
    look()
    site.clock.advance(timedelta(days=62))
    play.act(AGENT, lambda unit: clearing.run(unit, found[1]))
    look()
    assert len({str(state) for state in then.values()}) >= 5
    for block, (positions, balances) in then.items():
        assert seen(site, REGISTRAR, block=block) == positions
        with site.work.begin(REGISTRAR) as unit:
            assert asof.balances(unit, asof.moment(unit, block=block)) == balances


def test_everybody_sees_its_own(site: Site) -> None:
    deal(site)
    everything = seen(site, REGISTRAR)
    assert everything == live(site)
    for actor in (TIER1, TIER2, BANK, OBLIGOR):
        own = [row for row in everything if row[1] == actor.entity_id]
        # Whatever a party asks for, it gets its own.
        assert seen(site, actor) == seen(site, actor, entity=TIER1.entity_id) == own
        assert seen(site, REGISTRAR, entity=actor.entity_id) == own
        with site.work.begin(actor) as unit:
            at = asof.moment(unit)
            assert {row.entity for row in asof.balances(unit, at, TIER1.entity_id)} <= {actor.entity_id}


def test_a_day_is_meant_to_its_end(site: Site) -> None:
    play = Play(site.work)
    play.enrol()
    site.runtime.drain()
    first, number = site.clock.now().date(), head(site.work)
    site.clock.advance(timedelta(days=2))
    play.confirm(play.invoices(1))
    site.runtime.drain()
    with site.work.begin(REGISTRAR) as unit:
        assert asof.moment(unit, day=first).number == number
        assert asof.moment(unit, day=first + timedelta(days=1)).number == number
        assert asof.moment(unit, day=first + timedelta(days=2)).number == asof.moment(unit).number == head(site.work) > number
        assert asof.moment(unit, day=first + timedelta(days=900)).number == head(site.work)
        with pytest.raises(NotFound):
            asof.moment(unit, day=first - timedelta(days=1))
        with pytest.raises(NotFound):
            asof.moment(unit, block=10**6)
        with pytest.raises(Invalid):
            asof.moment(unit, block=1, day=first)


@contextmanager
def elsewhere(site: Site, postgres: EmbeddedPostgres) -> Iterator[Work]:
    """Another database, empty, for the same chain."""
    with scratch(postgres.url(OWNER_ROLE, DATABASE), postgres.url(SERVICE_ROLE, DATABASE)) as url:
        engine = make_engine(url)
        yield Work(engine, site.clock, site.work.network, site.work.master_key)
        engine.dispose()


def test_two_installations_and_a_replay_have_the_same_digests(site: Site, postgres: EmbeddedPostgres) -> None:
    deal(site)
    with elsewhere(site, postgres) as second, elsewhere(site, postgres) as empty:
        Indexer(second, site.gateway).catch_up()
        told: list[int] = []
        found = replay(site.work, site.gateway, empty, tell=lambda indexed, _last: told.append(indexed))
        here = digests(site.work)
        assert digests(second) == digests(empty) == here
    assert len(set(here.values())) > 5
    assert (found.differs, found.blocks, found.digest) == (None, len(here), here[max(here)])
    assert told[-1] == max(here)


def test_a_replay_finds_the_block_in_which_an_installation_went_another_way(site: Site, postgres: EmbeddedPostgres) -> None:
    play = Play(site.work)
    play.enrol()
    site.runtime.drain()
    with site.work.begin(SERVICE) as unit:
        unit.session.execute(text("update credit_limits set used = used + 1"))
    play.confirm(play.invoices(1))
    site.runtime.drain()
    with elsewhere(site, postgres) as empty:
        found = replay(site.work, site.gateway, empty)
    assert found.differs is not None
    assert found.differs[0] == head(site.work)


def test_a_changed_row_changes_what_the_check_says(site: Site, owner: Engine) -> None:
    deal(site)
    assert check.run(site.work, site.gateway).breaks == []
    with Session(owner) as session:
        session.execute(text("update lots set amount = amount + 1 where amount = 20000"))
        named = {(found.code, found.subject) for found in check.inspect(session, site.gateway, contract=site.work.network.contract).breaks}
    assert ("index_digest", "rows") in named
    assert not any(code == "index_digest" and subject != "rows" for code, subject in named)


def test_a_replay_reads_the_journal_and_writes_nothing(site: Site) -> None:
    site.runtime.drain()
    journal = RecordedJournal(site.work.engine)
    blocks = list(journal.blocks(1))
    assert [entry.number for entry in blocks] == list(range(1, head(site.work) + 1))
    with pytest.raises(JournalConflict):
        journal.append(len(blocks) + 1, blocks[-1].timestamp, [])
    with site.work.begin(SERVICE) as unit:
        unit.session.execute(text("update chain_journal set hash = null where number = (select max(number) from chain_journal)"))
    assert list(journal.blocks(1)) == blocks[:-1]
